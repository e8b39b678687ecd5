"""empty-migration and unterminated-file: a file without an end, or without a middle."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Example, Review, Rule, RuleMatch
from pulse_ci.model import Severity
from pulse_ci.rules.examples import EXAMPLE_HEADER, EXAMPLE_PATH, make_table_migration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.migrations.parse import Migration


def _check_empty(review: Review) -> Iterator[RuleMatch]:
    for migration in review.new:
        if not migration.statements and migration.problem is None:
            problem = "is empty" if not migration.text.strip() else "holds comments alone"
            yield RuleMatch(
                migration.locate(),
                f"`{migration.name}` {problem}: nothing will run, and its number is used up.",
                f"Write its statements, or `git rm {quote(migration.path)}`.",
            )


def _check_unterminated(review: Review) -> Iterator[RuleMatch]:
    for migration in (*review.new, *review.reverse_files):
        if migration.unterminated_token:
            yield RuleMatch(
                migration.unterminated_token.location,
                f"In `{migration.name}` {migration.unterminated_token.description}: it swallows the "
                f"rest of the file and whatever a "
                "tool appends to it.",
                "Close it.",
            )
        elif migration.statements and not migration.statements[-1].terminated:
            yield _build_unterminated_match(migration)


def _build_unterminated_match(migration: Migration) -> RuleMatch:
    last = migration.statements[-1]
    return RuleMatch(
        migration.locate_line(last.end_line),
        f"The last statement of `{migration.name}` has no `;`. `wrangler d1 migrations apply` appends its own INSERT "
        'to the file, and D1 then answers `near "INSERT": syntax error`.',
        "Put a `;` after the last statement.",
    )


EMPTY_MIGRATION = Rule(
    name="empty-migration",
    severity=Severity.WARNING,
    summary="A file without a statement",
    problem="It will be recorded as applied and has done nothing; usually the statements were forgotten.",
    remedy="Write the statements, or remove the file.",
    bad=Example({EXAMPLE_PATH: EXAMPLE_HEADER.replace("Example\n", "Example -- expect\n", 1)}),
    good=Example({EXAMPLE_PATH: make_table_migration("sites")}),
    check=_check_empty,
)

UNTERMINATED_FILE = Rule(
    name="unterminated-file",
    severity=Severity.ERROR,
    summary="The last statement has no `;`, or a comment or quote is never closed",
    problem=(
        "wrangler appends a statement to each file, and people join files. "
        "Without an end of its own, the file swallows what follows or fails on it."
    ),
    remedy="End the last statement with `;` and close every comment and quote.",
    bad=Example(
        {
            EXAMPLE_PATH: f"{EXAMPLE_HEADER}CREATE TABLE IF NOT EXISTS sites (site_id TEXT NOT NULL PRIMARY "
            "KEY) -- expect\n"
            "-- Reverse:\n-- DROP TABLE IF EXISTS sites;\n"
        }
    ),
    good=Example({EXAMPLE_PATH: make_table_migration("sites")}),
    check=_check_unterminated,
)
