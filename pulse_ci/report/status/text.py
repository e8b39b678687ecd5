"""A StatusReport to text for a person at a terminal or a reader of a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.d1.migration_status import MigrationStatus
from pulse_ci.model import ChangeAction
from pulse_ci.report.escape import visible
from pulse_ci.report.phrases import plural
from pulse_ci.report.style import BOLD, DIM, GREEN, YELLOW, Painter, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.d1.migration_status import FileStatus
    from pulse_ci.report.status.value import StatusReport

_SIGN = {ChangeAction.ADDED: "+", ChangeAction.REMOVED: "-", ChangeAction.MODIFIED: "~"}
_MOST = 20


def render(report: StatusReport, *, colour: bool = False) -> str:
    """Return the report as lines of text; control characters are spelled out."""
    return "\n".join(_lines(report, Painter(colour=colour))).rstrip() + "\n"


def _lines(report: StatusReport, paint: Painter) -> Iterator[str]:
    width = max((len(one_line(each.name)) for each in report.state.files), default=0)
    for each in report.state.files:
        yield from _file(each, width, paint)
    yield ""
    yield from _drift(report, paint)
    yield from _repairs(report, paint)
    yield paint(one_line(report.verdict), BOLD)
    asked = f"{plural(report.spent.requests, 'request')}, " if report.spent.requests else ""
    yield f"  {one_line(report.source)}; {asked}nothing was written"


def _file(each: FileStatus, width: int, paint: Painter) -> Iterator[str]:
    match each.status:
        case MigrationStatus.APPLIED:
            mark, codes = "✓", (GREEN,)
        case MigrationStatus.PENDING:
            mark, codes = "·", (BOLD,)
        case _:
            mark, codes = "!", (YELLOW,)
    yield f"  {paint(mark, *codes)} {one_line(each.name):<{width}}  {paint(each.status.value, *codes)}"
    if each.detail:
        yield paint(f"      {one_line(each.detail)}", DIM)


def _drift(report: StatusReport, paint: Painter) -> Iterator[str]:
    differences = report.differences
    if not differences:
        return
    yield paint("Drift", BOLD) + "  what the files do not explain; `pulse-ci drift` tells how to end it"
    for each in differences[:_MOST]:
        yield paint(f"  {_SIGN[each.change.action]} {one_line(each.sentence)}", YELLOW)
    if len(differences) > _MOST:
        yield paint(f"  and {len(differences) - _MOST} more; --format json has them all", DIM)
    yield ""


def _repairs(report: StatusReport, paint: Painter) -> Iterator[str]:
    if not report.repairs:
        return
    recorded = report.state.recorded is not None
    head = "statements that make the records true" if recorded else "statements that begin a record, if you want one"
    yield paint("Repairs", BOLD) + f"  {head}; read them before you run them"
    for each in report.repairs:
        yield paint(f"  -- {one_line(each.reason)}", DIM)
        yield from (f"  {line}" for line in visible(each.sql).splitlines())
    yield ""
