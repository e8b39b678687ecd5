"""The table of applied migrations: wrangler creates it before the first file runs, and files can read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import apsw

from pulse_ci.schema.introspect import HIDDEN_TABLE_MARK
from pulse_ci.sql.names import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulse_ci.engine.connection import EmbeddedD1

DEFAULT_MIGRATIONS_TABLE = "d1_migrations"  # unless wrangler's configuration names another
_COLUMNS = (
    "id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL"
)
_APPLIED_AT = "2026-01-01 00:00:00"


@dataclass(frozen=True, slots=True)
class MigrationRecords:
    """The migrations table under its configured name; no schema that is read from the database has it."""

    table: str = DEFAULT_MIGRATIONS_TABLE

    def create(self, database: EmbeddedD1, applied: Iterable[str] = ()) -> None:
        """Create the table, unless it exists, and record the files that were applied earlier."""
        with database.open_unrestricted() as connection:
            connection.execute(f"CREATE TABLE IF NOT EXISTS {quote(self.table)} ({HIDDEN_TABLE_MARK} {_COLUMNS})")
        for name in applied:
            self.add(database, name)

    def add(self, database: EmbeddedD1, name: str) -> None:
        """Record a file; a file that dropped or changed the table is left to the rule about it."""
        insert = f"INSERT OR IGNORE INTO {quote(self.table)} (name, applied_at) VALUES (?, ?)"
        with database.open_unrestricted() as connection:
            try:
                connection.execute(insert, (name.encode("utf-8", "replace").decode(), _APPLIED_AT))
            except apsw.Error:
                return
