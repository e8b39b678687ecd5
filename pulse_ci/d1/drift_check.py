"""Compare live databases with what their files make, or with another database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pulse_ci.d1.fleet import PerSchemaCache
from pulse_ci.d1.migration_status import MigrationStatus
from pulse_ci.drift.compare import compare
from pulse_ci.drift.value import DatabaseDrift, Drift

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from pulse_ci.analysis.schema_history import SchemaHistory
    from pulse_ci.d1.database_state import DatabaseState
    from pulse_ci.drift.allowlist import AllowedDifference
    from pulse_ci.model import Change
    from pulse_ci.schema.schema import Schema

# What a database's records say that its schema or the files contradict.
_CONTRADICTED = (MigrationStatus.EDITED, MigrationStatus.NOT_IN_SCHEMA, MigrationStatus.FILE_MISSING)


class ExpectedState(NamedTuple):
    """What a database should be, how many files are pending, and what contradicts its records."""

    schema: Schema
    pending_count: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AllowlistProblems:
    """The entries of the file of allowed differences that have expired, and those no database needed."""

    expired: tuple[AllowedDifference, ...]
    unused: tuple[AllowedDifference, ...]


class DriftChecker:
    """Compares databases with what they should be.

    Databases of a fleet are alike, and what is alike is compared once. It may be used by several threads.
    """

    def __init__(
        self,
        expect: Callable[[DatabaseState], ExpectedState],
        allowlist: Sequence[AllowedDifference] = (),
        *,
        today: date,
    ) -> None:
        self._expect = expect
        self._valid = [each for each in allowlist if each.is_valid(today)]
        self._expired = tuple(each for each in allowlist if not each.is_valid(today))
        self._used: set[AllowedDifference] = set()
        self._cached_comparison = PerSchemaCache(
            self._compare_uncached, by_name=any(each.database != "*" for each in self._valid)
        )

    def compare(self, name: str, database: str, live: DatabaseState) -> DatabaseDrift:
        """Return the drift of one database; `database` is its id."""
        expected, drift = self._cached_comparison(live, name)
        return DatabaseDrift(name, database, drift, pending=expected.pending_count, notes=expected.notes)

    @property
    def allowlist_problems(self) -> AllowlistProblems:
        """The entries that were of no use so far."""
        unused = tuple(each for each in self._valid if each not in self._used)
        return AllowlistProblems(self._expired, unused)

    def _compare_uncached(self, live: DatabaseState, name: str) -> tuple[ExpectedState, Drift]:
        expected = self._expect(live)
        return expected, compare(expected.schema, live.schema, lambda change: self._find_allowed(change, name))

    def _find_allowed(self, change: Change, name: str) -> AllowedDifference | None:
        found = next((each for each in self._valid if each.covers(change, name)), None)
        if found:
            self._used.add(found)
        return found


def expect_files(history: SchemaHistory) -> Callable[[DatabaseState], ExpectedState]:
    """Return a function that expects what the files make that have run on a database."""

    def expect(live: DatabaseState) -> ExpectedState:
        state = live.determine_status(history)
        notes = tuple(
            f"`{each.name}` is {each.status.value}: {each.detail}"
            for each in state.files
            if each.status in _CONTRADICTED
        )
        return ExpectedState(state.expected, len(state.pending), notes)

    return expect


def expect_database(reference: DatabaseState) -> Callable[[DatabaseState], ExpectedState]:
    """Return a function that expects what another database has."""
    return lambda _: ExpectedState(reference.schema, 0)
