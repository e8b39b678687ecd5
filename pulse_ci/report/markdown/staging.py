"""What the staging database said: which migrations it has, and the rows of the tables that are touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.report import phrases
from pulse_ci.report.costs import cost_of, whole_cost
from pulse_ci.report.escape import code, plain, prose
from pulse_ci.report.markdown.page import blocks, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.markdown.page import Page
    from pulse_ci.report.models import Report


def render(report: Report, page: Page) -> Iterator[str]:
    """Yield what is wrong with it, and folded what it has, where staging was asked."""
    if report.staging.status != "used":
        return
    if report.staging.reason:
        yield f"⚠️ Staging has drifted. {prose(report.staging.reason, page.size.sentence)}"
    if report.staging.unanswered:
        said = prose(report.staging.unanswered, page.size.sentence)
        yield f"⚠️ What depends on rows is open, staging did not answer: {said}"
    pending = [each for each in report.migrations if each.applied is False]
    applied = sum(1 for each in report.migrations if each.applied)
    shown = pending[: page.size.proofs]
    parts = (
        "\n".join(f"- pending: {code(each.name)}{cost_of(each.cost)}" for each in shown),
        page.left_out(len(pending) - len(shown), "pending migration"),
        f"- {plain(total)}" if (total := whole_cost(report)) else "",
    )
    asked = phrases.plural(report.staging.requests, "request")
    cost = f"{asked}, {phrases.plural(report.staging.rows_read, 'row')} read, nothing written"
    body = blocks(parts) or "Every file has run there."
    yield from fold(f"Staging: {applied} applied, {len(pending)} pending ({cost})", body)
