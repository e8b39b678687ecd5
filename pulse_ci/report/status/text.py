"""A StatusReport to text for a person at a terminal or a reader of a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.d1.migration_status import MigrationStatus
from pulse_ci.model import ChangeAction
from pulse_ci.report.escape import escape_invisible
from pulse_ci.report.phrases import pluralize
from pulse_ci.report.style import BOLD, DIM, GREEN, YELLOW, TextStyler, to_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.d1.migration_status import FileStatus
    from pulse_ci.report.status.value import StatusReport

_ACTION_SIGNS = {ChangeAction.ADDED: "+", ChangeAction.REMOVED: "-", ChangeAction.MODIFIED: "~"}
_MAX_DIFFERENCES = 20


def render(report: StatusReport, *, colour: bool = False) -> str:
    """Return the report as lines of text; control characters are spelled out."""
    return "\n".join(_render_lines(report, TextStyler(colour=colour))).rstrip() + "\n"


def _render_lines(report: StatusReport, style: TextStyler) -> Iterator[str]:
    width = max((len(to_one_line(each.name)) for each in report.state.files), default=0)
    for each in report.state.files:
        yield from _render_file(each, width, style)
    yield ""
    yield from _render_drift(report, style)
    yield from _render_repairs(report, style)
    yield style(to_one_line(report.headline), BOLD)
    request_count = f"{pluralize(report.usage.requests, 'request')}, " if report.usage.requests else ""
    yield f"  {to_one_line(report.source)}; {request_count}nothing was written"


def _render_file(each: FileStatus, width: int, style: TextStyler) -> Iterator[str]:
    match each.status:
        case MigrationStatus.APPLIED:
            mark, codes = "✓", (GREEN,)
        case MigrationStatus.PENDING:
            mark, codes = "·", (BOLD,)
        case _:
            mark, codes = "!", (YELLOW,)
    yield f"  {style(mark, *codes)} {to_one_line(each.name):<{width}}  {style(each.status.value, *codes)}"
    if each.detail:
        yield style(f"      {to_one_line(each.detail)}", DIM)


def _render_drift(report: StatusReport, style: TextStyler) -> Iterator[str]:
    differences = report.differences
    if not differences:
        return
    yield style("Drift", BOLD) + "  what the files do not explain; `pulse-ci drift` tells how to end it"
    for each in differences[:_MAX_DIFFERENCES]:
        yield style(f"  {_ACTION_SIGNS[each.change.action]} {to_one_line(each.sentence)}", YELLOW)
    if len(differences) > _MAX_DIFFERENCES:
        yield style(f"  and {len(differences) - _MAX_DIFFERENCES} more; --format json has them all", DIM)
    yield ""


def _render_repairs(report: StatusReport, style: TextStyler) -> Iterator[str]:
    if not report.repairs:
        return
    recorded = report.state.recorded is not None
    head = "statements that make the records true" if recorded else "statements that begin a record, if you want one"
    yield style("Repairs", BOLD) + f"  {head}; read them before you run them"
    for each in report.repairs:
        yield style(f"  -- {to_one_line(each.reason)}", DIM)
        yield from (f"  {line}" for line in escape_invisible(each.sql).splitlines())
    yield ""
