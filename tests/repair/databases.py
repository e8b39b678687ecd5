"""Databases with rows, and their schemas."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pulse_ci.analysis.seed import seed
from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.rewrite.safe_rebuild import plan_rebuild, replace_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulse_ci.schema.schema import Schema


@contextmanager
def database(*statements: str) -> Iterator[EmbeddedD1]:
    """A database on which these statements have run."""
    with EmbeddedD1() as made:
        if statements:
            made.run("\n".join(statement.rstrip(";") + ";" for statement in statements))
        yield made


def schema(*statements: str) -> Schema:
    with database(*statements) as made:
        return made.schema()


def seeded(*statements: str, rows: int = 3) -> bytes:
    """A snapshot of a database with at least so many rows in every table that these statements make."""
    with database(*statements) as made:
        outcome = seed(made, rows=rows)
        assert not outcome.failures
        return made.take_snapshot()


def after(snapshot: bytes, *statements: str) -> EmbeddedD1:
    """A database of that snapshot on which these statements have run."""
    made = EmbeddedD1()
    made.restore(snapshot)
    made.run("\n".join(statements))
    return made


def rebuild_of(before: Schema, table: str, new_sql: str, copy: Mapping[str, str]) -> tuple[str, ...]:
    """The statements that make one table into what another CREATE TABLE says, filled with these expressions."""
    return plan_rebuild(before, replace_table(before, table, new_sql), {table: copy}, in_place=True)
