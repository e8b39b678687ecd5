"""Renames recognised: one object gone and one come, of the same definition."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pulse_ci.engine.canonical.words import quote_name
from pulse_ci.engine.schema import fold

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulse_ci.engine.schema import Column, Schema, Table
    from pulse_ci.repair.draft import Draft


def rename_tables(draft: Draft, before: Schema) -> None:
    """Write down the renames back of tables that are in `before` under another name, each the only one like it."""
    gone = [table for table in before.tables if draft.schema.table(table.name) is None]
    come = [table for table in draft.schema.tables if before.table(table.name) is None]
    shapes = Counter(map(_shape, gone)), Counter(map(_shape, come))
    for table in come:
        former = next((each for each in gone if _shape(each) == _shape(table)), None)
        if former is not None and shapes[0][_shape(table)] == shapes[1][_shape(table)] == 1:
            statement = f"ALTER TABLE {quote_name(table.name)} RENAME TO {quote_name(former.name)};"
            draft.add_past([table.name], [statement])


def _shape(table: Table) -> tuple[object, ...]:
    # References may be to the table itself or to one that was renamed with it: their number must do.
    columns = tuple((fold(column.name), column.type, column.not_null, column.default) for column in table.columns)
    links = len(table.foreign_keys)
    return columns, links, table.module, table.strict, table.without_rowid, table.primary_key, table.uniques


def rename_columns(draft: Draft, before: Schema) -> None:
    """Write down the renames back of columns: in a table, one gone and one come in the same place, otherwise alike."""
    for table in before.tables:
        present = draft.schema.table(table.name)
        pair = _renamed_column(table, present) if present and not (table.virtual or present.virtual) else None
        if pair:
            old, new = pair
            head = f"ALTER TABLE {quote_name(table.name)} RENAME COLUMN"
            statement = f"{head} {quote_name(new.name)} TO {quote_name(old.name)};"
            draft.add_past([table.name], [statement], _has(table.name, old))


def _has(table: str, column: Column) -> Callable[[Schema], bool]:
    def test(schema: Schema) -> bool:
        found = schema.table(table)
        return found is not None and found.column(column.name) == column

    return test


def _renamed_column(before: Table, present: Table) -> tuple[Column, Column] | None:
    gone = [(place, column) for place, column in enumerate(before.columns) if present.column(column.name) is None]
    come = [(place, column) for place, column in enumerate(present.columns) if before.column(column.name) is None]
    if len(gone) != 1 or len(come) != 1 or gone[0][0] != come[0][0]:
        return None
    return gone[0][1], come[0][1]
