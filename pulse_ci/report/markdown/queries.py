"""The Worker's queries: those that break, then those whose plan changes; the rest is a number."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pulse_ci.report.escape import cell, code, plain, prose
from pulse_ci.report.markdown.page import blocks, fold, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.markdown.page import Page
    from pulse_ci.report.models import QueryResult, Report

_SIGN = {"broken": "❌", "slower": "⚠️", "faster": "✅"}
_WORDS = {"broken": "breaks", "slower": "slower", "faster": "faster"}
_SIDE = {
    "old-code-new-schema": "code of today, schema of this change",
    "new-code-old-schema": "code of this change, schema of today",
}
_LONGEST = 300


def render(report: Report, page: Page) -> Iterator[str]:
    """Yield the section, folded, where the Worker's source was looked at."""
    if not report.queries:
        return
    told = sorted((each for each in report.queries if each.status in _SIGN), key=_order)
    shown = told[: page.size.queries]
    rows = [_row(query, page) for query in shown]
    body = table("| | query | what happens |", rows) if rows else ""
    if not told:
        body = "Every query runs on the schema before and after, with the same plan."
    left_out = page.left_out(len(told) - len(shown), "query")
    yield from fold(f"Worker queries: {_totals(report)}", blocks((body, left_out)))


def _order(query: QueryResult) -> tuple[int, str, int, str]:
    return list(_SIGN).index(query.status), query.path, query.line, query.side


def _totals(report: Report) -> str:
    counted = Counter(each.status for each in report.queries)
    statements = {(each.path, each.line, each.sql) for each in report.queries}
    parts = [f"{counted[status]} {word}" for status, word in _WORDS.items() if counted[status]]
    return ", ".join([f"{len(statements)} checked", *(parts or ["all work"])])


def _row(query: QueryResult, page: Page) -> str:
    side = plain(_SIDE.get(query.side, query.side))
    happens = f"{_WORDS[query.status]}: {prose(query.detail, page.size.sentence)}<br>({side})"
    place = f"{page.place(query.path, query.line)}<br>{code(query.sql, _LONGEST)}"
    return f"| {_SIGN[query.status]} | {cell(place)} | {cell(happens)} |"
