"""All that `apply` did to a fleet: what became of each database, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pulse_ci.apply.outcome import ApplyOutcome, ApplyStatus
from pulse_ci.model import Usage
from pulse_ci.report.escape import dump_json
from pulse_ci.report.fleet.scope import FleetScope, parse_scope
from pulse_ci.report.models import Conclusion, Database, Report, Staging, read_usage
from pulse_ci.report.phrases import pluralize

if TYPE_CHECKING:
    from collections.abc import Mapping

_STATUS_WORDS = {
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
    scope: FleetScope
    dry_run: bool = False
    usage: Usage = field(default_factory=Usage)
    skipped: tuple[str, ...] = ()

    def with_status(self, *fates: ApplyStatus) -> tuple[ApplyOutcome, ...]:
        """Return the databases that ended so."""
        return tuple(each for each in self.databases if each.status in fates)

    @property
    def is_complete(self) -> bool:
        """Whether every database was tried, and none failed; what a dry run would try counts as tried."""
        unfinished = (
            (ApplyStatus.FAILED,)
            if self.dry_run and not self.scope.stopped
            else (ApplyStatus.FAILED, ApplyStatus.NOT_TRIED)
        )
        return not self.with_status(*unfinished) and not self.scope.missing

    @property
    def has_written(self) -> bool:
        """Whether anything was sent to a database that may have changed it."""
        return any(each.restore_command is not None for each in self.databases)

    @property
    def conclusion(self) -> Conclusion:
        """Failure unless every database has every file now, or would have."""
        is_successful = self.is_complete and not self.with_status(ApplyStatus.REFUSED)
        return Conclusion.SUCCESS if is_successful else Conclusion.FAILURE

    @property
    def headline(self) -> str:
        """The one sentence that says it all."""
        total = pluralize(len(self.databases), "database")
        if self.dry_run:
            parts = [f"{len(self.with_status(ApplyStatus.NOT_TRIED))} of {total} would be migrated"]
        else:
            parts = [f"{len(self.with_status(ApplyStatus.APPLIED))} of {total} migrated"]
        for status, words in _STATUS_WORDS.items():
            count = len(self.with_status(status))
            if count and not (self.dry_run and status is ApplyStatus.NOT_TRIED):
                parts.append(f"{count} {words}")
        return ", ".join([*parts, *([self.scope.missing_note] if self.scope.missing_note else [])])

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON's own types, in the fixed order of fields."""
        staging = Staging("used", "").add_usage(self.usage)
        report = Report("apply", self.conclusion, Database("live"), staging, skipped=self.skipped)
        databases = [_serialize_database(each) for each in self.databases]
        fleet = {**self.scope.to_dict(), "dry_run": self.dry_run}
        return {**report.to_dict(), "databases": databases, "fleet": fleet}

    def to_json(self) -> str:
        """Return the JSON report, indented, with a line end."""
        return dump_json(self.to_dict())


def _serialize_database(each: ApplyOutcome) -> dict[str, Any]:
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


def parse_fleet_applied(values: Mapping[str, Any]) -> FleetApplied:
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
    return FleetApplied(
        tuple(databases), parse_scope(fleet), fleet["dry_run"], read_usage(values), tuple(values["skipped"])
    )
