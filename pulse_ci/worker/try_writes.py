"""Writes tried on seeded rows of both schemas: what a new NOT NULL, CHECK, UNIQUE or trigger rejects."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import apsw

from pulse_ci.analysis.seed import seed
from pulse_ci.errors import D1Refused
from pulse_ci.sql.names import fold, quote
from pulse_ci.worker.write_statements import find_written_table, read_write

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.schema.schema import Schema

_MAX_WRITES = 400
_ROWS = 3


def try_writes(statements: Iterable[str], before: EmbeddedD1, after: EmbeddedD1) -> dict[str, str]:
    """Return the writes that work before the change and fail after it on rows, each with D1's message.

    Each parameter is given its column's value in a row that satisfies the constraints of that side, so that a failure
    comes from the statement alone: from a column that it leaves out, or from a value that it spells out. Only tables
    that the change alters are tried. Both databases get rows.
    """
    old, new = before.schema(), after.schema()
    by_table = dict[str, list[str]]()
    for sql in dict.fromkeys(statements):
        table = find_written_table(sql)
        if table is not None and _is_stricter(table, old, new) and sum(map(len, by_table.values())) < _MAX_WRITES:
            by_table.setdefault(fold(table), []).append(sql)
    found = dict[str, str]()
    for table, writes in by_table.items():
        old_side, new_side = _SeededTable(before, table), _SeededTable(after, table)
        for sql in writes:
            failure = new_side.try_write(sql) if old_side.try_write(sql) == "" else None
            if failure:
                found[sql] = failure
    return found


def _is_stricter(table: str, old: Schema, new: Schema) -> bool:
    """Whether a table is on both sides, and what can reject a row is another one."""
    first, second = old.find_table(table), new.find_table(table)
    if first is None or second is None or first.is_virtual:
        return False
    return first != second or _list_guards(table, old) != _list_guards(table, new)


def _list_guards(table: str, schema: Schema) -> list[str]:
    guards = (*schema.list_indexes(table), *schema.list_triggers(table))
    return sorted(each.comparison_key for each in guards)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row's values as SQL literals, by folded column, and the database without it, where they are free."""

    values: Mapping[str, str]
    without: bytes


class _SeededTable:
    """A table with rows, to which one write at a time is tried."""

    def __init__(self, database: EmbeddedD1, table: str) -> None:
        self._database = database
        schema = database.schema()
        found = schema.find_table(table)
        seed(database, schema, rows=_ROWS, only=[table])
        self._with_rows = database.take_snapshot()
        self._columns = [column.name for column in found.columns if column.generated is None] if found else []
        self._rows: list[_Row] = []
        # A table without rowids, or with a trigger that keeps its rows, is not tried.
        with suppress(apsw.Error):
            self._rows = [self._take_row(table, position) for position in range(_ROWS)]

    def try_write(self, sql: str) -> str | None:
        """Return "" where the write works with one row's values, else D1's message; None where it cannot be tried."""
        write = read_write(sql, self._columns)
        if write is None or not self._rows:
            return None
        failure = ""
        for row in self._rows:
            self._database.restore(row.without if write.is_insert else self._with_rows)
            try:
                self._database.run(write.fill(row.values))
            except D1Refused as refused:
                failure = str(refused)
            else:
                return ""
        return failure

    def _take_row(self, table: str, position: int) -> _Row:
        """Return a row by its place, and the database without it; keys that refer to it are let be."""
        name = quote(table)
        literals = ", ".join(f"quote({quote(column)})" for column in self._columns)
        self._database.restore(self._with_rows)
        with self._database.open_unrestricted() as connection:
            sql = f"SELECT rowid, {literals} FROM {name} ORDER BY rowid DESC LIMIT 1 OFFSET ?"
            rowid, *values = connection.execute(sql, (position % self._count(connection, name),)).fetchall()[0]
            connection.pragma("foreign_keys", 0)
            connection.execute(f"DELETE FROM {name} WHERE rowid = ?", (rowid,))
            connection.pragma("foreign_keys", 1)
        named = {fold(column): str(value) for column, value in zip(self._columns, values, strict=True)}
        return _Row(named, self._database.take_snapshot())

    def _count(self, connection: apsw.Connection, name: str) -> int:
        (count,) = connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0]
        if count == 0:
            raise apsw.NotFoundError
        return int(str(count))
