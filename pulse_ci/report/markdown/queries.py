"""The Worker's queries: those that break, then those whose plan changes; the rest is a number."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pulse_ci.report.escape import code_span, escape_cell, escape_message, escape_text
from pulse_ci.report.markdown.page import join_blocks, render_details, render_table
from pulse_ci.report.queries import describe_counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.markdown.page import Page
    from pulse_ci.report.models import QueryResult, Report

_STATUS_ICONS = {"broken": "❌", "slower": "⚠️", "faster": "✅"}
_STATUS_WORDS = {"broken": "breaks", "slower": "slower", "faster": "faster"}
_SIDE_WORDS = {
    "old-code-new-schema": "code of today, schema of this change",
    "new-code-old-schema": "code of this change, schema of today",
}
_MAX_LENGTH = 300


def render(report: Report, page: Page) -> Iterator[str]:
    """Yield the section, folded, where the Worker's source was looked at."""
    if not report.queries:
        return
    reported = sorted((each for each in report.queries if each.status in _STATUS_ICONS), key=_sort_key)
    shown = reported[: page.limits.queries]
    rows = [_render_row(query, page) for query in shown]
    body = render_table("| | query | what happens |", rows) if rows else ""
    if not reported:
        body = "Every query runs on the schema before and after, with the same plan."
    omitted = page.render_omitted(len(reported) - len(shown), "query")
    yield from render_details(f"The Worker: {_count_statuses(report)}", join_blocks((body, omitted)))


def _sort_key(query: QueryResult) -> tuple[int, str, int, str]:
    return list(_STATUS_ICONS).index(query.status), query.path, query.line, query.side


def _count_statuses(report: Report) -> str:
    counted = Counter(each.status for each in report.queries)
    parts = [f"{counted[status]} {word}" for status, word in _STATUS_WORDS.items() if counted[status]]
    return ", ".join([describe_counts(report.queries), *(parts or ["all work"])])


def _render_row(query: QueryResult, page: Page) -> str:
    side = escape_text(_SIDE_WORDS.get(query.side, query.side))
    effect = f"{_STATUS_WORDS[query.status]}: {escape_message(query.detail, page.limits.sentence)}<br>({side})"
    location = f"{page.render_location(query.path, query.line)}<br>{code_span(query.sql, _MAX_LENGTH)}"
    return f"| {_STATUS_ICONS[query.status]} | {escape_cell(location)} | {escape_cell(effect)} |"
