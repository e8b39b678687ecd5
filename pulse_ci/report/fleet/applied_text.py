"""A FleetApplied to text for a person at a terminal or a reader of a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.apply.outcome import ApplyStatus
from pulse_ci.report.fleet.group import listed, together
from pulse_ci.report.models import Conclusion
from pulse_ci.report.phrases import plural, without
from pulse_ci.report.style import BOLD, DIM, GREEN, RED, YELLOW, Painter, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.fleet.applied import FleetApplied

_MOST, _FEW = 20, 3
_MARK = {ApplyStatus.REFUSED: ("!", YELLOW), ApplyStatus.FAILED: ("✗", RED)}


def render(report: FleetApplied, *, colour: bool = False) -> str:
    """Return the report as lines of text; control characters are spelled out."""
    return "\n".join(_lines(report, Painter(colour=colour))).rstrip() + "\n"


def _lines(report: FleetApplied, paint: Painter) -> Iterator[str]:
    for fate in (ApplyStatus.FAILED, ApplyStatus.REFUSED):
        groups = together((each.name, each.sentence) for each in report.with_status(fate))
        for sentence, names in groups[:_MOST]:
            mark, code = _MARK[fate]
            yield f"{paint(mark, code)} {paint(one_line(listed(names)), BOLD)}  {fate.value}"
            yield f"    {one_line(sentence)}"
        if len(groups) > _MOST:
            yield paint(f"  and {len(groups) - _MOST} more; --format json has them all", DIM)
    yield from _ways_back(report, paint)
    mark, code = ("✓", GREEN) if report.conclusion is Conclusion.SUCCESS else ("✗", RED)
    yield f"{paint(mark, code, BOLD)} {paint(one_line(report.verdict), BOLD)}"
    written = "--format json has the command that restores each" if report.has_written else "nothing was written"
    yield f"  with {one_line(report.scope.compared_with)}; {plural(report.spent.requests, 'request')}, {written}"
    if report.skipped:
        yield paint(f"  checked {one_line(without(report.skipped))}", DIM)
    if report.scope.stopped:
        yield f"  {one_line(report.scope.stopped)}; --resume goes on from the report"


def _ways_back(report: FleetApplied, paint: Painter) -> Iterator[str]:
    for each in report.with_status(ApplyStatus.FAILED)[:_FEW]:
        if each.restore_command is not None:
            ran = f", where {plural(len(each.ran), 'file')} ran before" if each.ran else ""
            yield f"  to restore {one_line(each.name)} as it was{ran}:"
            yield paint(f"    {one_line(each.restore_command)}", DIM)
