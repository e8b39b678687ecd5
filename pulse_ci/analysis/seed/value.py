"""What came of seeding, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SeededTable:
    """A table with the rows that it has now, and how many of them were made.

    `shortfall` says why there are fewer than asked for, None where there are enough.
    """

    name: str
    rows: int
    inserted: int
    shortfall: str | None = None


@dataclass(frozen=True, slots=True)
class SeedFailure:
    """A table that has no row, and why none could be made."""

    table: str
    reason: str


@dataclass(frozen=True, slots=True)
class SeedResult:
    """Every table of a schema, sorted by name: in `tables` or, where it has no row, in `failures`."""

    tables: tuple[SeededTable, ...]
    failures: tuple[SeedFailure, ...]
