"""A FleetStatus to text for a person at a terminal or a reader of a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.report.fleet.group import listed
from pulse_ci.report.phrases import joined, plural
from pulse_ci.report.style import BOLD, DIM, GREEN, RED, YELLOW, Painter, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.fleet.status import FleetStatus

_MOST = 20


def render(report: FleetStatus, *, colour: bool = False) -> str:
    """Return the report as lines of text; control characters are spelled out."""
    return "\n".join(_lines(report, Painter(colour=colour))).rstrip() + "\n"


def _lines(report: FleetStatus, paint: Painter) -> Iterator[str]:
    if current := report.with_status("up to date"):
        verb = "is" if len(current) == 1 else "are"
        yield f"{paint('✓', GREEN)} {plural(len(current), 'database')} {verb} up to date"
    for files, databases in report.behind[:_MOST]:
        verb = "lacks" if len(databases) == 1 else "lack"
        names = joined([one_line(each) for each in files[:3]] + ([f"{len(files) - 3} more"] if len(files) > 3 else []))
        yield f"{paint('·', BOLD)} {plural(len(databases), 'database')} {verb} {paint(names, BOLD)}"
        yield paint(f"    {one_line(listed([each.name for each in databases]))}", DIM)
    if len(report.behind) > _MOST:
        yield paint(f"  and {len(report.behind) - _MOST} more groups; --format json has them all", DIM)
    yield from _told(report, paint)
    yield ""
    mark, code = ("✗", RED) if not report.is_complete else ("·", YELLOW) if report.behind else ("✓", GREEN)
    yield f"{paint(mark, code, BOLD)} {paint(one_line(report.verdict), BOLD)}"
    asked = plural(report.spent.requests, "request")
    yield f"  compared with {one_line(report.scope.compared_with)}; {asked}, nothing was written"
    if report.scope.stopped:
        yield f"  {one_line(report.scope.stopped)}; --resume goes on from the report"


def _told(report: FleetStatus, paint: Painter) -> Iterator[str]:
    for sentence, names in report.told[:_MOST]:
        subject = names[0] if len(names) == 1 else plural(len(names), "database")
        yield f"{paint('!', YELLOW)} {paint(one_line(subject), BOLD)}  {one_line(sentence)}"
        if len(names) > 1:
            yield paint(f"    {one_line(listed(names))}", DIM)
    if len(report.told) > _MOST:
        yield paint(f"  and {len(report.told) - _MOST} more; --format json has them all", DIM)
