"""Describe what apply needs of a database, local or remote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulse_ci.analysis.schema_history import SchemaHistory
    from pulse_ci.d1.database_state import DatabaseState


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
