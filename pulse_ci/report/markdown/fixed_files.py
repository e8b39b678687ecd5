"""The files as `fix` would write them, each in a fold."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from pulse_ci.report.escape import code_block, escape_invisible
from pulse_ci.report.markdown.page import render_fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.markdown.page import Page
    from pulse_ci.report.models import Report


def render(report: Report, page: Page) -> Iterator[str]:
    """Yield each fixed file that fits."""
    if page.limits.sql == 0:
        return
    for each in report.fixed_files:
        if page.limits.sql is not None and len(each.text.encode(errors="replace")) > page.limits.sql:
            continue
        name = html.escape(escape_invisible(each.path.rpartition("/")[2]))
        summary = f"<b>Fixed file</b> <code>{name}</code>: tested, keeps every row (or run <code>pulse-ci fix</code>)"
        yield from render_fold(summary, code_block(each.text, "sql"))
