"""What the files under review will cost on staging, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.cost.cost import FREE_ROWS_READ, FREE_ROWS_WRITTEN

if TYPE_CHECKING:
    from pulse_ci.report.models import Report, RowCost


def format_total_cost(report: Report) -> str | None:
    """Return the cost of all files under review with its share of the free plan's day; None where one is not known."""
    costs = [each.cost for each in report.under_review if each.cost]
    if not costs or len(costs) < len(report.under_review):
        return None
    about = "at most" if any(each.at_most for each in costs) else "about"
    read, written = sum(each.rows_read for each in costs), sum(each.rows_written for each in costs)
    return (
        f"cost on staging: {about} {written:,} rows written ({_format_share(written, FREE_ROWS_WRITTEN)} of "
        "the free plan's "
        f"day) and {read:,} read ({_format_share(read, FREE_ROWS_READ)})"
    )


def format_cost(cost: RowCost | None) -> str:
    """Return ", about 12 rows written" for one file, or nothing where that is not known."""
    if cost is None:
        return ""
    return f", {'at most' if cost.at_most else 'about'} {cost.rows_written:,} rows written, {cost.rows_read:,} read"


def _format_share(rows: int, limit: int) -> str:
    percent = 100 * rows / limit
    return "under 1 %" if 0 < percent < 1 else f"{percent:,.0f} %"
