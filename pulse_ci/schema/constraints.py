"""What a table's keys and indexes are made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IndexedColumn:
    """One column or expression of a key or an index; the collation is None where it is the column's own."""

    column: str | None
    expression: str | None = None
    collation: str | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True)
class KeyConstraint:
    """A PRIMARY KEY or a UNIQUE constraint."""

    indexed_columns: tuple[IndexedColumn, ...]
    on_conflict: str | None = None
    autoincrement: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns, in order."""
        return tuple(term.column for term in self.indexed_columns if term.column is not None)


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key; `parent_columns` is empty where none are written and the parent has no primary key."""

    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]
    on_delete: str = "NO ACTION"
    on_update: str = "NO ACTION"
    deferred: bool = False
