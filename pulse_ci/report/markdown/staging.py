"""What the staging database said: which migrations it has, and the rows of the tables that are touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.report import phrases
from pulse_ci.report.costs import format_cost, format_total_cost
from pulse_ci.report.escape import code_span, escape_message, escape_text
from pulse_ci.report.markdown.page import join_blocks, render_details

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.markdown.page import Page
    from pulse_ci.report.models import Report


def render(report: Report, page: Page) -> Iterator[str]:
    """Yield what is wrong with it, and folded what it has, where staging was asked."""
    if report.staging.status != "used":
        return
    if report.staging.reason:
        yield f"⚠️ Staging has drifted. {escape_message(report.staging.reason, page.limits.sentence)}"
    if report.staging.probe_failure:
        failure = escape_message(report.staging.probe_failure, page.limits.sentence)
        yield f"⚠️ What depends on rows is open, staging did not answer: {failure}"
    pending = [each for each in report.migrations if each.applied is False]
    applied = sum(1 for each in report.migrations if each.applied)
    shown = pending[: page.limits.proofs]
    parts = (
        "\n".join(f"- pending: {code_span(each.name)}{format_cost(each.cost)}" for each in shown),
        page.render_omitted(len(pending) - len(shown), "pending migration"),
        f"- {escape_text(total)}" if (total := format_total_cost(report)) else "",
    )
    request_count = phrases.pluralize(report.staging.requests, "request")
    cost = f"{request_count}, {phrases.pluralize(report.staging.rows_read, 'row')} read, nothing written"
    body = join_blocks(parts) or "Every file has run there."
    yield from render_details(f"Staging: {applied} applied, {len(pending)} pending ({cost})", body)
