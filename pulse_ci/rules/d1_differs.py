"""d1-differs: where real D1 and the embedded engine do not agree on a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Example, Review, Rule, RuleMatch
from pulse_ci.model import RejectedBy, Severity
from pulse_ci.rules.examples import EXAMPLE_HEADER, EXAMPLE_PATH, make_table_migration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.rule import MigrationAnalysis, ScratchResult
    from pulse_ci.model import Change

_REMEDY = "Trust D1. Correct the file, and please report the difference, with the file: the engine should have known."


def _check(review: Review) -> Iterator[RuleMatch]:
    if review.scratch_result is None:
        return
    for analysis in review.analyses:
        if difference := _describe_file_difference(
            analysis, review.scratch_result.rejections.get(analysis.migration.path)
        ):
            yield RuleMatch(analysis.migration.locate(), difference, _REMEDY)
    if not review.analyses or _has_rejection(review, review.scratch_result):
        return
    last = review.analyses[-1].migration
    for change in review.scratch_result.differences:
        yield RuleMatch(last.locate(), _describe_schema_difference(change), _REMEDY)


def _describe_file_difference(analysis: MigrationAnalysis, on_d1: str | None) -> str | None:
    rejections, name = analysis.replayed.run.rejections, analysis.migration.name
    if on_d1 and not rejections:
        return f"Real D1 refuses `{name}`: `{on_d1}`. The embedded engine runs it."
    if rejections and rejections[0].rejected_by is RejectedBy.D1 and not on_d1:
        return f"Real D1 runs `{name}`. The embedded engine refuses it: `{rejections[0].message}`."
    return None


def _has_rejection(review: Review, on_d1: ScratchResult) -> bool:
    broken = any(not each.kept_schema for each in review.failed)
    return bool(on_d1.rejections) or broken or any(each.replayed.failed for each in review.analyses)


def _describe_schema_difference(change: Change) -> str:
    engine_sql, d1_sql = (f"`{sql}`" if sql else "nothing" for sql in (change.before, change.after))
    return (
        f"After the files, {change.kind} `{change.name}` is {d1_sql} on real D1, and {engine_sql} on the "
        "embedded engine."
    )


_TRIGGER = """\
CREATE TRIGGER IF NOT EXISTS count_sites AFTER INSERT ON sites BEGIN
  UPDATE sites SET title = CASE WHEN new.title IS NULL THEN '' ELSE new.title END WHERE site_id = new.site_id;
END;
-- Reverse:
-- DROP TRIGGER IF EXISTS count_sites;
"""
_SITES = EXAMPLE_HEADER + "CREATE TABLE IF NOT EXISTS sites (site_id INTEGER PRIMARY KEY, title TEXT);\n"
_BAD = Example(
    {
        EXAMPLE_PATH: f"{_SITES}-- Reverse:\n-- DROP TABLE IF EXISTS sites;\n",
        "migrations/002_trigger.sql": EXAMPLE_HEADER.replace("Example\n", "Example -- expect\n", 1) + _TRIGGER,
    },
    new=frozenset({"migrations/002_trigger.sql"}),
    d1_refuses="incomplete input: SQLITE_ERROR",
)

D1_DIFFERS = Rule(
    name="d1-differs",
    severity=Severity.ERROR,
    summary="Real D1 did not do what the embedded engine did (`preview: scratch`)",
    problem=(
        "The files ran on a throw-away D1 database, and D1 refused what the engine runs, ran what the engine refuses, "
        "or ended with another schema. D1's API cuts some triggers in the middle, for example."
    ),
    remedy="Trust D1, correct the file, and report the difference.",
    bad=_BAD,
    good=Example({EXAMPLE_PATH: make_table_migration("sites")}),
    check=_check,
)
