"""not-idempotent: a second run of the file fails, or changes something, as shown by a second run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import MigrationAnalysis, Review, Rule, RuleMatch
from pulse_ci.model import Severity
from pulse_ci.rules.error_rules import NOT_RUN_REMEDIES
from pulse_ci.rules.examples import make_example
from pulse_ci.sql.operations import (
    AddColumn,
    Create,
    Drop,
    DropColumn,
    Insert,
    RenameColumn,
    RenameTable,
    Update,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.statement_run import Rejection
    from pulse_ci.sql.split import Statement

_OPERATIONS_WITHOUT_GUARD = (AddColumn, DropColumn, RenameColumn, RenameTable)
_MAX_SQL_LENGTH = 300
_MAX_EQUAL_MATCHES = 3


def _check(review: Review) -> Iterator[RuleMatch]:
    for analysis in review.analyses:
        if analysis.took_effect:
            yield from _find_rejections(analysis)
            yield from _find_changes(analysis)


def _find_rejections(analysis: MigrationAnalysis) -> Iterator[RuleMatch]:
    equal_matches: dict[tuple[str, str], list[RuleMatch]] = {}
    for rejection in analysis.idempotency.rejections:
        rule_match = _build_rejection_match(analysis, rejection)
        equal_matches.setdefault((rule_match.message, rule_match.remedy), []).append(rule_match)
    for matches in equal_matches.values():
        yield from matches if len(matches) <= _MAX_EQUAL_MATCHES else [_merge_matches(matches)]


def _build_rejection_match(analysis: MigrationAnalysis, rejection: Rejection) -> RuleMatch:
    statement, place = rejection.statement, analysis.migration.locate(rejection.statement)
    if rejection.rejected_by in NOT_RUN_REMEDIES:
        return RuleMatch(
            place,
            f"Whether the file can be run twice is not known: `{rejection.message}`",
            NOT_RUN_REMEDIES[rejection.rejected_by],
        )
    return RuleMatch(
        place,
        f"A second run of the file fails here: `{rejection.message}`.",
        _suggest_guard(statement) if statement else "Make each statement safe to run again.",
        Severity.WARNING if statement and isinstance(statement.operation, _OPERATIONS_WITHOUT_GUARD) else None,
    )


def _merge_matches(matches: list[RuleMatch]) -> RuleMatch:
    more, lines = len(matches) - 1, f"{matches[1].location.line} to {matches[-1].location.line}"
    return replace(matches[0], message=f"{matches[0].message} So do {more:,} more statements, on lines {lines}.")


def _suggest_guard(statement: Statement) -> str:
    sql = statement.sql
    match statement.operation:
        case Create(if_exists_position=int(at)):
            return f"`{_format_sql(f'{sql[:at]} IF NOT EXISTS{sql[at:]}')}`"
        case Drop(if_exists_position=int(at)):
            return f"`{_format_sql(f'{sql[:at]} IF EXISTS{sql[at:]}')}`"
        case Insert(table):
            return f"`INSERT OR IGNORE INTO {table} …`, or `… ON CONFLICT DO NOTHING`"
        case AddColumn() | DropColumn() | RenameColumn() | RenameTable():
            return (
                "SQLite cannot guard it. Keep it in a file of its own, and let a runner that records what it has run "
                "apply the file (`wrangler d1 migrations apply`)."
            )
        case _:
            return "Make the statement do nothing where its effect is already there."


def _format_sql(sql: str) -> str:
    line = " ".join(sql.split())
    return line if len(line) <= _MAX_SQL_LENGTH else f"{line[:_MAX_SQL_LENGTH]} …"


def _find_changes(analysis: MigrationAnalysis) -> Iterator[RuleMatch]:
    repeated = analysis.idempotency
    for table in repeated.changed_tables:
        statement = repeated.run.find_last_writing(table)
        yield RuleMatch(
            analysis.migration.locate(statement),
            f"A second run of the file changes the rows of `{table}` again.",
            _suggest_stable_statement(statement, table),
        )
    for change in repeated.changes:
        yield RuleMatch(
            analysis.migration.locate(repeated.run.find_statement_behind(change)),
            f"A second run of the file changes the schema again: {change.kind} `{change.name}` is {change.action}.",
            "Guard the statement, so that it does nothing where its effect is already there.",
        )


def _suggest_stable_statement(statement: Statement | None, table: str) -> str:
    match statement.operation if statement else None:
        case Insert():
            return f"`INSERT OR IGNORE INTO {table} …` with a primary key or unique column among the values"
        case Update():
            return "Add a WHERE that leaves out the rows that have the new value already."
        case _:
            return "Make the statement leave rows alone that are as they should be."


NOT_IDEMPOTENT = Rule(
    name="not-idempotent",
    severity=Severity.ERROR,
    summary="A second run of the file fails, or changes something",
    problem=(
        "A deployment that broke half-way is run again, and a file run with `wrangler d1 execute --file` is recorded "
        "nowhere. For ADD COLUMN, RENAME and DROP COLUMN, which SQLite cannot guard, this is a warning."
    ),
    remedy="`IF NOT EXISTS`, `IF EXISTS`, `INSERT OR IGNORE`, and a WHERE that leaves finished rows out.",
    bad=make_example(
        "CREATE TABLE IF NOT EXISTS sites (site_id INTEGER PRIMARY KEY, url TEXT);\n"
        "CREATE INDEX idx_sites_url ON sites (url); -- expect\n"
        "INSERT INTO sites (url) VALUES ('example.com'); -- expect\n",
        reverse="DROP TABLE IF EXISTS sites;",
    ),
    good=make_example(
        "CREATE TABLE IF NOT EXISTS sites (site_id INTEGER PRIMARY KEY, url TEXT);\n"
        "CREATE INDEX IF NOT EXISTS idx_sites_url ON sites (url);\n"
        "INSERT OR IGNORE INTO sites (site_id, url) VALUES (1, 'example.com');\n",
        reverse="DROP TABLE IF EXISTS sites;",
    ),
    check=_check,
    is_convention=True,
)
