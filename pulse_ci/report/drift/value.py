"""All that a run of `drift` found out; its JSON form is that of any report, with a list of the databases."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from pulse_ci.model import Usage
from pulse_ci.report.escape import dump_json
from pulse_ci.report.models import Conclusion, Database, Report, Staging
from pulse_ci.report.phrases import pluralize

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulse_ci.drift.adopt_migration import AdoptMigration
    from pulse_ci.drift.value import DatabaseDrift, DriftDifference
    from pulse_ci.report.fleet.scope import FleetScope


@dataclass(frozen=True, slots=True)
class DriftReport:
    """The databases in their order; `adoptions` has, by a database's id, the migration that would adopt its drift.

    `compared_with` says in a few words what they should be. `expired` and `unused` are sentences about allowed
    differences: those that are over, and those that none of these databases needs. `scope` is that of a fleet.
    """

    databases: tuple[DatabaseDrift, ...]
    compared_with: str
    adoptions: Mapping[str, AdoptMigration]
    expired: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    usage: Usage = field(default_factory=Usage)
    scope: FleetScope | None = None

    def with_status(self, status: str) -> tuple[DatabaseDrift, ...]:
        """Return the databases of that status: ok, drift, error or not asked."""
        return tuple(each for each in self.databases if each.status == status)

    @property
    def allowlist_notices(self) -> tuple[str, ...]:
        """What is to be said of the allowed differences; that one is of no use, only where all databases were asked."""
        return (*self.expired, *(self.unused if self.scope is None or self.scope.is_whole else ()))

    @property
    def is_complete(self) -> bool:
        """Whether every database was compared."""
        failed = self.with_status("error") or self.with_status("not asked")
        return not failed and not (self.scope and self.scope.missing)

    @property
    def conclusion(self) -> Conclusion:
        """Failure unless every database is what it should be."""
        if not self.is_complete or self.with_status("drift"):
            return Conclusion.FAILURE
        return Conclusion.NEUTRAL if self.allowlist_notices else Conclusion.SUCCESS

    @property
    def headline(self) -> str:
        """The one sentence that says it all; names stand in backticks."""
        drifted = self.with_status("drift")
        if len(self.databases) == 1 and self.scope is None:
            (only,) = self.databases
            words = {"ok": "has no drift", "drift": "has drifted", "error": "could not be compared"}[only.status]
            return f"`{only.name}` {words}"
        total = len(self.databases)
        if not drifted and self.is_complete:
            return f"None of {pluralize(total, 'database')} has drifted"
        verb = "has" if len(drifted) == 1 else "have"
        parts = [f"{len(drifted)} of {pluralize(total, 'database')} {verb} drifted"] if drifted else []
        for status, words in (("error", "could not be compared"), ("not asked", "not asked")):
            count = len(self.with_status(status))
            parts += [f"{count} of {total} {words}"] if count else []
        return ", ".join([*parts, *([self.scope.missing_note] if self.scope and self.scope.missing_note else [])])

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON's own types, in the fixed order of fields."""
        name = self.databases[0].name if len(self.databases) == 1 and self.scope is None else None
        report = Report(
            command="drift",
            conclusion=self.conclusion,
            database=Database("live", name),
            staging=Staging("used", "").add_usage(self.usage),
        )
        differences = (
            _serialize_difference(each.name, difference)
            for each in self.databases
            for difference in (each.drift.differences if each.drift else ())
        )
        return {
            **report.to_dict(),
            "databases": [_serialize_database(each, self.adoptions.get(each.id)) for each in self.databases],
            "drift": list(differences),
            **({"fleet": self._serialize_fleet(self.scope)} if self.scope else {}),
        }

    def _serialize_fleet(self, scope: FleetScope) -> dict[str, Any]:
        return {**scope.to_dict(), "expired": list(self.expired), "unused": list(self.unused)}

    def to_json(self) -> str:
        """Return the JSON report, indented, with a line end."""
        return dump_json(self.to_dict())


def _serialize_database(each: DatabaseDrift, adoption: AdoptMigration | None) -> dict[str, Any]:
    return {
        "name": each.name,
        "id": each.id,
        "status": each.status,
        "pending": each.pending,
        "notes": list(each.notes),
        "error": each.error,
        "mend": asdict(each.drift.repair) if each.drift else None,
        "adopt": asdict(each.drift.adopt) if each.drift else None,
        "adoption": asdict(adoption) if adoption else None,
    }


def _serialize_difference(database: str, each: DriftDifference) -> dict[str, Any]:
    change = each.change
    return {
        "kind": change.kind.value,
        "name": change.name,
        "table": change.table,
        "action": change.action.value,
        "expected": change.before,
        "actual": change.after,
        "database": database,
        "mend": list(each.repair),
        "allowed": each.allowed.reason if each.allowed else None,
        "until": each.allowed.until.isoformat() if each.allowed and each.allowed.until else None,
    }
