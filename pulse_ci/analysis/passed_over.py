"""CREATE … IF NOT EXISTS of what exists with another shape: D1 skips the statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.errors import D1Refused
from pulse_ci.model import ObjectKind
from pulse_ci.schema.schema import Table
from pulse_ci.sql.names import quote, quote_if_needed
from pulse_ci.sql.operations import Create

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.replay import ReplayedMigration
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.schema.schema import Schema, SchemaObject
    from pulse_ci.sql.split import Statement


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A CREATE that does nothing, what exists in its place, and the ALTER statements that add what it lacks.

    `alters` is empty where ALTER TABLE cannot do it.
    """

    statement: Statement
    existing: SchemaObject
    alters: tuple[str, ...]


def find_passed_over(database: EmbeddedD1, replayed: ReplayedMigration) -> tuple[PassedOver, ...]:
    """Return the guarded CREATE statements whose object exists, and is not the same; `database` is overwritten."""
    touched = {each for each, _ in replayed.run.executed}
    found = list[PassedOver]()
    for statement in replayed.migration.statements:
        match statement.operation:
            case Create(kind, name, guard_position) if guard_position is None and statement in touched:
                existing = replayed.before.find(ObjectKind(kind), name)
                if existing and replayed.after.find(ObjectKind(kind), name) == existing:
                    found += _compare(database, replayed, statement, existing)
    return tuple(found)


def _compare(
    database: EmbeddedD1, replayed: ReplayedMigration, statement: Statement, existing: SchemaObject
) -> Iterator[PassedOver]:
    wanted = _create(database, replayed, statement, existing)
    if wanted is None or wanted == existing:
        return
    alters = tuple(_add_columns(existing, wanted)) if isinstance(existing, Table) and isinstance(wanted, Table) else ()
    yield PassedOver(statement, existing, alters if _run(database, replayed, alters) else ())


def _create(
    database: EmbeddedD1, replayed: ReplayedMigration, statement: Statement, existing: SchemaObject
) -> SchemaObject | None:
    """Return the object that the statement would make if it did not exist."""
    drop = f"DROP {existing.kind.value} {quote(existing.name)}"
    schema = _run(database, replayed, (drop, statement.sql))
    return schema.find(existing.kind, existing.name) if schema else None


def _run(database: EmbeddedD1, replayed: ReplayedMigration, statements: tuple[str, ...]) -> Schema | None:
    database.restore(replayed.content_after)
    try:
        for sql in statements:
            database.run(sql)
    except D1Refused:
        return None
    return database.schema()


def _add_columns(existing: Table, wanted: Table) -> Iterator[str]:
    for column in wanted.columns:
        if not existing.find_column(column.name):
            yield f"ALTER TABLE {quote_if_needed(existing.name)} ADD COLUMN {column.normalized_sql};"
