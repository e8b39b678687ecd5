"""Renames undone: those that statements spell, and those that two schemas show."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulse_ci.rewrite.ddl_statements import build_rename_column, build_rename_table
from pulse_ci.schema.schema import Column
from pulse_ci.sql.names import fold
from pulse_ci.sql.operations import Create, Drop, DropColumn, RenameColumn, RenameTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pulse_ci.rewrite.script_builder import ScriptBuilder
    from pulse_ci.schema.schema import Schema, Table
    from pulse_ci.sql.split import Statement


@dataclass(frozen=True, slots=True)
class ExplicitRenames:
    """The renames that statements spell, all names folded.

    tables    the name that a table has in the end, to the one that it had before
    columns   the former name of a table and the last one of its column, to the column's former name
    """

    tables: dict[str, str] = field(default_factory=dict)
    columns: dict[tuple[str, str], str] = field(default_factory=dict)


def find_explicit_renames(statements: Iterable[Statement], before: Schema) -> ExplicitRenames:
    """Return the renames of the tables and columns of `before` in statements that have run."""
    tables = {fold(table.name): fold(table.name) for table in before.tables}
    columns = dict[tuple[str, str], str]()
    for statement in statements:
        match statement.operation:
            case RenameTable(table, to):
                tables[fold(to)] = tables.pop(fold(table), "")
            case Create("table", table):
                tables.setdefault(fold(table), "")
            case Drop("table", table):
                tables.pop(fold(table), None)
            case RenameColumn(table, column, to):
                former = tables.get(fold(table)) or fold(table)
                columns[former, fold(to)] = columns.pop((former, fold(column)), fold(column))
            case DropColumn(table, column):
                columns.pop((tables.get(fold(table)) or fold(table), fold(column)), None)
    return ExplicitRenames({now: former for now, former in tables.items() if former not in ("", now)}, columns)


def undo_explicit_renames(script: ScriptBuilder, before: Schema, renames: ExplicitRenames) -> None:
    """Add the statements that undo spelled renames, where neither name is taken."""
    for now, former in renames.tables.items():
        table, wanted = script.schema.find_table(now), before.find_table(former)
        if table and wanted and before.find_table(now) is None and script.schema.find_table(former) is None:
            script.add_with_drops([now], [build_rename_table(table.name, wanted.name)])
    for (name, now), former in renames.columns.items():
        present, table = script.schema.find_table(name), before.find_table(name)
        new, old = present and present.find_column(now), table and table.find_column(former)
        if present and table and new and old and not (table.find_column(now) or present.find_column(former)):
            script.add_with_drops([name], [build_rename_column(table.name, new.name, old.name)])


def undo_table_renames(script: ScriptBuilder, before: Schema) -> None:
    """Add the statements that undo renames of tables, each the only one of its shape that came and that went."""
    removed = [table for table in before.tables if script.schema.find_table(table.name) is None]
    added = [table for table in script.schema.tables if before.find_table(table.name) is None]
    shapes = Counter(map(_describe_shape, added))
    for table in added:
        former = [each for each in removed if _describe_shape(each) == _describe_shape(table)]
        if len(former) == shapes[_describe_shape(table)] == 1:
            script.add_with_drops([table.name], [build_rename_table(table.name, former[0].name)])


def _describe_shape(table: Table) -> tuple[object, ...]:
    # References may be to the table itself or to one that was renamed with it: only their number is compared.
    columns = tuple((fold(column.name), column.type, column.not_null, column.default) for column in table.columns)
    links = len(table.foreign_keys)
    return columns, links, table.module, table.strict, table.without_rowid, table.primary_key, table.uniques


def undo_column_renames(script: ScriptBuilder, before: Schema) -> None:
    """Add the statements that undo renames of columns: in one place of a table, one equal column came and one went."""
    for table in before.tables:
        present = script.schema.find_table(table.name)
        if present is None or table.is_virtual or present.is_virtual:
            continue
        for old, new in _find_renamed_columns(table, present):
            rename = build_rename_column(table.name, new.name, old.name)
            script.add_with_drops([table.name], [rename], _expect_column(table.name, old))


def _expect_column(table: str, column: Column) -> Callable[[Schema], bool]:
    def test(schema: Schema) -> bool:
        found = schema.find_table(table)
        return found is not None and found.find_column(column.name) == column

    return test


def _find_renamed_columns(before: Table, present: Table) -> Iterator[tuple[Column, Column]]:
    removed, added = _find_columns_only_in(before, present), _find_columns_only_in(present, before)
    for shape in removed:
        if len(removed[shape]) == len(added.get(shape, ())) == 1:
            yield removed[shape][0], added[shape][0]


def _find_columns_only_in(table: Table, other: Table) -> dict[tuple[object, ...], list[Column]]:
    """Return the columns that the other table lacks, by what they are and between which common ones they are."""
    found, place = dict[tuple[object, ...], list[Column]](), 0
    for each in table.columns:
        if other.find_column(each.name):
            place += 1
        else:
            constraints = each.not_null, each.default, each.primary_key_position, each.unique, each.collation
            found.setdefault((place, each.type, *constraints), []).append(each)
    return found
