"""Render an ApplyReport as text for a terminal or a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.apply.rollout import ApplyStatus
from pulse_ci.report.databases import group_by_sentence, list_names
from pulse_ci.report.models import Conclusion
from pulse_ci.report.phrases import format_skipped_rules, pluralize
from pulse_ci.report.style import (
    BOLD,
    DIM,
    GREEN,
    MAX_SHOWN,
    RED,
    YELLOW,
    TextStyler,
    close_report,
    note_omitted,
    to_one_line,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.apply import ApplyReport

_MAX_COMMANDS = 3
_MARK = {ApplyStatus.FAILED: ("✗", RED), ApplyStatus.REFUSED: ("!", YELLOW)}


def render(report: ApplyReport, *, colour: bool = False) -> str:
    """Return the report as lines of text; nothing for one database, whose steps were printed as they happened."""
    if report.only:
        return ""
    return "\n".join(_render_lines(report, TextStyler(colour=colour))).rstrip() + "\n"


def _render_lines(report: ApplyReport, style: TextStyler) -> Iterator[str]:
    for status, (mark, code) in _MARK.items():
        groups = group_by_sentence((each.name, each.sentence) for each in report.with_status(status))
        for sentence, names in groups[:MAX_SHOWN]:
            yield f"{style(mark, code)} {style(to_one_line(list_names(names)), BOLD)}  {status.value}"
            yield f"    {to_one_line(sentence)}"
        yield from note_omitted(len(groups), style)
    yield from _list_restore_commands(report, style)
    written = "--format json has the command that restores each" if report.has_written else "nothing was written"
    asked = pluralize(report.usage.requests, "request")
    facts = [f"with {to_one_line(report.scope.compared_with)}; {asked}, {written}"]
    if report.skipped:
        facts.append(style(f"checked {to_one_line(format_skipped_rules(report.skipped))}", DIM))
    closing_mark = ("✓", GREEN) if report.conclusion is Conclusion.SUCCESS else ("✗", RED)
    yield from close_report(report.headline, closing_mark, facts, report.scope.stopped, style)


def _list_restore_commands(report: ApplyReport, style: TextStyler) -> Iterator[str]:
    for each in report.with_status(ApplyStatus.FAILED)[:_MAX_COMMANDS]:
        if each.restore_command is not None:
            ran = f", where {pluralize(len(each.ran), 'file')} ran before" if each.ran else ""
            yield f"  to restore {to_one_line(each.name)} as it was{ran}:"
            yield style(f"    {to_one_line(each.restore_command)}", DIM)
