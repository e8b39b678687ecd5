"""Which fixes become suggestions, and what these say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse_ci.model import Finding, Fix, LineEdit, Severity
from pulse_ci.report.escape import escape_invisible, suggestion_block
from pulse_ci.report.models import Conclusion, Report
from pulse_ci.report.suggestions import MAX_SUGGESTIONS, Suggestion, suggest_fixes
from tests.report.github_html import rendered
from tests.report.reports import EMBEDDED, SKIPPED, nasty

NEW = "migrations/002_goals.sql"


def fix(*edits: LineEdit, rule: str = "not-idempotent") -> Fix:
    return Fix(rule, NEW, edits, "", "adds `IF NOT EXISTS`")


def finding(fix: Fix | None, severity: Severity = Severity.ERROR, *, ignored: bool = False) -> Finding:
    return Finding("not-idempotent", severity, NEW, 4, 4, "It fails.", "Mend it.", ignored, fix)


def report(*findings: Finding) -> Report:
    return Report("check", Conclusion.FAILURE, EMBEDDED, SKIPPED, findings=findings)


ONE = fix(LineEdit(NEW, 4, 5, "CREATE TABLE IF NOT EXISTS goals (\n  id INTEGER\n"))


def test_a_fix_of_one_place_is_one_suggestion() -> None:
    assert suggest_fixes(report(finding(ONE)), {NEW}) == (
        Suggestion(
            NEW,
            4,
            5,
            "**not-idempotent**: this adds `IF NOT EXISTS`.\n\n"
            "```suggestion\nCREATE TABLE IF NOT EXISTS goals (\n  id INTEGER\n```",
        ),
    )


def test_a_fix_of_two_places_says_that_they_belong_together() -> None:
    both = fix(LineEdit(NEW, 3, 3, ""), LineEdit(NEW, 9, 9, ""))

    first, second = suggest_fixes(report(finding(both), finding(both)), {NEW})

    assert "Part 1 of 2, to be accepted together" in first.body
    assert "Part 2 of 2" in second.body
    assert first.body.endswith("```suggestion\n```")


@pytest.mark.parametrize(
    "unfit",
    [
        finding(None),
        finding(ONE, ignored=True),
        finding(fix(LineEdit("migrations/001_sites.sql", 4, 4, "x\n"))),
        finding(fix(LineEdit(NEW, 1, 0, "a new file\n"))),
        finding(fix(LineEdit(NEW, 4, 4, "x\n"), LineEdit("migrations/reverse/002_goals.sql", 1, 0, "x\n"))),
        finding(fix(LineEdit(NEW, 4, 4, "x \u202e\n"))),
        finding(fix(LineEdit(NEW, 4, 4, "x\r\n"))),
    ],
)
def test_what_is_not_in_the_diff_or_would_hide_a_character_is_left_to_the_command_line(unfit: Finding) -> None:
    assert suggest_fixes(report(unfit), {NEW, "migrations/reverse/002_goals.sql"}) == ()


def test_of_two_fixes_of_the_same_lines_the_worse_findings_is_suggested() -> None:
    other = fix(LineEdit(NEW, 5, 6, "x\n"), rule="missing-reason")

    (only,) = suggest_fixes(report(finding(other, Severity.WARNING), finding(ONE)), {NEW})

    assert "not-idempotent" in only.body


def test_no_more_are_made_than_a_reviewer_reads_and_none_is_torn_apart() -> None:
    trios = [fix(*(LineEdit(NEW, line + more, line + more, "x\n") for more in range(3))) for line in range(1, 60, 3)]

    assert len(suggest_fixes(report(*map(finding, trios)), {NEW})) == 9 < MAX_SUGGESTIONS


@settings(deadline=None, max_examples=150)
@given(st.lists(nasty, min_size=1, max_size=4).map(lambda lines: "".join(f"{line}\n" for line in lines)))
def test_a_block_that_is_offered_shows_all_that_it_writes_and_nothing_ends_it(text: str) -> None:
    block = suggestion_block(text)

    if block is None:
        assert escape_invisible(text) != text
    else:
        page = rendered(block)
        assert (page.tags["pre"], set(page.tags) - {"pre", "code"}) == (1, set())
        assert block.splitlines(keepends=True)[0].strip("`") == "suggestion\n"
        assert block.partition("\n")[2].rpartition("\n")[0] + "\n" == text
