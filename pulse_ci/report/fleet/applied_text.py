"""A FleetApplied to text for a person at a terminal or a reader of a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.apply.fate import Fate
from pulse_ci.report.painter import BOLD, DIM, GREEN, RED, YELLOW, Painter, one_line
from pulse_ci.report.value import Conclusion
from pulse_ci.report.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.apply.fate import Outcome
    from pulse_ci.report.fleet.applied import FleetApplied

_MOST = 20
_MARK = {Fate.REFUSED: ("!", YELLOW), Fate.FAILED: ("✗", RED)}


def render(report: FleetApplied, *, colour: bool = False) -> str:
    """Return the report as lines of text; control characters are spelled out."""
    return "\n".join(_lines(report, Painter(colour=colour))).rstrip() + "\n"


def _lines(report: FleetApplied, paint: Painter) -> Iterator[str]:
    told = report.with_fate(Fate.FAILED) + report.with_fate(Fate.REFUSED)
    for each in told[:_MOST]:
        yield from _outcome(each, paint)
    if len(told) > _MOST:
        yield paint(f"  and {len(told) - _MOST} more; --format json has them all", DIM)
    mark, code = ("✓", GREEN) if report.conclusion is Conclusion.SUCCESS else ("✗", RED)
    yield f"{paint(mark, code, BOLD)} {paint(one_line(report.verdict), BOLD)}"
    written = "--format json has the command that restores each" if report.has_written else "nothing was written"
    yield f"  {one_line(report.scope.compared_with)}; {plural(report.requests, 'request')}, {written}"
    if report.scope.stopped:
        yield f"  {one_line(report.scope.stopped)}; --resume goes on where this report ends"


def _outcome(each: Outcome, paint: Painter) -> Iterator[str]:
    mark, code = _MARK[each.fate]
    ran = f"  {plural(len(each.ran), 'file')} ran before" if each.ran else ""
    yield f"{paint(mark, code)} {paint(one_line(each.name), BOLD)}  {each.fate.value}{ran}"
    yield f"    {one_line(each.sentence)}"
    if each.fate is Fate.FAILED and each.way_back:
        yield paint(f"    to restore it as it was: {one_line(each.way_back)}", DIM)
