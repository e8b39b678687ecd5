"""The result of `drift`: how one database, or each of a fleet, differs from what it should be."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from pulse_ci.drift.value import DatabaseDrift
from pulse_ci.report.databases import DatabasesReport, parse_fleet_fields
from pulse_ci.report.models import Conclusion, Database, Report, Staging
from pulse_ci.report.phrases import pluralize

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulse_ci.drift.value import DriftDifference

_ONE_VERDICT = {"ok": "has no drift", "drift": "has drifted", "error": "could not be compared"}


@dataclass(frozen=True, slots=True)
class DriftReport(DatabasesReport[DatabaseDrift]):
    """The drift of each database.

    `expired` and `unused` are sentences about allowed differences: those that are over, and those that no
    database needs.
    """

    expired: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()

    @property
    def allowlist_notices(self) -> tuple[str, ...]:
        """Sentences about the allowed differences; which are unused is known only if all databases were compared."""
        return (*self.expired, *(self.unused if self.scope.is_whole else ()))

    @property
    def is_complete(self) -> bool:
        """Whether every database was compared."""
        return not (self.with_status("error", "not asked") or self.scope.missing)

    @property
    def conclusion(self) -> Conclusion:
        """Failure unless every database is what it should be."""
        if not self.is_complete or self.with_status("drift"):
            return Conclusion.FAILURE
        return Conclusion.NEUTRAL if self.allowlist_notices else Conclusion.SUCCESS

    @property
    def headline(self) -> str:
        """One sentence; names stand in backticks."""
        if self.only:
            return f"`{self.only.name}` {_ONE_VERDICT[self.only.status]}"
        total, drifted = pluralize(len(self.databases), "database"), len(self.with_status("drift"))
        if not drifted and self.is_complete:
            return f"None of {total} has drifted"
        words = {
            "drift": f"of {total} {'has' if drifted == 1 else 'have'} drifted",
            "error": f"of {len(self.databases)} could not be compared",
            "not asked": f"of {len(self.databases)} not asked",
        }
        return ", ".join(self.count_statuses(words))

    @property
    def pending_count(self) -> int:
        """How many files are pending, over all databases."""
        return sum(each.pending for each in self.databases)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON's own types, in the fixed order of fields."""
        report = Report(
            command="drift",
            conclusion=self.conclusion,
            database=Database("live", self.only.name if self.only else None),
            staging=Staging("used", "").add_usage(self.usage),
        )
        results = [_serialize_database(each) for each in self.databases]
        differences = [
            _serialize_difference(each.name, difference)
            for each in self.databases
            for difference in (each.drift.differences if each.drift else ())
        ]
        if self.only:
            return {**report.to_dict(), "databases": results, "drift": differences}
        whole = self.serialize_fleet(report, results, expired=self.expired, unused=self.unused)
        return {**whole, "drift": differences}


def _serialize_database(each: DatabaseDrift) -> dict[str, Any]:
    return {
        "name": each.name,
        "id": each.id,
        "status": each.status,
        "pending": each.pending,
        "notes": list(each.notes),
        "error": each.error,
        "mend": asdict(each.drift.repair) if each.drift else None,
        "adopt": asdict(each.drift.adopt) if each.drift else None,
        "adoption": asdict(each.adoption) if each.adoption else None,
    }


def _serialize_difference(database: str, each: DriftDifference) -> dict[str, Any]:
    allowed = each.allowed
    return {
        **each.to_dict(),
        "database": database,
        "mend": list(each.repair),
        "allowed": allowed.reason if allowed else None,
        "until": allowed.until.isoformat() if allowed and allowed.until else None,
    }


def parse_drift_report(values: Mapping[str, Any]) -> DriftReport:
    """Return the report on a fleet that was written as this JSON; raises ValueError."""
    differences: dict[str, list[dict[str, Any]]] = {}
    for each in values["drift"]:
        differences.setdefault(each["database"], []).append(_arrange_difference(each))
    results = [_arrange_database(each, differences.get(each["name"], [])) for each in values["databases"]]
    fleet = values["fleet"]
    return DriftReport(
        **parse_fleet_fields(values, DatabaseDrift, results),
        expired=tuple(fleet["expired"]),
        unused=tuple(fleet["unused"]),
    )


def _arrange_database(each: dict[str, Any], differences: list[dict[str, Any]]) -> dict[str, Any]:
    drift = {"differences": differences, "repair": each["mend"], "adopt": each["adopt"]}
    return {**each, "drift": drift if each["mend"] else None}


def _arrange_difference(each: dict[str, Any]) -> dict[str, Any]:
    change = {**each, "before": each["expected"], "after": each["actual"]}
    allowed = {name: each[name] for name in ("kind", "name", "table", "until")} | {"reason": each["allowed"]}
    return {"change": change, "repair": each["mend"], "allowed": None if each["allowed"] is None else allowed}
