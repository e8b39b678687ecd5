"""The differences of one database from what it should be, and the two ways to end them."""

from __future__ import annotations

from dataclasses import dataclass

from pulse_ci.drift.adopt_migration import AdoptMigration  # noqa: TC001 - pydantic reads the annotations
from pulse_ci.drift.allowlist import AllowedDifference  # noqa: TC001 - as above
from pulse_ci.model import Change, ChangeAction, ObjectKind


@dataclass(frozen=True, slots=True)
class FixPlan:
    """Statements that end a drift.

    deletes      the rows and values that they delete, a sentence each
    losses       the rows and values that were there once, and that they cannot bring back
    conditions   which rows would keep them from running
    problem      why there are none that do; None where there are
    """

    statements: tuple[str, ...] = ()
    deletes: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class DriftDifference:
    """One difference: `change.before` is expected, `change.after` is in the database.

    `repair` has the statements of the database's repair that concern it; `allowed` the entry that allows it.
    """

    change: Change
    repair: tuple[str, ...] = ()
    allowed: AllowedDifference | None = None

    @property
    def sentence(self) -> str:
        """What is there, in words."""
        kind, name, table = self.change.kind, self.change.name, self.change.table
        what = f"{kind} `{table}`.`{name}`" if kind is ObjectKind.COLUMN else f"{kind} `{name}`"
        match self.change.action:
            case ChangeAction.ADDED:
                return f"{what} is in no migration"
            case ChangeAction.REMOVED:
                return f"{what} is missing"
            case _:
                return f"{what} is different"

    def to_dict(self) -> dict[str, str | None]:
        """Return the difference as JSON's own types."""
        change = self.change
        return {
            "kind": change.kind.value,
            "name": change.name,
            "table": change.table,
            "action": change.action.value,
            "expected": change.before,
            "actual": change.after,
        }


@dataclass(frozen=True, slots=True)
class Drift:
    """All differences of one database; `repair` changes the database, `adopt` the files' schema.

    Neither touches the differences that are allowed.
    """

    differences: tuple[DriftDifference, ...] = ()
    repair: FixPlan = FixPlan()
    adopt: FixPlan = FixPlan()

    @property
    def unallowed(self) -> tuple[DriftDifference, ...]:
        """The differences that are not allowed."""
        return tuple(each for each in self.differences if each.allowed is None)


@dataclass(frozen=True, slots=True)
class DatabaseDrift:
    """The result for one database: a drift, which may be empty, or an error; neither if it was not read.

    `pending` is how many files have not run there; `notes` are sentences about its records. `adoption` is the
    migration that adopts the drift, if there is one.
    """

    name: str
    id: str
    drift: Drift | None = None
    error: str | None = None
    pending: int = 0
    notes: tuple[str, ...] = ()
    adoption: AdoptMigration | None = None

    @property
    def status(self) -> str:
        """One of ok, drift, error, not asked: what could not be compared has no drift, and is not without one."""
        if self.drift is None:
            return "not asked" if self.error is None else "error"
        return "drift" if self.drift.unallowed or self.notes else "ok"
