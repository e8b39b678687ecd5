"""slow-statement: what D1 will not finish in its time, or writes more rows than the user's own limit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pulse_ci.analysis.cost.cost import MAX_SECONDS
from pulse_ci.analysis.row_effects import estimate_review_costs, sum_costs
from pulse_ci.analysis.rule import Review, Rule, RuleMatch
from pulse_ci.model import Severity
from pulse_ci.rules.examples import make_example_on_schema
from pulse_ci.sql.names import quote_if_needed
from pulse_ci.sql.operations import Delete, Insert, Update

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.cost.cost import Cost
    from pulse_ci.analysis.cost.estimate import StatementCost
    from pulse_ci.analysis.rule import MigrationAnalysis
    from pulse_ci.sql.operations import Operation

_IMPORT_NOTE = "`wrangler d1 execute --remote --file` is not held to that time; the database takes no query meanwhile."


def _check(review: Review) -> Iterator[RuleMatch]:
    costs_by_path = estimate_review_costs(review)
    for analysis in review.analyses:
        statements = costs_by_path.get(analysis.migration.path, ())
        matches = [
            rule_match
            for each in statements
            for rule_match in _check_statement(analysis, each, review.max_rows_written)
        ]
        yield from matches
        total = sum_costs(statements)
        if total and total.seconds > MAX_SECONDS and not matches:
            yield RuleMatch(
                analysis.migration.locate(),
                f"On the rows that are there this file, all statements together, {_format_amount(total)}: "
                f"{_format_duration(total)}.",
                f"Spread the statements over several files. {_IMPORT_NOTE}",
            )


def _check_statement(analysis: MigrationAnalysis, each: StatementCost, most_written: int | None) -> Iterator[RuleMatch]:
    place, cost = analysis.migration.locate(each.statement), each.cost
    if cost is None:
        return
    if cost.seconds > MAX_SECONDS:
        message = f"On the rows that are there this statement {_format_amount(cost)}: {_format_duration(cost)}."
        yield RuleMatch(place, message, f"{_suggest_parts(each.statement.operation)} {_IMPORT_NOTE}")
    elif most_written is not None and cost.rows_written > most_written:
        message = (
            f"On the rows that are there this statement {_format_amount(cost)}, and {most_written:,} is the limit."
        )
        yield RuleMatch(place, message, f"{_suggest_parts(each.statement.operation)} Or raise `--max-rows-written`.")


def _format_amount(cost: Cost) -> str:
    about = "at most" if cost.at_most else "about"
    return f"reads {about} {cost.rows_read:,} rows and writes {about} {cost.rows_written:,}"


def _format_duration(cost: Cost) -> str:
    return f"D1 will need some {round(cost.seconds):,} seconds, and ends a request after {MAX_SECONDS:.0f}"


def _suggest_parts(operation: Operation) -> str:
    match operation:
        case Update(table) | Delete(table):
            name = quote_if_needed(table)
            chunk_condition = f"`… WHERE rowid IN (SELECT rowid FROM {name} WHERE … LIMIT 10000)`"
            return f"Run it in parts, by a script and before the file, until no row is left: {chunk_condition}."
        case Insert():
            return "Copy the rows in parts, by ranges of the key, from a script."
        case _:
            return "Run it when few write to the database, or make room first: delete or move away what is old."


_EVENTS = "CREATE TABLE IF NOT EXISTS events (event_id INTEGER PRIMARY KEY, path TEXT);\n"
_INDEX = "CREATE INDEX IF NOT EXISTS idx_events_path ON events (path);"
_DROP = "DROP INDEX IF EXISTS idx_events_path;"

SLOW_STATEMENT = Rule(
    name="slow-statement",
    severity=Severity.WARNING,
    summary="On staging's row counts a statement will probably pass D1's 30 s, or a limit that was set",
    problem=(
        "D1 ends a request after 30 seconds, and a file is one request: nothing of it is done, after half a minute in "
        "which the database answered slowly. Rows written are paid for: `--max-rows-written` sets a limit of your own."
    ),
    remedy="Change many rows in parts, by a script and before the file.",
    bad=replace(
        make_example_on_schema(
            _EVENTS, f"-- events has 40,000,000 rows on staging.\n{_INDEX} -- expect\n", reverse=_DROP
        ),
        rows={"events": 40_000_000},
    ),
    good=replace(
        make_example_on_schema(_EVENTS, f"-- events has 40,000 rows on staging.\n{_INDEX}\n", reverse=_DROP),
        rows={"events": 40_000},
    ),
    check=_check,
)
