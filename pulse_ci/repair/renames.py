"""Renames recognised: one object gone and one come, of the same definition."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pulse_ci.engine.canonical.words import quote_name
from pulse_ci.engine.schema import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    """Write down the renames back of columns: in one place of a table, one gone and one come, otherwise alike."""
    for table in before.tables:
        present = draft.schema.table(table.name)
        if present is None or table.virtual or present.virtual:
            continue
        for old, new in _renamed_columns(table, present):
            head = f"ALTER TABLE {quote_name(table.name)} RENAME COLUMN"
            statement = f"{head} {quote_name(new.name)} TO {quote_name(old.name)};"
            draft.add_past([table.name], [statement], _has(table.name, old))


def _has(table: str, column: Column) -> Callable[[Schema], bool]:
    def test(schema: Schema) -> bool:
        found = schema.table(table)
        return found is not None and found.column(column.name) == column

    return test


def _renamed_columns(before: Table, present: Table) -> Iterator[tuple[Column, Column]]:
    gone, come = _only_in(before, present), _only_in(present, before)
    for shape in gone:
        if len(gone[shape]) == len(come.get(shape, ())) == 1:
            yield gone[shape][0], come[shape][0]


def _only_in(table: Table, other: Table) -> dict[tuple[object, ...], list[Column]]:
    """Return the columns that the other table has not, by what they are and between which common ones they stand."""
    found: dict[tuple[object, ...], list[Column]] = {}
    place = 0
    for column in table.columns:
        if other.column(column.name):
            place += 1
        else:
            key = (column.type, column.not_null, column.default, column.primary_key, column.unique, column.collation)
            found.setdefault((place, *key), []).append(column)
    return found
