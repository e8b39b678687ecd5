"""The schema diff as canonical SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.report import phrases
from pulse_ci.report.escape import code_block
from pulse_ci.report.markdown.page import render_details
from pulse_ci.report.schema_sql import format_schema_diff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.markdown.page import Page
    from pulse_ci.report.models import Report


def render(report: Report, page: Page) -> Iterator[str]:
    """Yield the diff, folded, or the line that says where it is."""
    if not report.changes:
        return
    if page.limits.sql == 0:
        yield f"_The SQL is left out for its size; {page.links.full_report} has it._"
        return
    text = format_schema_diff(report.changes, report.schemas, page.limits.sql)
    yield from render_details(f"SQL: {phrases.pluralize(text.count(chr(10)) + 1, 'line')}", code_block(text, "diff"))
