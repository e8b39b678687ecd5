"""Pre-flight checks of `apply`: its database, the pending files on that database's schema, and what they delete."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from pulse_ci.analysis.analyze import StartingDatabase, analyze
from pulse_ci.apply.expected_losses import count_query, find_expected_losses
from pulse_ci.apply.preflight import Blocker, find_blockers, require_blocker_names
from pulse_ci.d1.fleet import PerSchemaCache
from pulse_ci.d1.load_schema import load_into_engine
from pulse_ci.d1.probes import write_select
from pulse_ci.drift.allowlist import read_allowed_differences
from pulse_ci.errors import D1Refused
from pulse_ci.model import Severity
from pulse_ci.rules.lint import lint
from pulse_ci.rules.registry import CONVENTIONS, RULES
from pulse_ci.sql.tokens import read_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulse_ci.analysis.rule import MigrationAnalysis, Review
    from pulse_ci.analysis.schema_history import SchemaHistory
    from pulse_ci.apply.expected_losses import ExpectedLoss
    from pulse_ci.apply.target import TargetDatabase
    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.d1.database_state import DatabaseState
    from pulse_ci.d1.migration_status import DatabaseMigrations
    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.model import Finding
    from pulse_ci.schema.schema import Schema
    from pulse_ci.sql.split import Statement

# What deletes rows or values is counted on the database, and blocks as `lost-rows`.
LOSS_RULES = frozenset(
    {"drop-table", "drop-column", "rows-lost", "rebuild-cascades", "rebuild-self-reference", "values-moved"}
)
# What D1 rejects is decided by the plan, and these say nothing of a database.
UNRELATED_RULES = frozenset(
    {
        "edited-migration",
        "ignore-without-reason",
        "migration-name",
        "migration-number-duplicate",
        "migration-number-order",
        "migrations-pattern",
        "replay-fails",
        "reverse-fails",
        "reverse-header",
        "unused-ignore",
    }
)
# These findings come true only where the tables that the statement names have rows.
ROW_RULES = frozenset(
    {
        "check-on-existing",
        "defer-foreign-keys-off",
        "foreign-key-violation",
        "foreign-keys-pragma",
        "non-constant-default",
        "not-null-without-default",
        "nullable-to-not-null",
        "rebuild-fails-with-rows",
        "rebuild-loses-objects",
        "rebuild-renames-references",
        "rebuild-select-star",
        "references-with-default",
        "rename-column",
        "rename-table",
        "rowids-change",
        "slow-statement",
        "stored-column",
        "unbounded-write",
        "unique-on-existing",
    }
)


class _FileChecks(NamedTuple):
    """Findings with queries that count the rows they are about, None where rows do not matter; losses."""

    findings: tuple[tuple[Finding, frozenset[str] | None], ...]
    losses: tuple[ExpectedLoss, ...]

    @property
    def queries(self) -> tuple[str, ...]:
        """Every query, once."""
        return tuple(sorted({query for _, queries in self.findings for query in queries or ()}))


class Preflight:
    """Finds what blocks a database; databases that are alike are checked once. For several threads."""

    def __init__(
        self, request: CheckRequest, migrations: MigrationSet, history: SchemaHistory, allowed: tuple[str, ...]
    ) -> None:
        require_blocker_names(allowed, [rule.name for rule in RULES])
        entries = read_allowed_differences(request.root)
        self.request, self.allowed = request, allowed
        self._migrations, self._history = migrations, history
        self._allowlist = [each for each in entries if each.is_valid(request.today)]
        self._check_files = PerSchemaCache(lambda live, _: self._check_files_uncached(live))

    @property
    def depends_on_name(self) -> bool:
        """Whether a drift is allowed on one database and not on others."""
        return any(each.database != "*" for each in self._allowlist)

    def find_in_state(self, state: DatabaseMigrations, name: str) -> Iterator[Blocker]:
        """Yield what in the database's records and schema blocks it."""
        return find_blockers(
            state, lambda change: next((each for each in self._allowlist if each.covers(change, name)), None)
        )

    def find_in_files(self, target: TargetDatabase, live: DatabaseState) -> Iterator[Blocker]:
        """Yield the errors in the pending files, each under its rule, and the rows that the files delete."""
        checks = self._check_files(live)
        queries = checks.queries
        counts = _count(target, [*queries, *(each.query for each in checks.losses)])
        rows = dict(zip(queries, counts, strict=False))
        for finding, needed in checks.findings:
            if needed is None or any(rows[each] for each in needed):
                place = f"{finding.path}:{finding.line}"
                yield Blocker(finding.rule, f"{place} {finding.rule}: {finding.full_message}")
        for loss, count in zip(checks.losses, counts[len(queries) :], strict=True):
            if count:
                yield Blocker("lost-rows", loss.describe(count))

    def count_losses(self, target: TargetDatabase, live: DatabaseState) -> list[tuple[ExpectedLoss, int]]:
        """Return what the pending files delete, with how many rows or values the database has of it, if any."""
        losses = self._check_files(live).losses
        counts = _count(target, [each.query for each in losses])
        return [(loss, count) for loss, count in zip(losses, counts, strict=True) if count]

    def _check_files_uncached(self, live: DatabaseState) -> _FileChecks:
        pending = live.determine_status(self._history).pending
        if not pending:
            return _FileChecks((), ())
        review, _ = analyze(
            self._migrations,
            start=StartingDatabase(load_into_engine(live.snapshot), pending, {}),
            today=self.request.today,
            migrations_table=live.migrations_table,
        )
        review = replace(review, skipped_rules=self.request.skipped)
        found = lint(review)
        blocking = tuple((each, _find_row_queries(each, review, live.schema)) for each in found if _can_block(each))
        deliberate = {(each.path, each.line) for each in found if _is_deliberate_loss(each)}

        def is_deliberate(analysis: MigrationAnalysis, statement: Statement | None) -> bool:
            place = analysis.migration.locate(statement)
            return (place.path, place.line) in deliberate

        return _FileChecks(blocking, find_expected_losses(review.analyses, live.schema, is_deliberate))


def _can_block(finding: Finding) -> bool:
    is_error = finding.severity is Severity.ERROR and not finding.ignored
    return is_error and finding.rule not in LOSS_RULES | UNRELATED_RULES | CONVENTIONS


def _is_deliberate_loss(finding: Finding) -> bool:
    return finding.rule == "rows-lost" and finding.severity is not Severity.ERROR


def _count(target: TargetDatabase, queries: Sequence[str]) -> Sequence[int]:
    """Return what each query counts; one that the database rejects, since an earlier pending file comes first, is 1."""
    try:
        return target.count(queries)
    except D1Refused:
        return [1] if len(queries) == 1 else [count for each in queries for count in _count(target, [each])]


def _find_row_queries(finding: Finding, review: Review, live: Schema) -> frozenset[str] | None:
    """Return what counts the rows that a finding is about; None where it is not about rows.

    That is its probe, or counts of the tables that its statement names, or else its file.
    """
    if finding.probe:
        return frozenset({write_select(finding.probe)} if live.find_table(finding.probe.table) else ())
    if finding.rule not in ROW_RULES:
        return None
    migration = next((each for each in review.new if each.path == finding.path), None)
    if migration is None:
        return frozenset()
    texts = [each.sql for each in migration.statements if migration.locate(each).line == finding.line]
    names = {name for text in texts or [migration.text] for name in read_names(text)}
    return frozenset(count_query(table.name) for name in names if (table := live.find_table(name)))
