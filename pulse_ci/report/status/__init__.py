"""The result of `status`: which migrations have run on one database, or on each of a fleet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulse_ci.d1.migration_status import MigrationStatus
from pulse_ci.drift.value import DriftDifference
from pulse_ci.report.databases import (
    DatabasesReport,
    group_by_pending,
    group_by_sentence,
    parse_fleet_fields,
)
from pulse_ci.report.models import Conclusion, Database, MigrationResult, Report, Staging
from pulse_ci.report.phrases import join_words, pluralize

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulse_ci.analysis.statement_run import Rejection
    from pulse_ci.apply.migrations_table import RecordRepair
    from pulse_ci.d1.migration_status import DatabaseMigrations, FileStatus

_WORDS = {
    MigrationStatus.APPLIED: "applied",
    MigrationStatus.EDITED: "edited since",
    MigrationStatus.RENAMED: "renamed",
    MigrationStatus.NOT_RECORDED: "applied without a record",
    MigrationStatus.UNKNOWN: "unknown",
    MigrationStatus.NOT_IN_SCHEMA: "recorded and not there",
    MigrationStatus.FILE_MISSING: "missing",
    MigrationStatus.OUT_OF_ORDER: "out of order",
    MigrationStatus.PENDING: "pending",
}
_UNREMARKABLE = (MigrationStatus.APPLIED, MigrationStatus.PENDING, MigrationStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class FileDetails:
    """Each file of one database, and what would make its records true.

    `refused` has what stopped files that do not run, by path.
    """

    state: DatabaseMigrations
    repairs: tuple[RecordRepair, ...]
    refused: Mapping[str, Rejection]

    @property
    def differences(self) -> tuple[DriftDifference, ...]:
        """What the files do not explain."""
        return tuple(DriftDifference(change) for change in self.state.drift)

    @property
    def source(self) -> str:
        """What tells which files have run."""
        if self.state.recorded is None:
            return "no migrations table: the schema tells what has run"
        return f"table `{self.state.recorded.table}` records what has run, the schema was held against it"

    def build_results(self) -> tuple[MigrationResult, ...]:
        """Return what is known of each file that is there."""
        return tuple(self._build_result(each) for each in self.state.files if each.migration)

    def _build_result(self, each: FileStatus) -> MigrationResult:
        path = each.migration.path if each.migration else each.name
        refused = self.refused.get(path)
        return MigrationResult(
            number=each.migration.number if each.migration else None,
            name=each.name,
            path=path,
            under_review=False,
            applied=None if each.status is MigrationStatus.UNKNOWN else each.has_run,
            depends_on=(),
            replay="failed" if refused else "ok",
            error=refused.message if refused else None,
            idempotent=None,
            reversible=None,
            refused_by=refused.rejected_by if refused else None,
        )


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """One database: the files that it lacks, in order, and sentences on what is not as it should be.

    `error` is why it could not be read.
    """

    name: str
    id: str
    pending: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    error: str | None = None
    was_read: bool = True

    @property
    def status(self) -> str:
        """One of up to date, behind, error, not asked."""
        if not self.was_read:
            return "not asked"
        if self.error is not None:
            return "error"
        return "behind" if self.pending else "up to date"


def describe_problems(state: DatabaseMigrations) -> tuple[str, ...]:
    """Return a sentence for each file that is neither applied nor pending, and for a drift."""
    problems = [
        f"`{each.name}` is {each.status.value}: {each.detail}"
        for each in state.files
        if each.status not in _UNREMARKABLE
    ]
    if state.drift:
        count = pluralize(len(state.drift), "difference")
        problems.append(f"{count} that no file explains: `pulse-ci drift` tells which")
    return tuple(problems)


@dataclass(frozen=True, slots=True)
class StatusReport(DatabasesReport[DatabaseStatus]):
    """Which migrations have run on which databases; `details` where it is one database."""

    details: FileDetails | None = None

    @property
    def behind(self) -> list[tuple[tuple[str, ...], list[str]]]:
        """The files that databases lack, each set with the databases; the most databases first."""
        return group_by_pending((each.name, each.pending) for each in self.with_status("behind"))

    @property
    def problems(self) -> list[tuple[str, list[str]]]:
        """Sentences about databases, each with those that it is about."""
        notes = [(each.name, note) for each in self.databases for note in each.notes]
        errors = [(each.name, f"could not be read: {each.error}") for each in self.with_status("error")]
        return group_by_sentence([*notes, *errors])

    @property
    def is_complete(self) -> bool:
        """Whether every database was read."""
        return not (self.with_status("error", "not asked") or self.scope.missing)

    @property
    def conclusion(self) -> Conclusion:
        """Failure where a database was not read, neutral where one is not as it should be."""
        if not self.is_complete:
            return Conclusion.FAILURE
        return Conclusion.NEUTRAL if any(each.notes for each in self.databases) else Conclusion.SUCCESS

    @property
    def headline(self) -> str:
        """One sentence; names stand in backticks."""
        if self.details:
            return _describe_files(self.databases[0].name, self.details.state)
        current = len(self.with_status("up to date"))
        verb = "has" if current == 1 else "have"
        files = pluralize(self.scope.files, "migration")
        first = f"{current} of {pluralize(len(self.databases), 'database')} {verb} all {files}"
        words = {"behind": "behind", "error": "could not be read", "not asked": "not asked"}
        return ", ".join([first, *self.count_statuses(words)])

    @property
    def pending_count(self) -> int:
        """How many files are pending, over all databases."""
        return sum(len(each.pending) for each in self.databases)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON's own types, in the fixed order of fields."""
        report = Report(
            command="status",
            conclusion=self.conclusion,
            database=Database("live", self.databases[0].name if self.details else None),
            staging=Staging("used", "").add_usage(self.usage),
            migrations=self.details.build_results() if self.details else (),
        )
        if self.details:
            return {**report.to_dict(), **_serialize_details(self.details)}
        return self.serialize_fleet(report, map(_serialize_database, self.databases))


def _describe_files(name: str, state: DatabaseMigrations) -> str:
    statuses = [each.status for each in state.files]
    counts = [f"{statuses.count(each)} {words}" for each, words in _WORDS.items() if each in statuses]
    drift = f", and {pluralize(len(state.drift), 'difference')} besides" if state.drift else ""
    return f"`{name}`: {join_words(counts) or 'no migration'}{drift}"


def _serialize_details(details: FileDetails) -> dict[str, Any]:
    recorded = details.state.recorded
    status = {
        "table": recorded.table if recorded else None,
        "files": [_serialize_file(each) for each in details.state.files],
        "repairs": [{"why": each.reason, "sql": each.sql} for each in details.repairs],
    }
    return {"drift": [each.to_dict() for each in details.differences], "status": status}


def _serialize_file(each: FileStatus) -> dict[str, Any]:
    return {
        "name": each.name,
        "path": each.migration.path if each.migration else None,
        "standing": each.status.value,
        "note": each.detail,
        "recorded_as": each.recorded_as,
    }


def _serialize_database(each: DatabaseStatus) -> dict[str, Any]:
    return {
        "name": each.name,
        "id": each.id,
        "status": each.status,
        "pending": len(each.pending),
        "lacks": list(each.pending),
        "notes": list(each.notes),
        "error": each.error,
    }


def parse_status_report(values: Mapping[str, Any]) -> StatusReport:
    """Return the report on a fleet that was written as this JSON; raises ValueError."""
    results = [
        {**each, "pending": each["lacks"], "was_read": each["status"] != "not asked"} for each in values["databases"]
    ]
    return StatusReport(**parse_fleet_fields(values, DatabaseStatus, results))
