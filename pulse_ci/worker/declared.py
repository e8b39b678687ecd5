"""Tables that the source declares: Drizzle's, Prisma's and Kysely's, as one kind of value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeclaredColumn:
    """A column; `key` is its name in the source.

    `is_required` says that the source has it NOT NULL, `has_default` that the database or the library gives it a value.
    """

    key: str
    name: str
    line: int
    is_required: bool = False
    has_default: bool = False
    is_generated: bool = False
    sets_on_update: bool = False
    is_selected: bool = True


@dataclass(frozen=True, slots=True)
class DeclaredTable:
    """A table or view; `key` is its name in the source. Where it is not complete it has more columns than are known."""

    key: str
    name: str
    path: str
    line: int
    columns: tuple[DeclaredColumn, ...]
    is_view: bool = False
    is_complete: bool = True

    def find(self, key: str) -> DeclaredColumn | None:
        """Return the column that the source calls `key`."""
        return next((column for column in self.columns if column.key == key), None)
