"""Rows on which a statement passes: found by adding one row after the other, where all together make it fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import apsw

from pulse_ci.analysis.seed.table_order import TableGraph
from pulse_ci.analysis.touched_tables import with_descendants
from pulse_ci.errors import D1Refused
from pulse_ci.sql.clauses import add_or_ignore
from pulse_ci.sql.names import fold, quote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pulse_ci.analysis.statement_run import Rejection
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.engine.request import Request
    from pulse_ci.schema.schema import Schema
    from pulse_ci.sql.split import Statement

_MAX_TRIALS = 48
# Statements that all trials together run: a file of a thousand INSERTs has few trials.
_MAX_STATEMENTS = 3000


class _Row(NamedTuple):
    table: str
    key: tuple[object, ...]


class PassingRows:
    """Searches the rows of a database, given as a snapshot, for those on which a refused statement passes."""

    def __init__(self, database: EmbeddedD1, schema: Schema, statements: Sequence[Statement], filled: bytes) -> None:
        self._database = database
        self._schema = schema
        self._graph = TableGraph(schema)
        self._statements = statements
        self._filled = filled
        self.was_tried = False

    def find(self, refused: Rejection, tables: Collection[str]) -> bytes | None:
        """Return a database with as many rows of `tables`, by folded name, as the statement passes on.

        None where it fails on each of them, and without any. The rows of other tables stay.
        """
        tables = frozenset(name for table in tables for name in with_descendants(table, self._schema))
        rows = self._list_rows(tables)[: min(_MAX_TRIALS, _MAX_STATEMENTS // max(len(self._statements), 1))]
        self.was_tried = bool(rows)
        kept = list[_Row]()
        best: bytes | None = None
        for row in rows:
            snapshot = self._keep({*kept, row}, tables)
            if snapshot and self._passes(refused):
                kept.append(row)
                best = snapshot
        return best

    def _list_rows(self, tables: Collection[str]) -> list[_Row]:
        """Return the rows, those of parents first."""
        self._database.restore(self._filled)
        groups = self._graph.order_groups()
        ordered = [table for group in groups for table in group if fold(table.name) in tables and not table.is_virtual]
        with self._database.open_unrestricted() as connection:
            return [
                _Row(table.name, tuple(key))
                for table in ordered
                for key in connection.execute(f"SELECT {self._keys(table.name)} FROM {quote(table.name)}").fetchall()
            ]

    def _keys(self, name: str) -> str:
        table = self._graph.tables[fold(name)]
        if not table.without_rowid or table.primary_key is None:
            return "rowid"
        return ", ".join(quote(column) for column in table.primary_key.columns)

    def _keep(self, rows: Collection[_Row], tables: Collection[str]) -> bytes | None:
        """Return the database with these rows alone in the tables; None where one refers to a row that went."""
        self._database.restore(self._filled)
        with self._database.open_unrestricted() as connection:
            connection.pragma("foreign_keys", 0)
            try:
                for name in sorted(tables):
                    self._delete_others(connection, name, [row.key for row in rows if fold(row.table) == name])
                if next(connection.execute("PRAGMA foreign_key_check"), None):
                    return None
            except apsw.Error:  # a trigger does not let rows go
                return None
            finally:
                connection.pragma("foreign_keys", 1)
        return self._database.take_snapshot()

    def _delete_others(self, connection: apsw.Connection, name: str, keys: Sequence[tuple[object, ...]]) -> None:
        table = self._graph.tables.get(name)
        if table is None or table.is_virtual:
            return
        columns = self._keys(table.name)
        kept = set(keys)
        where = " AND ".join(f"{column} IS ?" for column in columns.split(", "))
        for key in connection.execute(f"SELECT {columns} FROM {quote(table.name)}").fetchall():
            if tuple(key) not in kept:
                connection.execute(f"DELETE FROM {quote(table.name)} WHERE {where}", key)

    def _passes(self, refused: Rejection) -> bool:
        try:
            with self._database.open_request() as request:
                for statement in self._statements:
                    failed = _run_or_skip(request, statement)
                    if refused.statement == statement:
                        request.mark_rollback_only()
                        return not failed
        except D1Refused:
            return False
        return refused.statement is None


def _run_or_skip(request: Request, statement: Statement) -> bool:
    """Run a statement, or an INSERT without the rows that it fails on; return whether the statement itself failed."""
    try:
        request.execute(statement.sql)
    except D1Refused:
        for instead in _instead_of(statement):
            try:
                request.execute(instead)
            except D1Refused:
                continue
        return True
    return False


def _instead_of(statement: Statement) -> Iterator[str]:
    if sql := add_or_ignore(statement.sql):
        yield sql
