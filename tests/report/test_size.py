"""The comment keeps to its budget: it folds in steps, says so, and is whole Markdown at each of them."""

from __future__ import annotations

import pytest

from pulse_ci.report import markdown
from tests.report.github_html import rendered
from tests.report.reports import large_report, small_report

RUN = "https://github.com/octo/repo/actions/runs/7"
LINKS = markdown.Links("https://github.com/octo/repo/blob/0123", RUN, RUN, "0123456789", "x", "1.0.0")
BUDGETS = [250, 400, 700, 1500, 3000, 5000, 8000, 12_000, 20_000, 40_000, 60_000, 10**6]
SIZES = [(0, 0, 0), (1, 1, 1), (5, 11, 3), (60, 13, 60), (130, 70, 80), (0, 150, 1), (500, 0, 1)]


@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_report_of_any_size_fits_any_budget_and_stays_whole(size: tuple[int, int, int], budget: int) -> None:
    text = markdown.render(large_report(*size), LINKS, budget)

    assert len(text.encode()) <= budget
    assert text.endswith("\n")
    page = rendered(text)
    assert page.unbalanced == []
    assert page.tags["details"] == text.count("<details>") == text.count("</details>")
    assert text.count("```") % 2 == 0
    assert page.tags["h3"] == 1


def test_what_is_left_out_is_said_and_linked() -> None:
    text = markdown.render(large_report(400, 0, 1), LINKS, 20_000)

    assert (
        "_320 findings left out for size; [the job summary](https://github.com/octo/repo/actions/runs/7) has all._"
        in text
    )


def test_what_fits_is_not_folded() -> None:
    report = large_report(5, 5, 5)

    assert markdown.render(report, LINKS, 10**6) == markdown.render(report, LINKS, 60_000)
    assert "left out" not in markdown.render(report, LINKS, 60_000)


def test_a_smaller_budget_never_shows_more() -> None:
    sizes = [len(markdown.render(large_report(130, 70, 80), LINKS, budget)) for budget in BUDGETS]

    assert sizes == sorted(sizes)


def test_the_same_report_has_the_same_bytes() -> None:
    assert markdown.render(small_report(), LINKS) == markdown.render(small_report(), LINKS)
