"""Whatever a pull request brings, the comment has the elements, links and tables that are ours, and no others."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from hypothesis import given, settings

from pulse_ci.model import Action, Change, Kind
from pulse_ci.report import markdown
from pulse_ci.report.escape import cell, code, fence, plain, prose, visible
from tests.report.github_html import Page, rendered
from tests.report.reports import nasty, reports

if TYPE_CHECKING:
    from pulse_ci.report.value import Report

OURS = {"h3", "h4", "p", "strong", "em", "br", "ul", "li", "code", "pre", "details", "summary", "sub", "a"}
TABLE = {"table", "thead", "tbody", "tr", "th", "td"}
BLOB = "https://github.com/octo/repo/blob/0123"
LINKS = markdown.Links(BLOB, "https://github.com/octo/repo/actions/runs/7", "0123456789", None, "1.0.0")


def assert_ours(page: Page, text: str) -> None:
    assert page.tags.keys() <= OURS | TABLE
    assert page.attributes <= {("a", "href"), ("code", "class"), ("pre", "lang"), ("code", "lang")}
    assert all(each.startswith("https://github.com/octo/repo/") for each in page.links)
    assert page.magic == []
    assert page.unbalanced == []
    assert not any(unicodedata.category(each) in ("Cc", "Cs") for each in text if each not in "\n\t")


@settings(deadline=None, max_examples=150)
@given(reports)
def test_a_rendered_report_has_no_element_that_is_not_ours(report: Report) -> None:
    text = markdown.render(report, LINKS)

    page = rendered(text)
    assert_ours(page, text)
    shown = [finding for finding in report.findings if not finding.ignored]
    assert page.tags["li"] == len(shown)
    assert page.tags["a"] == len(shown) + 1
    assert page.tags["pre"] == bool(report.changes)
    assert page.tags["table"] == bool(report.changes) + bool(report.under_review)
    assert page.tags["details"] == page.tags["summary"] == bool(report.changes) + bool(report.under_review)


@settings(deadline=None, max_examples=100)
@given(reports)
def test_every_row_of_a_table_has_the_columns_of_its_head(report: Report) -> None:
    page = rendered(markdown.render(report, LINKS))

    changed = [3] * (len(report.changes) + 1) if report.changes else []
    proven = [5] * (len(report.under_review) + 1) if report.under_review else []
    assert page.rows == changed + proven


@settings(deadline=None, max_examples=200)
@given(nasty)
def test_plain_text_and_prose_stay_text(text: str) -> None:
    for made in (plain(text), prose(text), prose(f"Nothing drops `{text}` of {text}.")):
        line = f"### {made}\n"
        page = rendered(line)
        assert_ours(page, line)
        assert page.tags.keys() <= {"h3", "code"}


@settings(deadline=None, max_examples=200)
@given(nasty)
def test_code_shows_the_very_text(text: str) -> None:
    page = rendered(code(text))

    assert page.tags == {"p": 1, "code": 1}
    assert page.code == [" ".join(visible(text).split()) or " "]


@settings(deadline=None, max_examples=200)
@given(nasty, nasty)
def test_a_cell_stays_one_cell_and_shows_the_very_text(first: str, second: str) -> None:
    page = rendered(f"| a | b |\n|---|---|\n| {cell(code(first))} | {cell(prose(second))} |\n")

    assert page.rows == [2, 2]
    assert page.code[0] == (" ".join(visible(first).split()) or " ")


@settings(deadline=None, max_examples=200)
@given(nasty)
def test_a_fence_is_ended_by_nothing_within(text: str) -> None:
    page = rendered(fence(text, "diff") + "\n\nafter\n")

    assert page.tags == {"pre": 1, "code": 1, "p": 1}
    assert page.text.strip() == "after"


@settings(deadline=None, max_examples=100)
@given(nasty, nasty)
def test_a_diff_line_cannot_pass_for_another_sign(before: str, after: str) -> None:
    change = Change(Kind.VIEW, "v", "v", Action.MODIFIED, before, after)

    assert all(line[:1] in "+- " for line in markdown.diff_text((change,)).split("\n"))
