"""All that `apply` did to a fleet: what became of each database, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pulse_ci.apply.outcome import ApplyOutcome, ApplyStatus
from pulse_ci.model import Usage
from pulse_ci.report.escape import json_text
from pulse_ci.report.fleet.scope import Scope, scope_of
from pulse_ci.report.models import Conclusion, Database, Report, Staging, spent_of
from pulse_ci.report.phrases import plural

if TYPE_CHECKING:
    from collections.abc import Mapping

_SPOKEN = {
    ApplyStatus.UP_TO_DATE: "up to date before",
    ApplyStatus.REFUSED: "refused",
    ApplyStatus.FAILED: "failed",
    ApplyStatus.NOT_TRIED: "not tried",
}


@dataclass(frozen=True, slots=True)
class FleetApplied:
    """The databases in their order; after a dry run, all that have something pending were not tried.

    `skipped` are the rules that the check of the files did not ask.
    """

    databases: tuple[ApplyOutcome, ...]
    scope: Scope
    dry_run: bool = False
    spent: Usage = field(default_factory=Usage)
    skipped: tuple[str, ...] = ()

    def with_status(self, *fates: ApplyStatus) -> tuple[ApplyOutcome, ...]:
        """Return the databases that ended so."""
        return tuple(each for each in self.databases if each.status in fates)

    @property
    def is_complete(self) -> bool:
        """Whether every database was tried, and none failed; what a dry run would try counts as tried."""
        open_ones = (
            (ApplyStatus.FAILED,)
            if self.dry_run and not self.scope.stopped
            else (ApplyStatus.FAILED, ApplyStatus.NOT_TRIED)
        )
        return not self.with_status(*open_ones) and not self.scope.missing

    @property
    def has_written(self) -> bool:
        """Whether anything was sent to a database that may have changed it."""
        return any(each.restore_command is not None for each in self.databases)

    @property
    def conclusion(self) -> Conclusion:
        """Failure unless every database has every file now, or would have."""
        whole = self.is_complete and not self.with_status(ApplyStatus.REFUSED)
        return Conclusion.SUCCESS if whole else Conclusion.FAILURE

    @property
    def verdict(self) -> str:
        """The one sentence that says it all."""
        total = plural(len(self.databases), "database")
        if self.dry_run:
            parts = [f"{len(self.with_status(ApplyStatus.NOT_TRIED))} of {total} would be migrated"]
        else:
            parts = [f"{len(self.with_status(ApplyStatus.APPLIED))} of {total} migrated"]
        for fate, words in _SPOKEN.items():
            count = len(self.with_status(fate))
            if count and not (self.dry_run and fate is ApplyStatus.NOT_TRIED):
                parts.append(f"{count} {words}")
        return ", ".join([*parts, *([self.scope.lacks] if self.scope.lacks else [])])

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON's own types, in the fixed order of fields."""
        asked = Staging("used", "").with_spent(self.spent)
        report = Report("apply", self.conclusion, Database("live"), asked, skipped=self.skipped)
        databases = [_database(each) for each in self.databases]
        fleet = {**self.scope.to_dict(), "dry_run": self.dry_run}
        return {**report.to_dict(), "databases": databases, "fleet": fleet}

    def to_json(self) -> str:
        """Return the JSON report, indented, with a line end."""
        return json_text(self.to_dict())


def _database(each: ApplyOutcome) -> dict[str, Any]:
    return {
        "name": each.name,
        "id": each.id,
        "status": each.status.value,
        "sentence": each.sentence,
        "ran": list(each.ran),
        "pending": len(each.pending),
        "lacks": list(each.pending),
        "way_back": each.restore_command,
    }


def fleet_applied_of(values: Mapping[str, Any]) -> FleetApplied:
    """Return the report that was written as this JSON, which the schema has judged before."""
    databases = (
        ApplyOutcome(
            name=each["name"],
            id=each["id"],
            status=ApplyStatus(each["status"]),
            sentence=each["sentence"],
            ran=tuple(each["ran"]),
            pending=tuple(each["lacks"]),
            restore_command=each["way_back"],
        )
        for each in values["databases"]
    )
    fleet = values["fleet"]
    return FleetApplied(tuple(databases), scope_of(fleet), fleet["dry_run"], spent_of(values), tuple(values["skipped"]))
