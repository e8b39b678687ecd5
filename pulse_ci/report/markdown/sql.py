"""The schema diff as canonical SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.report import phrases
from pulse_ci.report.escape import fence
from pulse_ci.report.markdown.page import fold
from pulse_ci.report.schema_sql import diff_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.markdown.page import Page
    from pulse_ci.report.models import Report


def render(report: Report, page: Page) -> Iterator[str]:
    """Yield the diff, folded, or the line that says where it is."""
    if not report.changes:
        return
    if page.size.sql == 0:
        yield f"_The SQL is left out for its size; {page.links.elsewhere} has it._"
        return
    text = diff_text(report.changes, report.schemas, page.size.sql)
    yield from fold(f"SQL: {phrases.plural(text.count(chr(10)) + 1, 'line')}", fence(text, "diff"))
