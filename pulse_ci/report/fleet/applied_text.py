"""A FleetApplied to text for a person at a terminal or a reader of a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.apply.outcome import ApplyStatus
from pulse_ci.report.fleet.group import group_by_sentence, join_names
from pulse_ci.report.models import Conclusion
from pulse_ci.report.phrases import format_skipped_rules, pluralize
from pulse_ci.report.style import BOLD, DIM, GREEN, RED, YELLOW, TextStyler, to_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.fleet.applied import FleetApplied

_MOST, _FEW = 20, 3
_STATUS_MARKS = {ApplyStatus.REFUSED: ("!", YELLOW), ApplyStatus.FAILED: ("✗", RED)}


def render(report: FleetApplied, *, colour: bool = False) -> str:
    """Return the report as lines of text; control characters are spelled out."""
    return "\n".join(_render_lines(report, TextStyler(colour=colour))).rstrip() + "\n"


def _render_lines(report: FleetApplied, style: TextStyler) -> Iterator[str]:
    for status in (ApplyStatus.FAILED, ApplyStatus.REFUSED):
        groups = group_by_sentence((each.name, each.sentence) for each in report.with_status(status))
        for sentence, names in groups[:_MOST]:
            mark, code = _STATUS_MARKS[status]
            yield f"{style(mark, code)} {style(to_one_line(join_names(names)), BOLD)}  {status.value}"
            yield f"    {to_one_line(sentence)}"
        if len(groups) > _MOST:
            yield style(f"  and {len(groups) - _MOST} more; --format json has them all", DIM)
    yield from _render_restore_commands(report, style)
    mark, code = ("✓", GREEN) if report.conclusion is Conclusion.SUCCESS else ("✗", RED)
    yield f"{style(mark, code, BOLD)} {style(to_one_line(report.headline), BOLD)}"
    written = "--format json has the command that restores each" if report.has_written else "nothing was written"
    yield f"  with {to_one_line(report.scope.compared_with)}; {pluralize(report.usage.requests, 'request')}, {written}"
    if report.skipped:
        yield style(f"  checked {to_one_line(format_skipped_rules(report.skipped))}", DIM)
    if report.scope.stopped:
        yield f"  {to_one_line(report.scope.stopped)}; --resume goes on from the report"


def _render_restore_commands(report: FleetApplied, style: TextStyler) -> Iterator[str]:
    for each in report.with_status(ApplyStatus.FAILED)[:_FEW]:
        if each.restore_command is not None:
            ran = f", where {pluralize(len(each.ran), 'file')} ran before" if each.ran else ""
            yield f"  to restore {to_one_line(each.name)} as it was{ran}:"
            yield style(f"    {to_one_line(each.restore_command)}", DIM)
