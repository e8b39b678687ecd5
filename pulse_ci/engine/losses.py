"""The rows of every table followed through a migration: which are lost, and through which foreign key or trigger."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.engine.rows import quote_name
from pulse_ci.engine.schema import fold
from pulse_ci.migrations.operations import Delete, Drop, Insert, RenameColumn, RenameTable, Update, operation

if TYPE_CHECKING:
    from collections.abc import Iterable

    import apsw

    from pulse_ci.engine.schema import ForeignKey, Schema, Table
    from pulse_ci.sql.split import Statement

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class TableRows:
    """The rows of a table at one moment, in the columns that it has had all along."""

    columns: tuple[str, ...]
    rows: Counter[Row]

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.rows.total()


@dataclass(frozen=True, slots=True)
class Loss:
    """A table that has fewer rows, or other values in its rows, than before the file.

    `target` is the table that the statement itself names; `path` leads from there to `table` by foreign keys, each
    with the table that holds it; it is empty where the rows went directly or through a trigger.
    """

    table: str
    before: int
    after: int
    altered: int
    statement: Statement | None
    target: str | None
    path: tuple[tuple[str, ForeignKey], ...]


class Tracker:
    """Follows every table that was there before the file, under whatever name it goes."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._tables = {table.name: table for table in schema.tables if not table.virtual}
        self._names = {name: name for name in self._tables}
        self._columns = {
            table.name: {column.name: column.name for column in table.columns if not column.generated}
            for table in self._tables.values()
        }
        self._moments: list[tuple[Statement | None, dict[str, TableRows | None]]] = []
        self._written: set[str] = set()

    def follow(self, statement: Statement) -> None:
        """Note what a statement renames and what it writes directly."""
        match operation(statement.sql):
            case RenameTable(table, to):
                for name, current in self._names.items():
                    if fold(current) == fold(table):
                        self._names[name] = to
            case RenameColumn(table, column, to):
                self._rename_column(table, column, to)
            case Insert(table) | Update(table) | Delete(table) | Drop("table", table):
                self._written.add(fold(table))

    def _rename_column(self, table: str, column: str, to: str) -> None:
        for name, current in self._names.items():
            if fold(current) == fold(table):
                columns = self._columns[name]
                self._columns[name] = {old: to if fold(now) == fold(column) else now for old, now in columns.items()}

    def look(self, connection: apsw.Connection, statement: Statement | None) -> None:
        """Read the rows of every table as they are after `statement`."""
        there = {
            fold(str(name)): str(name)
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        last = self._moments[-1][1] if self._moments else {}
        moment = {}
        for name, current in self._names.items():
            found = there.get(fold(current)) or there.get(fold(name))
            rows = self._read(connection, name, found) if found else None
            moment[name] = last[name] if rows == last.get(name) and name in last else rows
        self._moments.append((statement, moment))

    def _read(self, connection: apsw.Connection, name: str, found: str) -> TableRows:
        info = connection.execute("SELECT name FROM pragma_table_xinfo(?)", (found,))
        have = {fold(str(column)) for (column,) in info}
        columns = {old: now for old, now in self._columns[name].items() if fold(now) in have}
        listed = ", ".join(map(quote_name, columns.values())) or "1"
        rows = Counter(connection.execute(f"SELECT {listed} FROM {quote_name(found)}"))
        return TableRows(tuple(columns), rows)

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return for each table how many rows it had before and has after the file."""
        first, last = self._moments[0][1], self._moments[-1][1]
        return {name: (_count(first[name]), _count(last[name])) for name in self._tables}

    def losses(self) -> Iterable[Loss]:
        """Yield a loss for each table that has fewer rows, or was altered without being written to."""
        first, last = self._moments[0][1], self._moments[-1][1]
        for name, table in self._tables.items():
            before, after = first[name], last[name]
            if before is None or before == after:
                continue
            gone = _lost(before, after)
            fewer = max(_count(before) - _count(after), 0)
            altered = 0 if fold(name) in self._written else gone - fewer
            if fewer or altered > 0:
                yield self._loss(table, _count(before), _count(after), max(altered, 0))

    def _loss(self, table: Table, before: int, after: int, altered: int) -> Loss:
        statement = self._cause(table.name)
        target = _target(statement)
        path = tuple(_path(self._schema, self._original(target), table.name)) if target else ()
        return Loss(table.name, before, after, altered, statement, target, path)

    def _original(self, name: str) -> str:
        return next((old for old, now in self._names.items() if fold(now) == fold(name)), name)

    def _cause(self, name: str) -> Statement | None:
        """Return the first statement after which the table is never again as it was before the file."""
        first = self._moments[0][1][name]
        cause = None
        for statement, moment in reversed(self._moments[1:]):
            if first is not None and _lost(first, moment[name]) == 0:
                break
            cause = statement
        return cause


def _count(rows: TableRows | None) -> int:
    return rows.count if rows else 0


def _lost(before: TableRows, after: TableRows | None) -> int:
    """Return how many of the rows before are not there after, in the columns that both have."""
    if after is None:
        return before.count
    kept = [index for index, column in enumerate(before.columns) if column in after.columns]
    order = [after.columns.index(before.columns[index]) for index in kept]
    old = Counter[Row]()
    for row, times in before.rows.items():
        old[tuple(row[index] for index in kept)] += times
    new = Counter[Row]()
    for row, times in after.rows.items():
        new[tuple(row[index] for index in order)] += times
    return (old - new).total()


def _target(statement: Statement | None) -> str | None:
    match operation(statement.sql) if statement else None:
        case Drop("table", table) | Delete(table) | Update(table) | Insert(table):
            return table
        case _:
            return None


def _path(schema: Schema, start: str, end: str) -> list[tuple[str, ForeignKey]]:
    """Return the shortest way from a parent to a descendant by foreign keys that act on its rows."""
    ways: dict[str, list[tuple[str, ForeignKey]]] = {fold(start): []}
    queue = [start]
    while queue:
        parent = queue.pop(0)
        for child, key in schema.children_of(parent):
            if fold(child.name) not in ways and _acts(key):
                ways[fold(child.name)] = [*ways[fold(parent)], (child.name, key)]
                queue.append(child.name)
    return ways.get(fold(end), []) if fold(start) != fold(end) else []


def _acts(key: ForeignKey) -> bool:
    return key.on_delete in ("CASCADE", "SET NULL", "SET DEFAULT") or key.on_update in ("CASCADE", "SET NULL")
