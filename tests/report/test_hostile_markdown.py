"""Whatever a pull request brings, the comment has the elements, links and tables that are ours, and no others."""

from __future__ import annotations

import unicodedata
from collections import Counter

from hypothesis import given, settings

from pulse_ci.model import Change, ChangeAction, ObjectKind
from pulse_ci.report import markdown
from pulse_ci.report.escape import code_block, code_span, escape_cell, escape_invisible, escape_message, escape_text
from pulse_ci.report.schema_sql import format_schema_diff
from tests.report.github_html import Page, rendered
from tests.report.hostile import hostile_reports
from tests.report.reports import nasty

OURS = {"h3", "h4", "p", "strong", "em", "br", "ul", "li", "code", "pre", "details", "summary", "sub", "a", "b"}
TABLE = {"table", "thead", "tbody", "tr", "th", "td"}
BLOB = "https://github.com/octo/repo/blob/0123"
RUN = "https://github.com/octo/repo/actions/runs/7"
LINKS = markdown.Links(BLOB, RUN, RUN, "0123456789", None, "1.0.0", "https://github.com/octo/repo/blob/v1/docs/rules")


def assert_ours(page: Page, text: str) -> None:
    assert page.tags.keys() <= OURS | TABLE
    assert page.attributes <= {("a", "href"), ("code", "class"), ("pre", "lang"), ("code", "lang")}
    assert all(each.startswith("https://github.com/octo/repo/") for each in page.links)
    assert page.magic == []
    assert page.unbalanced == []
    assert not any(unicodedata.category(each) in ("Cc", "Cs") for each in text if each not in "\n\t")


def test_a_thousand_hostile_reports_have_the_elements_of_harmless_ones() -> None:
    for number, (report, harmless) in enumerate(hostile_reports(1000)):
        text = markdown.render(report, LINKS)

        page, expected = rendered(text), rendered(markdown.render(harmless, LINKS))
        assert_ours(page, text)
        assert Counter(page.tags) - Counter(code=10**6) == Counter(expected.tags) - Counter(code=10**6), number
        assert page.rows == expected.rows, number
        assert len(page.links) == len(expected.links), number


@settings(deadline=None, max_examples=200)
@given(nasty)
def test_plain_text_and_prose_stay_text(text: str) -> None:
    for made in (escape_text(text), escape_message(text), escape_message(f"Nothing drops `{text}` of {text}.")):
        line = f"### {made}\n"
        page = rendered(line)
        assert_ours(page, line)
        assert page.tags.keys() <= {"h3", "code"}


@settings(deadline=None, max_examples=200)
@given(nasty)
def test_code_shows_the_very_text(text: str) -> None:
    page = rendered(code_span(text))

    assert page.tags == {"p": 1, "code": 1}
    assert page.code == [" ".join(escape_invisible(text).split()) or " "]


@settings(deadline=None, max_examples=200)
@given(nasty, nasty)
def test_a_cell_stays_one_cell_and_shows_the_very_text(first: str, second: str) -> None:
    page = rendered(
        f"| a | b |\n|---|---|\n| {escape_cell(code_span(first))} | {escape_cell(escape_message(second))} |\n"
    )

    assert page.rows == [2, 2]
    assert page.code[0] == (" ".join(escape_invisible(first).split()) or " ")


@settings(deadline=None, max_examples=200)
@given(nasty)
def test_a_fence_is_ended_by_nothing_within(text: str) -> None:
    page = rendered(code_block(text, "diff") + "\n\nafter\n")

    assert page.tags == {"pre": 1, "code": 1, "p": 1}
    assert page.text.strip() == "after"


@settings(deadline=None, max_examples=100)
@given(nasty, nasty)
def test_a_diff_line_cannot_pass_for_another_sign(before: str, after: str) -> None:
    change = Change(ObjectKind.VIEW, "v", "v", ChangeAction.MODIFIED, before, after)

    assert all(line[:1] in "+- " for line in format_schema_diff((change,)).split("\n"))
