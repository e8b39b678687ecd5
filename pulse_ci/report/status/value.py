"""All that a run of `status` found out; its JSON form is that of any report, with what became of each file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pulse_ci.d1.migration_status import MigrationStatus
from pulse_ci.drift.value import DriftDifference
from pulse_ci.model import Usage
from pulse_ci.report.escape import dump_json
from pulse_ci.report.models import Conclusion, Database, MigrationResult, Report, Staging
from pulse_ci.report.phrases import join_words, pluralize

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulse_ci.analysis.statement_run import Refusal
    from pulse_ci.apply.record_repairs import RecordRepair
    from pulse_ci.d1.migration_status import DatabaseMigrations, FileStatus

_STATUS_WORDS = {
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
EXPECTED_STATUSES = (MigrationStatus.APPLIED, MigrationStatus.PENDING, MigrationStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What became of each file on one database; `refused` has what stopped files that would not run, by path."""

    name: str
    state: DatabaseMigrations
    repairs: tuple[RecordRepair, ...]
    rejections: Mapping[str, Refusal]
    usage: Usage = field(default_factory=Usage)

    @property
    def differences(self) -> tuple[DriftDifference, ...]:
        """What the files do not explain."""
        return tuple(DriftDifference(change) for change in self.state.drift)

    @property
    def conclusion(self) -> Conclusion:
        """Neutral where a file is otherwise than applied or pending, or the schema is."""
        has_problem = any(each.status not in EXPECTED_STATUSES for each in self.state.files)
        return Conclusion.NEUTRAL if has_problem or self.state.drift else Conclusion.SUCCESS

    @property
    def headline(self) -> str:
        """The one sentence that says it all; names stand in backticks."""
        statuses = [each.status for each in self.state.files]
        counts = [f"{statuses.count(each)} {words}" for each, words in _STATUS_WORDS.items() if each in statuses]
        drift = f", and {pluralize(len(self.state.drift), 'difference')} besides" if self.state.drift else ""
        return f"`{self.name}`: {join_words(counts) or 'no migration'}{drift}"

    @property
    def source(self) -> str:
        """How that is known."""
        recorded = self.state.recorded
        if recorded is None:
            return "no migrations table: the schema tells what has run"
        return f"table `{recorded.table}` records what has run, the schema was held against it"

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON's own types, in the fixed order of fields."""
        report = Report(
            command="status",
            conclusion=self.conclusion,
            database=Database("live", self.name),
            staging=Staging("used", "").add_usage(self.usage),
            migrations=tuple(self._build_result(each) for each in self.state.files if each.migration),
        )
        return {
            **report.to_dict(),
            "drift": [_serialize_difference(each) for each in self.differences],
            "status": {
                "table": self.state.recorded.table if self.state.recorded else None,
                "files": [_serialize_file(each) for each in self.state.files],
                "repairs": [{"why": each.reason, "sql": each.sql} for each in self.repairs],
            },
        }

    def to_json(self) -> str:
        """Return the JSON report, indented, with a line end."""
        return dump_json(self.to_dict())

    def _build_result(self, each: FileStatus) -> MigrationResult:
        path = each.migration.path if each.migration else each.name
        rejection = self.rejections.get(path)
        return MigrationResult(
            number=each.migration.number if each.migration else None,
            name=each.name,
            path=path,
            under_review=False,
            applied=None if each.status is MigrationStatus.UNKNOWN else each.has_run,
            depends_on=(),
            replay="failed" if rejection else "ok",
            error=rejection.message if rejection else None,
            idempotent=None,
            reversible=None,
            refused_by=rejection.by if rejection else None,
        )


def _serialize_file(each: FileStatus) -> dict[str, Any]:
    return {
        "name": each.name,
        "path": each.migration.path if each.migration else None,
        "standing": each.status.value,
        "note": each.detail,
        "recorded_as": each.recorded_as,
    }


def _serialize_difference(each: DriftDifference) -> dict[str, Any]:
    change = each.change
    return {
        "kind": change.kind.value,
        "name": change.name,
        "table": change.table,
        "action": change.action.value,
        "expected": change.before,
        "actual": change.after,
    }
