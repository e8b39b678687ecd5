"""What a report offers: each fix once, for findings that nobody ignored, and no more work than the files are worth."""

from __future__ import annotations

from pulse_ci.fixes.fixes import FIXABLE_RULES, MAX_FILES, attach_fixes
from pulse_ci.rules.lint import lint
from pulse_ci.rules.registry import RULES
from tests.commands.files import HEADER
from tests.rules.example import review

TABLES = "CREATE TABLE {0} (x INTEGER PRIMARY KEY);\nCREATE TABLE {0}2 (x INTEGER PRIMARY KEY);\n"


def offered(files: dict[str, str]) -> list[tuple[str, int, str | None, bool]]:
    """Rule, line, what its fix does, and whether the remedy names the command, of each finding that is not ignored."""
    seen = review(files)
    return [
        (each.rule, each.line, each.fix.does if each.fix else None, "`pulse-ci fix`" in each.remedy)
        for each in attach_fixes(seen, lint(seen))
        if not each.ignored
    ]


def test_a_fix_of_several_findings_stands_with_the_first_and_is_named_by_all() -> None:
    writes = "writes `migrations/reverse/001_a.sql`"

    assert offered({"migrations/001_a.sql": HEADER + TABLES.format("a")}) == [
        ("missing-drop", 4, writes, True),
        ("not-idempotent", 4, "adds `IF NOT EXISTS`", True),
        ("missing-drop", 5, None, True),
        ("not-idempotent", 5, None, True),
    ]


def test_what_is_ignored_is_offered_no_fix() -> None:
    ignores = "-- pulse-ci: ignore-file not-idempotent it runs once\n-- pulse-ci: ignore-file missing-drop it stays\n"

    seen = review({"migrations/001_a.sql": HEADER + ignores + TABLES.format("a")})

    assert [finding.fix for finding in attach_fixes(seen, lint(seen))] == [None] * 4


def test_only_the_first_files_are_tried() -> None:
    files = {f"migrations/{n:03}_a.sql": f"{HEADER}CREATE VIEW v{n} AS SELECT 1;\n" for n in range(1, MAX_FILES + 3)}

    seen = review(files)

    fixed = {finding.path for finding in attach_fixes(seen, lint(seen)) if finding.fix}
    assert fixed == set(sorted(files)[:MAX_FILES])


def test_every_rule_that_has_fixes_is_there() -> None:
    assert {rule.name for rule in RULES} >= FIXABLE_RULES
