"""Live databases to what became of each: its drift from the files, or from another database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pulse_ci.d1.migration_status import Standing
from pulse_ci.d1.schema_cache import Alike
from pulse_ci.drift.compare import compare
from pulse_ci.drift.selftest import see_planted_drift
from pulse_ci.drift.value import Compared, Drift

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from pulse_ci.analysis.schema_history import History
    from pulse_ci.d1.database_state import Live
    from pulse_ci.drift.allowlist import Allowance
    from pulse_ci.model import Change
    from pulse_ci.schema.schema import Schema

# What a database's records say that its schema or the files contradict.
_CONTRADICTIONS = (Standing.EDITED, Standing.NOT_THERE, Standing.MISSING)


class Expectation(NamedTuple):
    """What a database should be, how many files are pending there, and what its records contradict."""

    schema: Schema
    pending: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Allowed:
    """The entries of the file of allowed differences that count, those that have expired, and those nobody needed."""

    expired: tuple[Allowance, ...]
    unused: tuple[Allowance, ...]


class Comparison:
    """Compares databases with what they should be; the first one proves beforehand that a drift would be seen.

    Databases of a fleet are alike, and what is alike is compared once. It may be used by several threads.
    """

    def __init__(
        self, expect: Callable[[Live], Expectation], allowances: Sequence[Allowance] = (), *, today: date
    ) -> None:
        self._expect = expect
        self._valid = [each for each in allowances if each.is_valid(today)]
        self._expired = tuple(each for each in allowances if not each.is_valid(today))
        self._used: set[Allowance] = set()
        self._proven = False
        self._compared = Alike(self._fresh, by_name=any(each.database != "*" for each in self._valid))

    def compare(self, name: str, database: str, live: Live) -> Compared:
        """Return what became of one database; `database` is its id."""
        expected, drift = self._compared(live, name)
        return Compared(name, database, drift, pending=expected.pending, notes=expected.notes)

    @property
    def allowed(self) -> Allowed:
        """Which entries were of no use, now that every database was compared."""
        unused = tuple(each for each in self._valid if each not in self._used)
        return Allowed(self._expired, unused)

    def _fresh(self, live: Live, name: str) -> tuple[Expectation, Drift]:
        expected = self._expect(live)
        if not self._proven:
            see_planted_drift(live.schema)
            self._proven = True
        return expected, compare(expected.schema, live.schema, lambda change: self._allowance(change, name))

    def _allowance(self, change: Change, name: str) -> Allowance | None:
        found = next((each for each in self._valid if each.covers(change, name)), None)
        if found:
            self._used.add(found)
        return found


def from_files(history: History) -> Callable[[Live], Expectation]:
    """Expect what the files make that have run on a database."""

    def expect(live: Live) -> Expectation:
        state = live.state(history)
        notes = tuple(
            f"`{each.name}` is {each.standing.value}: {each.note}"
            for each in state.files
            if each.standing in _CONTRADICTIONS
        )
        return Expectation(state.expected, len(state.pending), notes)

    return expect


def from_database(model: Live) -> Callable[[Live], Expectation]:
    """Expect what another database is."""
    return lambda _: Expectation(model.schema, 0)
