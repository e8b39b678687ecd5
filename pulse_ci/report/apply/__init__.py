"""The result of `apply`: what became of one database, or of each of a fleet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulse_ci.apply.rollout import ApplyOutcome, ApplyStatus
from pulse_ci.report.databases import DatabasesReport, parse_fleet_fields
from pulse_ci.report.models import Conclusion, Database, MigrationResult, Report, Staging, TableRowChange
from pulse_ci.report.phrases import pluralize

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pulse_ci.d1.migration_status import DatabaseMigrations


@dataclass(frozen=True, slots=True)
class ApplyReport(DatabasesReport[ApplyOutcome]):
    """What became of each database; after a dry run, those with pending files are not tried.

    `skipped` are the rules that the check of the files skipped. `migrations` has each file of one database, `rows`
    the tables that lost rows there.
    """

    dry_run: bool = False
    skipped: tuple[str, ...] = ()
    migrations: tuple[MigrationResult, ...] = ()
    rows: tuple[TableRowChange, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every database was tried, and none failed; what a dry run would try counts as tried."""
        untried = () if self.dry_run and not self.scope.stopped else (ApplyStatus.NOT_TRIED,)
        return not self.with_status(ApplyStatus.FAILED, *untried) and not self.scope.missing

    @property
    def has_written(self) -> bool:
        """Whether anything was sent to a database that may have changed it."""
        return any(each.restore_command is not None for each in self.databases)

    @property
    def conclusion(self) -> Conclusion:
        """Failure unless every database has every file now, or would have."""
        succeeded = self.is_complete and not self.with_status(ApplyStatus.REFUSED)
        return Conclusion.SUCCESS if succeeded else Conclusion.FAILURE

    @property
    def headline(self) -> str:
        """One sentence."""
        status, verb = (ApplyStatus.NOT_TRIED, "would be ") if self.dry_run else (ApplyStatus.APPLIED, "")
        migrated = len(self.with_status(status))
        words = {
            ApplyStatus.UP_TO_DATE: "up to date before",
            ApplyStatus.REFUSED: "refused",
            ApplyStatus.FAILED: "failed",
            **({} if self.dry_run else {ApplyStatus.NOT_TRIED: "not tried"}),
        }
        first = f"{migrated} of {pluralize(len(self.databases), 'database')} {verb}migrated"
        return ", ".join([first, *self.count_statuses(words)])

    @property
    def pending_count(self) -> int:
        """How many files are pending, over all databases."""
        return sum(len(each.pending) for each in self.databases)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON's own types, in the fixed order of fields."""
        report = Report(
            command="apply",
            conclusion=self.conclusion,
            database=Database("live", self.only.name if self.only else None),
            staging=Staging("used", "").add_usage(self.usage),
            migrations=self.migrations,
            rows=self.rows,
            skipped=self.skipped,
        )
        if self.only:
            return report.to_dict()
        return self.serialize_fleet(report, map(_serialize_outcome, self.databases), dry_run=self.dry_run)


def _serialize_outcome(each: ApplyOutcome) -> dict[str, Any]:
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


def parse_apply_report(values: Mapping[str, Any]) -> ApplyReport:
    """Return the report on a fleet that was written as this JSON; raises ValueError."""
    results = [{**each, "pending": each["lacks"], "restore_command": each["way_back"]} for each in values["databases"]]
    return ApplyReport(
        **parse_fleet_fields(values, ApplyOutcome, results),
        dry_run=values["fleet"]["dry_run"],
        skipped=tuple(values["skipped"]),
    )


def list_applied(state: DatabaseMigrations, ran: Collection[str]) -> tuple[MigrationResult, ...]:
    """Return which files are applied now; those that were pending are under review, `ran` are the new ones."""
    pending = {each.path for each in state.pending}
    return tuple(
        MigrationResult(
            number=each.migration.number,
            name=each.name,
            path=each.migration.path,
            under_review=each.migration.path in pending,
            applied=each.has_run or each.name in ran,
            depends_on=(),
            replay="ok",
            error=None,
            idempotent=None,
            reversible=None,
        )
        for each in state.files
        if each.migration
    )
