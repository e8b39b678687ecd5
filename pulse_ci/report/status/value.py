"""All that a run of `status` found out; its JSON form is that of any report, with what became of each file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pulse_ci.d1.migration_status import MigrationStatus
from pulse_ci.drift.value import DriftDifference
from pulse_ci.model import Usage
from pulse_ci.report.escape import json_text
from pulse_ci.report.models import Conclusion, Database, MigrationResult, Report, Staging
from pulse_ci.report.phrases import joined, plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulse_ci.analysis.statement_run import Refusal
    from pulse_ci.apply.record_repairs import RecordRepair
    from pulse_ci.d1.migration_status import DatabaseMigrations, FileStatus

_SPOKEN = {
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
AS_IT_SHOULD_BE = (MigrationStatus.APPLIED, MigrationStatus.PENDING, MigrationStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What became of each file on one database; `refused` has what stopped files that would not run, by path."""

    name: str
    state: DatabaseMigrations
    repairs: tuple[RecordRepair, ...]
    refused: Mapping[str, Refusal]
    spent: Usage = field(default_factory=Usage)

    @property
    def differences(self) -> tuple[DriftDifference, ...]:
        """What the files do not explain."""
        return tuple(DriftDifference(change) for change in self.state.drift)

    @property
    def conclusion(self) -> Conclusion:
        """Neutral where a file is otherwise than applied or pending, or the schema is."""
        odd = any(each.status not in AS_IT_SHOULD_BE for each in self.state.files)
        return Conclusion.NEUTRAL if odd or self.state.drift else Conclusion.SUCCESS

    @property
    def verdict(self) -> str:
        """The one sentence that says it all; names stand in backticks."""
        standings = [each.status for each in self.state.files]
        said = [f"{standings.count(each)} {words}" for each, words in _SPOKEN.items() if each in standings]
        drift = f", and {plural(len(self.state.drift), 'difference')} besides" if self.state.drift else ""
        return f"`{self.name}`: {joined(said) or 'no migration'}{drift}"

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
            staging=Staging("used", "").with_spent(self.spent),
            migrations=tuple(self._result(each) for each in self.state.files if each.migration),
        )
        return {
            **report.to_dict(),
            "drift": [_difference(each) for each in self.differences],
            "status": {
                "table": self.state.recorded.table if self.state.recorded else None,
                "files": [_file(each) for each in self.state.files],
                "repairs": [{"why": each.reason, "sql": each.sql} for each in self.repairs],
            },
        }

    def to_json(self) -> str:
        """Return the JSON report, indented, with a line end."""
        return json_text(self.to_dict())

    def _result(self, each: FileStatus) -> MigrationResult:
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
            refused_by=refused.by if refused else None,
        )


def _file(each: FileStatus) -> dict[str, Any]:
    return {
        "name": each.name,
        "path": each.migration.path if each.migration else None,
        "standing": each.status.value,
        "note": each.detail,
        "recorded_as": each.recorded_as,
    }


def _difference(each: DriftDifference) -> dict[str, Any]:
    change = each.change
    return {
        "kind": change.kind.value,
        "name": change.name,
        "table": change.table,
        "action": change.action.value,
        "expected": change.before,
        "actual": change.after,
    }
