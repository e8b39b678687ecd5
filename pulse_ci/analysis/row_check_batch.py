"""Statements that only add rows to their own table, or change some: a thousand of them are looked at together."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pulse_ci.sql.names import fold
from pulse_ci.sql.operations import Create, Insert, Update
from pulse_ci.sql.tokens import tokenize_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulse_ci.engine.access import Access
    from pulse_ci.schema.schema import Schema
    from pulse_ci.sql.split import Statement

Done = tuple["Statement", "Access"]


class RowCheckBatch:
    """Holds back what need not be looked at yet: no row can be lost by it, nor anything fire."""

    def __init__(self, schema: Schema, statements: Sequence[Statement]) -> None:
        created = [does.kind for each in statements if isinstance(does := each.operation, Create)]
        self._fired = {fold(trigger.table) for trigger in schema.triggers}
        keys = [key for table in schema.tables for key in table.foreign_keys]
        self._parents = {fold(key.parent) for key in keys if key.on_update not in ("NO ACTION", "RESTRICT")}
        self._inserts = "trigger" not in created
        self._updates = self._inserts and "table" not in created
        self._held: dict[str, Done] = {}

    def flush_before(self, statement: Statement) -> tuple[Done, ...]:
        """Return, before a statement runs, what is to be looked at first."""
        return () if self._find_batched_table(statement) else self.flush()

    def add(self, statement: Statement, access: Access) -> tuple[Done, ...]:
        """Take what has run; return it if it is to be looked at at once."""
        target = self._find_batched_table(statement)
        if target is None:
            return ((statement, access),)
        self._held[target] = (statement, access)
        return ()

    def flush(self) -> tuple[Done, ...]:
        """Return all that is held back, and hold it no more."""
        held = tuple(self._held.values())
        self._held.clear()
        return held

    def _find_batched_table(self, statement: Statement) -> str | None:
        """Return the folded name of the one table that a statement touches quietly, None if it is not quiet."""
        match statement.operation:
            case Insert(table) if self._inserts and not _replaces(statement.sql):
                return None if fold(table) in self._fired else fold(table)
            case Update(table) if self._updates and not _replaces(statement.sql):
                return None if fold(table) in self._fired | self._parents else fold(table)
            case _:
                return None


def _replaces(sql: str) -> bool:
    words = {token.keyword for token in islice(tokenize_code(sql), 3)}
    return "REPLACE" in words or "ON CONFLICT" in " ".join(sql.upper().split())
