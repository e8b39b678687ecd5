"""missing-header, header-date, missing-reason: what the top of a file must say."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Example, Review, Rule, RuleMatch
from pulse_ci.model import Severity
from pulse_ci.rules.examples import EXAMPLE_PATH, make_example, make_table_migration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.migrations.parse import Migration

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BODY = make_table_migration("sites").split("\n", 3)[3]


def _list_readable(review: Review) -> Iterator[Migration]:
    return (migration for migration in review.new if migration.problem is None)


def _check_missing(review: Review) -> Iterator[RuleMatch]:
    for migration in _list_readable(review):
        missing = []
        if not (migration.header.title or migration.header.reversed_number):
            missing.append("-- Migration: what it does")
        if not migration.header.date:
            missing.append(f"-- Created: {review.today.isoformat()}")
        if missing:
            labels = [line[: line.index(":") + 1] for line in missing]
            yield RuleMatch(
                migration.locate(),
                f"No {' and no '.join(f'`{label}`' for label in labels)} line before the first statement.",
                "Put at the top of the file: " + " / ".join(f"`{line}`" for line in missing),
            )


def _check_date(review: Review) -> Iterator[RuleMatch]:
    # Authors east of Greenwich are a day ahead of a runner, which counts in UTC.
    latest = review.today + timedelta(days=1)
    for migration in _list_readable(review):
        if field := migration.header.date:
            stated = _read_date(field.value)
            if stated is None or stated > latest:
                problem = "is not a date in the form YYYY-MM-DD" if stated is None else "lies in the future"
                yield RuleMatch(
                    migration.locate_line(field.line),
                    f"`{field.value}` {problem}.",
                    f"`-- Created: {review.today.isoformat()}`",
                )


def _read_date(text: str) -> date | None:
    if not _ISO_DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _check_reason(review: Review) -> Iterator[RuleMatch]:
    for migration in _list_readable(review):
        if not migration.header.reason:
            yield RuleMatch(
                migration.locate(),
                "No `-- Reason:` line.",
                "Add `-- Reason:` and why this change is needed.",
            )


MISSING_HEADER = Rule(
    name="missing-header",
    severity=Severity.ERROR,
    summary="No `-- Migration:` line, or no date, before the first statement",
    problem="During an incident the file itself should say what it is and when it was written.",
    remedy="Start the file with `-- Migration: …` and `-- Created: YYYY-MM-DD` (or `-- Date:`).",
    bad=Example({EXAMPLE_PATH: "-- Reason: shows what the rule is about -- expect\n" + _BODY}),
    good=Example({EXAMPLE_PATH: make_table_migration("sites")}),
    check=_check_missing,
    is_convention=True,
)

HEADER_DATE = Rule(
    name="header-date",
    severity=Severity.ERROR,
    summary="The header's date does not exist or lies in the future",
    problem="A wrong date makes every other date doubtful.",
    remedy="Write the day on which the file was made as YYYY-MM-DD.",
    bad=Example(
        {EXAMPLE_PATH: "-- Migration: Example\n-- Created: 2024-02-30 -- expect\n-- Reason: shows the rule\n" + _BODY}
    ),
    good=Example({EXAMPLE_PATH: make_table_migration("sites")}),
    check=_check_date,
    is_convention=True,
)

MISSING_REASON = Rule(
    name="missing-reason",
    severity=Severity.WARNING,
    summary="No `-- Reason:` line",
    problem="The SQL shows what changes, not why. Only its author knows, and only now.",
    remedy="Add `-- Reason: …` to the header.",
    bad=Example({EXAMPLE_PATH: "-- Migration: Example -- expect\n-- Created: 2024-03-05\n" + _BODY}),
    good=make_example(
        "CREATE TABLE IF NOT EXISTS sites (site_id TEXT NOT NULL PRIMARY KEY);\n",
        reverse="DROP TABLE IF EXISTS sites;",
    ),
    check=_check_reason,
    is_convention=True,
)
