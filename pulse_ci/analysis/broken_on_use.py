"""Every view, trigger and FTS5 table used once after a migration: which fail that worked before, and D1's message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.errors import D1Refused
from pulse_ci.model import ObjectKind
from pulse_ci.schema.schema import Trigger, View
from pulse_ci.sql.names import fold, quote, quote_string

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.replay import ReplayedMigration
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.schema.schema import SchemaObject

_KINDS = {View: ObjectKind.VIEW, Trigger: ObjectKind.TRIGGER}


@dataclass(frozen=True, slots=True)
class BrokenOnUse:
    """An object, and D1's message for each statement that would use it; `is_new` where the file made or changed it."""

    item: SchemaObject
    message: str
    is_new: bool

    @property
    def kind(self) -> ObjectKind:
        """What it is; an FTS5 table is a table."""
        return _KINDS.get(type(self.item), ObjectKind.TABLE)


def find_broken_on_use(
    database: EmbeddedD1, replayed: ReplayedMigration, on_rows: bytes | None
) -> tuple[BrokenOnUse, ...]:
    """Return what D1 cannot use after the file, and could before it, or had not before; `database` is overwritten.

    `on_rows` is the database after the file with rows in it, None where it ran on none. A file that drops and alters
    nothing can only have broken what it made.
    """
    if not replayed.ran_without_transactions:
        return ()
    known = set(replayed.before.objects)
    reaches_others = any(access.drops or access.alters for _, access in replayed.run.executed)
    used = [each for each in _list_used(replayed) if reaches_others or each not in known]
    if not used:
        return ()
    failed = dict(_use_all(database, on_rows or replayed.content_after, used))
    if not failed:
        return ()
    old = [each for each in failed if each in known]
    failed_before = dict(_use_all(database, replayed.content_before, old)) if old else {}
    return tuple(
        BrokenOnUse(item, message, item not in known) for item, message in failed.items() if item not in failed_before
    )


def _list_used(replayed: ReplayedMigration) -> Iterator[SchemaObject]:
    yield from replayed.after.views
    yield from replayed.after.triggers
    yield from (table for table in replayed.after.tables if fold(table.module or "") == "fts5")
    for table in replayed.after.tables:
        old = replayed.before.find_table(table.name)
        if old and any(column.generated and old.find_column(column.name) != column for column in table.columns):
            yield table


def _use_all(database: EmbeddedD1, snapshot: bytes, items: list[SchemaObject]) -> Iterator[tuple[SchemaObject, str]]:
    """Yield what cannot be used, each with D1's message."""
    database.restore(snapshot)
    for item in items:
        for sql in _build_use(database, item):
            try:
                database.query(sql)
            except D1Refused as refused:
                yield item, str(refused)
                break


def _build_use(database: EmbeddedD1, item: SchemaObject) -> Iterator[str]:
    match item:
        case Trigger():
            # A trigger is compiled with the statement that fires it, which need not run.
            yield f"EXPLAIN {_build_firing_statement(database, item)}"
        case View():
            yield f"SELECT * FROM {quote(item.name)} LIMIT 0"
        case _:
            yield f"SELECT * FROM {quote(item.name)}"


def _build_firing_statement(database: EmbeddedD1, trigger: Trigger) -> str:
    name = quote(trigger.table)
    match trigger.event:
        case "INSERT":
            return f"INSERT INTO {name} DEFAULT VALUES"
        case "DELETE":
            return f"DELETE FROM {name}"
        case _:
            # Of a generated column, which is hidden, nothing can be set.
            select = f"SELECT name FROM pragma_table_info({quote_string(trigger.table)})"
            columns = trigger.columns or tuple(str(column) for (column,) in database.query(select))
            return f"UPDATE {name} SET {', '.join(f'{quote(each)} = {quote(each)}' for each in columns)}"
