"""A FleetStatus to text for a person at a terminal or a reader of a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.report.fleet.group import join_names
from pulse_ci.report.phrases import join_words, pluralize
from pulse_ci.report.style import BOLD, DIM, GREEN, RED, YELLOW, TextStyler, to_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.fleet.status import FleetStatus

_MAX_GROUPS = 20


def render(report: FleetStatus, *, colour: bool = False) -> str:
    """Return the report as lines of text; control characters are spelled out."""
    return "\n".join(_render_lines(report, TextStyler(colour=colour))).rstrip() + "\n"


def _render_lines(report: FleetStatus, style: TextStyler) -> Iterator[str]:
    if up_to_date := report.with_status("up to date"):
        verb = "is" if len(up_to_date) == 1 else "are"
        yield f"{style('✓', GREEN)} {pluralize(len(up_to_date), 'database')} {verb} up to date"
    for files, databases in report.pending_groups[:_MAX_GROUPS]:
        verb = "lacks" if len(databases) == 1 else "lack"
        names = join_words(
            [to_one_line(each) for each in files[:3]] + ([f"{len(files) - 3} more"] if len(files) > 3 else [])
        )
        yield f"{style('·', BOLD)} {pluralize(len(databases), 'database')} {verb} {style(names, BOLD)}"
        yield style(f"    {to_one_line(join_names([each.name for each in databases]))}", DIM)
    if len(report.pending_groups) > _MAX_GROUPS:
        yield style(f"  and {len(report.pending_groups) - _MAX_GROUPS} more groups; --format json has them all", DIM)
    yield from _render_messages(report, style)
    yield ""
    mark, code = ("✗", RED) if not report.is_complete else ("·", YELLOW) if report.pending_groups else ("✓", GREEN)
    yield f"{style(mark, code, BOLD)} {style(to_one_line(report.headline), BOLD)}"
    request_count = pluralize(report.usage.requests, "request")
    yield f"  compared with {to_one_line(report.scope.compared_with)}; {request_count}, nothing was written"
    if report.scope.stopped:
        yield f"  {to_one_line(report.scope.stopped)}; --resume goes on from the report"


def _render_messages(report: FleetStatus, style: TextStyler) -> Iterator[str]:
    for sentence, names in report.messages[:_MAX_GROUPS]:
        subject = names[0] if len(names) == 1 else pluralize(len(names), "database")
        yield f"{style('!', YELLOW)} {style(to_one_line(subject), BOLD)}  {to_one_line(sentence)}"
        if len(names) > 1:
            yield style(f"    {to_one_line(join_names(names))}", DIM)
    if len(report.messages) > _MAX_GROUPS:
        yield style(f"  and {len(report.messages) - _MAX_GROUPS} more; --format json has them all", DIM)
