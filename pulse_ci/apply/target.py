"""Read and write the database that apply works on: a D1 database of an account, or a local file."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import apsw

from pulse_ci.d1.client import Query
from pulse_ci.d1.database_state import build_database_state, has_table, read_database_state, records_query
from pulse_ci.d1.snapshot import OBJECTS_QUERY, read_snapshot
from pulse_ci.engine.d1_errors import format_d1_message
from pulse_ci.engine.limits import D1_LIMITS, set_limits
from pulse_ci.errors import ConfigError, D1Error, D1Refused
from pulse_ci.schema.schema import MasterRow
from pulse_ci.sql.names import fold, quote_if_needed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pulse_ci.analysis.schema_history import SchemaHistory
    from pulse_ci.d1.client import D1Client
    from pulse_ci.d1.database_state import DatabaseState

_BUSY_TIMEOUT_MS = 10_000


class TargetDatabase(Protocol):
    """A database that can be read and written. Every method raises a D1Error."""

    @property
    def name(self) -> str:
        """What people call it."""

    def read(self) -> DatabaseState:
        """Return its schema and its records."""

    def run(self, statements: Sequence[str]) -> None:
        """Run statements as one request, all or nothing.

        Raises:
            D1Refused: D1 refuses one of them; nothing was done.
            AmbiguousWrite: all may have been done, or nothing.

        """

    def count(self, selects: Sequence[str]) -> tuple[int, ...]:
        """Return the number that each SELECT gives."""

    def count_rows(self, history: SchemaHistory) -> Mapping[str, int]:
        """Return how many rows the tables have, by folded name, that a file reaches which has not run there."""

    def find_restore_command(self) -> str | None:
        """Return the command that restores the database as it is now, or None where there is none."""


@dataclass(frozen=True, slots=True)
class RemoteDatabase:
    """A database of an account, by its id."""

    client: D1Client
    id: str
    name: str
    migrations_table: str

    def read(self) -> DatabaseState:
        """Return its schema and its records."""
        return read_database_state(self.client, self.id, self.migrations_table)

    def run(self, statements: Sequence[str]) -> None:
        """Run statements as one request."""
        self.client.write(self.id, [Query(each) for each in statements])

    def count(self, selects: Sequence[str]) -> tuple[int, ...]:
        """Return the number that each SELECT gives."""
        if not selects:
            return ()
        results = self.client.read(self.id, [Query(each) for each in selects])
        return tuple(int(str(each.rows[0][0])) for each in results)

    def count_rows(self, history: SchemaHistory) -> Mapping[str, int]:
        """Return how many rows the tables have that a pending file reaches."""
        counted = read_snapshot(self.client, self.id, self.migrations_table, history).row_counts
        return {name: count.rows for name, count in counted.items()}

    def find_restore_command(self) -> str | None:
        """Take a bookmark of Time Travel, and return the command that restores it."""
        bookmark = self.client.get_bookmark(self.id)
        return f"wrangler d1 time-travel restore {shlex.quote(self.name)} --bookmark={shlex.quote(bookmark)}"


class LocalDatabase:
    """A file; its statements have run on the embedded engine, under D1's rules, before."""

    def __init__(self, path: Path, migrations_table: str) -> None:
        self.name = str(path)
        self._path = path
        self._migrations_table = migrations_table

    def read(self) -> DatabaseState:
        """Return its schema and its records."""
        with self._open() as connection, connection:
            objects = [MasterRow(*map(str, row)) for row in connection.execute(OBJECTS_QUERY.sql)]
            bare = build_database_state(objects, self._migrations_table, None)
            if not has_table(bare.objects, self._migrations_table):
                return bare
            records = connection.execute(records_query(self._migrations_table)).fetchall()
        return build_database_state(objects, self._migrations_table, records)

    def run(self, statements: Sequence[str]) -> None:
        """Run statements as one transaction; who comes second waits for who came first."""
        with self._open() as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
                for statement in statements:
                    connection.execute(statement).fetchall()
                connection.execute("COMMIT")
            except apsw.BusyError:
                raise D1Error(f"{self.name} is in use by another program. Run it again when that is done.") from None
            except apsw.Error as error:
                raise D1Refused(format_d1_message(error)) from None

    def count(self, selects: Sequence[str]) -> tuple[int, ...]:
        """Return the number that each SELECT gives."""
        with self._open() as connection:
            return tuple(int(connection.execute(each).get) for each in selects)

    def count_rows(self, _: SchemaHistory) -> Mapping[str, int]:
        """Return how many rows each table has."""
        tables = [table.name for table in self.read().schema.tables if not table.is_virtual]
        counts = self.count([f"SELECT count(*) FROM {quote_if_needed(name)}" for name in tables])
        return dict(zip(map(fold, tables), counts, strict=True))

    def find_restore_command(self) -> str | None:
        """A file has no Time Travel."""
        return None

    @contextmanager
    def _open(self) -> Iterator[apsw.Connection]:
        try:
            connection = apsw.Connection(self.name, flags=apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
            connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
            connection.execute("PRAGMA foreign_keys = ON").fetchall()
            connection.execute("SELECT 1 FROM sqlite_master").fetchall()
        except apsw.Error as error:
            raise ConfigError(f"{self._path} cannot be opened as a database: {error}. Correct --local.") from None
        set_limits(connection, D1_LIMITS)
        try:
            yield connection
        finally:
            connection.close()
