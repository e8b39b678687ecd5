"""A FleetApplied to GitHub's Markdown: for the job summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.apply.outcome import ApplyStatus
from pulse_ci.report.escape import code_span, escape_cell, escape_message, escape_text
from pulse_ci.report.fleet.group import group_by_sentence, join_names
from pulse_ci.report.fleet.truncate import fit_to_bytes
from pulse_ci.report.models import Conclusion
from pulse_ci.report.phrases import format_skipped_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.fleet.applied import FleetApplied

_MAX_RESTORE_COMMANDS = 3
_STATUS_ICONS = {ApplyStatus.REFUSED: "⚠️", ApplyStatus.FAILED: "❌"}


def render(report: FleetApplied, max_bytes: int) -> str:
    """Return the report as Markdown of at most so many bytes: rows of the table go first."""
    return fit_to_bytes(
        f"### {_render_headline(report)}", lambda most: _render_parts(report, most), (200, 20, 5, 0), max_bytes
    )


def _render_headline(report: FleetApplied) -> str:
    return f"{'✅' if report.conclusion is Conclusion.SUCCESS else '❌'} {escape_text(report.headline)}"


def _render_parts(report: FleetApplied, max_rows: int) -> Iterator[str]:
    rows = [
        f"| {_STATUS_ICONS[status]} | {escape_cell(escape_text(join_names(names)))} | "
        f"{escape_cell(escape_message(sentence))} |"
        for status in (ApplyStatus.FAILED, ApplyStatus.REFUSED)
        for sentence, names in group_by_sentence((each.name, each.sentence) for each in report.with_status(status))
    ]
    if rows[:max_rows]:
        yield "\n".join(["| | database | why |", "|---|---|---|", *rows[:max_rows]])
    if len(rows) > max_rows:
        yield f"_{len(rows) - max_rows} more; the JSON report has them all._"
    restore_commands = [
        (each.name, each.restore_command)
        for each in report.with_status(ApplyStatus.FAILED)
        if each.restore_command is not None
    ]
    yield from (
        f"- To restore {code_span(name)} as it was: {code_span(command)}"
        for name, command in restore_commands[:_MAX_RESTORE_COMMANDS]
    )
    if report.scope.stopped:
        yield f"Not every database was tried: {escape_text(report.scope.stopped)}."
    written = "The JSON report has the command that restores each." if report.has_written else "Nothing was written."
    checked = f" Checked {escape_text(format_skipped_rules(report.skipped))}." if report.skipped else ""
    yield f"With {escape_text(report.scope.compared_with)}. {written}{checked}"
