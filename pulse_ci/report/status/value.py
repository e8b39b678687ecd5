"""All that a run of `status` found out; its JSON form is that of any report, with what became of each file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pulse_ci.d1.migration_status import Standing
from pulse_ci.drift.value import Difference
from pulse_ci.model import Spent
from pulse_ci.report.escape import json_text
from pulse_ci.report.models import Conclusion, Database, MigrationResult, Report, Staging
from pulse_ci.report.phrases import joined, plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulse_ci.analysis.statement_run import Refusal
    from pulse_ci.apply.record_repairs import Repair
    from pulse_ci.d1.migration_status import FileState, State

_SPOKEN = {
    Standing.APPLIED: "applied",
    Standing.EDITED: "edited since",
    Standing.RENAMED: "renamed",
    Standing.NOT_RECORDED: "applied without a record",
    Standing.UNKNOWN: "unknown",
    Standing.NOT_THERE: "recorded and not there",
    Standing.MISSING: "missing",
    Standing.OUT_OF_ORDER: "out of order",
    Standing.PENDING: "pending",
}
AS_IT_SHOULD_BE = (Standing.APPLIED, Standing.PENDING, Standing.UNKNOWN)


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What became of each file on one database; `refused` has what stopped files that would not run, by path."""

    name: str
    state: State
    repairs: tuple[Repair, ...]
    refused: Mapping[str, Refusal]
    spent: Spent = field(default_factory=Spent)

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What the files do not explain."""
        return tuple(Difference(change) for change in self.state.drift)

    @property
    def conclusion(self) -> Conclusion:
        """Neutral where a file is otherwise than applied or pending, or the schema is."""
        odd = any(each.standing not in AS_IT_SHOULD_BE for each in self.state.files)
        return Conclusion.NEUTRAL if odd or self.state.drift else Conclusion.SUCCESS

    @property
    def verdict(self) -> str:
        """The one sentence that says it all; names stand in backticks."""
        standings = [each.standing for each in self.state.files]
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
                "repairs": [{"why": each.why, "sql": each.sql} for each in self.repairs],
            },
        }

    def to_json(self) -> str:
        """Return the JSON report, indented, with a line end."""
        return json_text(self.to_dict())

    def _result(self, each: FileState) -> MigrationResult:
        path = each.migration.path if each.migration else each.name
        refused = self.refused.get(path)
        return MigrationResult(
            number=each.migration.number if each.migration else None,
            name=each.name,
            path=path,
            under_review=False,
            applied=None if each.standing is Standing.UNKNOWN else each.ran,
            depends_on=(),
            replay="failed" if refused else "ok",
            error=refused.message if refused else None,
            idempotent=None,
            reversible=None,
            refused_by=refused.by if refused else None,
        )


def _file(each: FileState) -> dict[str, Any]:
    return {
        "name": each.name,
        "path": each.migration.path if each.migration else None,
        "standing": each.standing.value,
        "note": each.note,
        "recorded_as": each.recorded_as,
    }


def _difference(each: Difference) -> dict[str, Any]:
    change = each.change
    return {
        "kind": change.kind.value,
        "name": change.name,
        "table": change.table,
        "action": change.action.value,
        "expected": change.before,
        "actual": change.after,
    }
