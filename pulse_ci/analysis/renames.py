"""The tables and columns of a schema under the names that they have after a migration."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulse_ci.analysis.copied_values import ValueChange, read_renames
from pulse_ci.sql.names import fold
from pulse_ci.sql.operations import Drop, DropColumn, RenameColumn, RenameTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulse_ci.analysis.statement_run import StatementRun
    from pulse_ci.analysis.table_rebuilds import Rebuild
    from pulse_ci.schema.schema import Schema
    from pulse_ci.sql.split import Statement


@dataclass(frozen=True, slots=True)
class Rename:
    """A table that is there under another name, or (where `column` is given) a column of it.

    `table` and `column` are the names before, `new_name` is the one after; `new_table` is the table's name after.
    """

    statement: Statement | None
    table: str
    column: str
    new_name: str
    new_table: str


@dataclass(frozen=True, slots=True)
class DroppedColumn:
    """A column that a statement drops from a table that the file renamed, by the names before the file."""

    statement: Statement
    table: str
    column: str


@dataclass(frozen=True, slots=True)
class Renames:
    """What a file renames, and what it drops after a rename."""

    tables: tuple[Rename, ...] = ()
    columns: tuple[Rename, ...] = ()
    dropped: tuple[DroppedColumn, ...] = ()


@dataclass
class _Followed:
    """A table: its present name, None once it is dropped, and the present names of its columns by the first ones."""

    name: str | None
    columns: dict[str, str]
    statement: Statement | None = None
    column_statements: dict[str, Statement] = field(default_factory=dict)
    dropped: dict[str, Statement] = field(default_factory=dict)


def find_renames(run: StatementRun, before: Schema, after: Schema, rebuilds: Iterable[Rebuild]) -> Renames:
    """Follow each table and column of `before` through the statements of a run, and through rebuilds."""
    followed = {
        table.name: _Followed(fold(table.name), {column.name: fold(column.name) for column in table.columns})
        for table in before.tables
        if not table.is_virtual
    }
    for statement, _ in run.executed:
        _follow(statement, followed)
    tables = tuple(
        Rename(each.statement, name, "", _name(after, each.name), _name(after, each.name))
        for name, each in followed.items()
        if each.name and each.name != fold(name) and after.find_table(each.name) and not after.find_table(name)
    )
    columns = [
        Rename(each.column_statements[column], name, column, _spell(after, each.name, now), _name(after, each.name))
        for name, each in followed.items()
        if each.name and (new := after.find_table(each.name))
        for column, now in each.columns.items()
        if now != fold(column) and new.find_column(now) and not new.find_column(column)
    ]
    for rebuild in rebuilds:
        columns += (
            Rename(copied.statement, rebuild.table, copied.source, copied.column, rebuild.table)
            for copied in read_renames(rebuild)
            if copied.change is ValueChange.RENAMED
        )
    dropped = tuple(
        DroppedColumn(statement, name, column)
        for name, each in followed.items()
        if each.name and each.name != fold(name)
        for column, statement in each.dropped.items()
    )
    return Renames(tables, tuple(columns), dropped)


def _follow(statement: Statement, followed: dict[str, _Followed]) -> None:
    match statement.operation:
        case RenameTable(table, to) if found := _find(followed, table):
            found.name, found.statement = fold(to), statement
        case RenameColumn(table, column, to) if found := _find(followed, table):
            for first, now in found.columns.items():
                if now == fold(column):
                    found.columns[first] = fold(to)
                    found.column_statements[first] = statement
                    break
        case DropColumn(table, column) if found := _find(followed, table):
            for first, now in list(found.columns.items()):
                if now == fold(column):
                    del found.columns[first]
                    found.dropped[first] = statement
        case Drop("table", table) if found := _find(followed, table):
            found.name = None
        case _:
            pass


def _find(followed: dict[str, _Followed], name: str) -> _Followed | None:
    return next((each for each in followed.values() if each.name == fold(name)), None)


def _name(schema: Schema, table: str | None) -> str:
    found = schema.find_table(table or "")
    return found.name if found else table or ""


def _spell(schema: Schema, table: str | None, column: str) -> str:
    found = schema.find_table(table or "")
    spelled = found.find_column(column) if found else None
    return spelled.name if spelled else column
