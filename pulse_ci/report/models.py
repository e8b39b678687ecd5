"""All that a command found out, as one value; its JSON form is described by `schema.json` beside this file."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - received.py builds a Report after its annotations
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pulse_ci.model import Change, ChangeAction, Finding, ObjectKind, RejectedBy, Severity, Usage
from pulse_ci.report.escape import dump_json
from pulse_ci.schema.schema import Schema  # noqa: TC001 - as above

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA_VERSION = 1


class Conclusion(StrEnum):
    """GitHub's words for how a check ended: nothing to say, something to read, something to mend."""

    SUCCESS = "success"
    NEUTRAL = "neutral"
    FAILURE = "failure"


class FailOn(StrEnum):
    """The mildest severity that makes a report a failure."""

    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class RowCost:
    """The rows that D1 will read and write for a file; `at_most` where how many a WHERE leaves is not known."""

    rows_read: int
    rows_written: int
    at_most: bool


@dataclass(frozen=True, slots=True)
class MigrationResult:
    """What is known of one file; None where it was not tried, not asked for, or cannot be known.

    `refused_by` says whose message `error` is, None where the file could not be run at all.
    """

    number: int | None
    name: str
    path: str
    under_review: bool
    applied: bool | None
    depends_on: tuple[int, ...]
    replay: str
    error: str | None
    idempotent: bool | None
    reversible: bool | None
    cost: RowCost | None = None
    refused_by: RejectedBy | None = None


@dataclass(frozen=True, slots=True)
class Staging:
    """Whether the preview stands on the staging database, and if not, why; `missed` where it was meant to.

    `unanswered` says why the questions about its rows have no answer, where there were any.
    """

    status: str
    reason: str
    requests: int = 0
    rows_read: int = 0
    missed: bool = False
    probe_failure: str = ""

    def add_usage(self, usage: Usage) -> Staging:
        """Return it with what was asked of the database besides."""
        return replace(self, requests=self.requests + usage.requests, rows_read=self.rows_read + usage.rows_read)


def read_usage(values: Mapping[str, Any]) -> Usage:
    """Return what a report's JSON says was asked of databases."""
    return Usage(values["staging"]["requests"], values["staging"]["rows_read"])


@dataclass(frozen=True, slots=True)
class Database:
    """Which database the preview stands for: the embedded one, or one of D1's by name."""

    source: str
    name: str | None = None
    sqlite_version: str | None = None


@dataclass(frozen=True, slots=True)
class TableRowChange:
    """How many rows a table had before the migrations under review, and after; `source` is seed or staging.

    `cause` says what took or overwrote rows, where no statement did so to the table itself.
    """

    table: str
    before: int
    after: int
    source: str
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class UnrestoredTable:
    """A table whose rows a migration and its reverse leave otherwise; `columns` is empty where whole rows are gone."""

    path: str
    table: str
    rows: int
    of: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnseededTable:
    """A table for which no rows could be made, so that no proof says anything of its rows."""

    table: str
    reason: str


@dataclass(frozen=True, slots=True)
class QueryResult:
    """What became of one query of the Worker; `side` says which code meets which schema.

    `status` is ok, broken, slower, faster, or unchecked where the query works on neither schema; `detail` says why.
    """

    path: str
    line: int
    sql: str
    side: str
    status: str
    detail: str


@dataclass(frozen=True, slots=True)
class DriftEntry:
    """One entry of a drift: what the files say an object is (`expected`), and what the database has (`actual`)."""

    kind: ObjectKind
    name: str
    table: str
    action: ChangeAction
    expected: str | None
    actual: str | None


@dataclass(frozen=True, slots=True)
class FixedFile:
    """A file as the proven fixes would leave it."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Schemas:
    """The schema without the migrations under review, and with them."""

    before: Schema
    after: Schema


@dataclass(frozen=True, slots=True)
class Report:
    """One command's results, complete: whatever is rendered is rendered from this alone.

    `skipped` are the rules that did not run, and `habit` says which conventions the merged files do without.
    `schemas` and `fixed_files` are not part of the JSON; without the
    schemas the changes have fewer details, and there is no diagram.
    """

    command: str
    conclusion: Conclusion
    database: Database
    staging: Staging
    migrations: tuple[MigrationResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()
    rows: tuple[TableRowChange, ...] = ()
    unseeded: tuple[UnseededTable, ...] = ()
    unrestored: tuple[UnrestoredTable, ...] = ()
    queries: tuple[QueryResult, ...] = ()
    drift: tuple[DriftEntry, ...] = ()
    skipped: tuple[str, ...] = ()
    habit: str = ""
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    schemas: Schemas | None = field(default=None, compare=False, repr=False)
    fixed_files: tuple[FixedFile, ...] = field(default=(), compare=False, repr=False)

    @property
    def under_review(self) -> tuple[MigrationResult, ...]:
        """The migrations that were judged, in order."""
        return tuple(migration for migration in self.migrations if migration.under_review)

    @property
    def is_rejected(self) -> bool:
        """Whether a file under review did not run."""
        return any(migration.replay == "failed" for migration in self.under_review)

    def count_findings(self, severity: Severity) -> int:
        """Return how many findings of that severity are not ignored."""
        return sum(1 for finding in self.findings if finding.severity is severity and not finding.ignored)

    @property
    def ignored_count(self) -> int:
        """How many findings were silenced by a comment."""
        return sum(1 for finding in self.findings if finding.ignored)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON's own types, in the fixed order of fields."""
        return {
            "schema_version": SCHEMA_VERSION,
            "command": self.command,
            "conclusion": self.conclusion.value,
            "database": asdict(self.database),
            "migrations": [asdict(each) for each in self.migrations],
            "findings": [_serialize_finding(each) for each in self.findings],
            "changes": [asdict(each) for each in self.changes],
            "rows": [asdict(each) for each in self.rows],
            "unseeded": [asdict(each) for each in self.unseeded],
            "unrestored": [asdict(each) for each in self.unrestored],
            "queries": [asdict(each) for each in self.queries],
            "drift": [asdict(each) for each in self.drift],
            "skipped": list(self.skipped),
            "habit": self.habit,
            "staging": {name: getattr(self.staging, name) for name in ("status", "reason", "requests", "rows_read")},
            "timings_ms": dict(self.timings_ms),
        }

    def to_json(self) -> str:
        """Return the JSON report, indented, with a line end."""
        return dump_json(self.to_dict())


def _serialize_finding(finding: Finding) -> dict[str, Any]:
    values = asdict(finding)
    del values["probe"], values["unproven"]
    return values


def conclude(
    findings: Iterable[Finding], fail_on: FailOn, *, rejected: bool = False, unproven: bool = False
) -> Conclusion:
    """Return the conclusion: failure from `fail_on` up, neutral where something milder was found.

    A file that is `rejected` always fails. What is `unproven`, since it could not be tried, counts as a warning.
    """
    if rejected:
        return Conclusion.FAILURE
    ranks = [finding.severity.rank for finding in findings if not finding.ignored]
    worst = min([*ranks, *([Severity.WARNING.rank] if unproven else [])], default=Severity.NOTICE.rank)
    if fail_on is not FailOn.NEVER and worst <= Severity(fail_on.value).rank:
        return Conclusion.FAILURE
    return Conclusion.NEUTRAL if worst < Severity.NOTICE.rank else Conclusion.SUCCESS
