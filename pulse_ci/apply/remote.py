"""Apply to a D1 database of an account."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.d1.client import Query
from pulse_ci.d1.database_state import read_database_state
from pulse_ci.d1.snapshot import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulse_ci.analysis.schema_history import SchemaHistory
    from pulse_ci.d1.client import D1Client
    from pulse_ci.d1.database_state import DatabaseState


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
