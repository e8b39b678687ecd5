"""Render an ApplyReport as Markdown for the job summary."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pulse_ci.apply.rollout import ApplyStatus
from pulse_ci.report.databases import group_by_sentence, list_names
from pulse_ci.report.escape import code_span, escape_message, escape_text
from pulse_ci.report.markdown.icons import CONCLUSION_ICONS
from pulse_ci.report.markdown.page import fit_to_size, limit_table, render_row
from pulse_ci.report.phrases import format_skipped_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.apply import ApplyReport

_MAX_COMMANDS = 3
_MARK = {ApplyStatus.FAILED: "❌", ApplyStatus.REFUSED: "⚠️"}


def render(report: ApplyReport, max_bytes: int) -> str:
    """Return the report as Markdown of at most so many bytes: rows of the table go first."""
    head = f"### {CONCLUSION_ICONS[report.conclusion]} {escape_text(report.headline)}"
    return fit_to_size(head, partial(_render_parts, report), (200, 20, 5, 0), max_bytes)


def _render_parts(report: ApplyReport, most: int) -> Iterator[str]:
    rows = [
        render_row(mark, escape_text(list_names(names)), escape_message(sentence))
        for status, mark in _MARK.items()
        for sentence, names in group_by_sentence((each.name, each.sentence) for each in report.with_status(status))
    ]
    yield from limit_table("| | database | why |", rows, most)
    failed = [each for each in report.with_status(ApplyStatus.FAILED) if each.restore_command is not None]
    for each in failed[:_MAX_COMMANDS]:
        yield f"- To restore {code_span(each.name)} as it was: {code_span(each.restore_command or '')}"
    if report.scope.stopped:
        yield f"Not every database was tried: {escape_text(report.scope.stopped)}."
    written = "The JSON report has the command that restores each." if report.has_written else "Nothing was written."
    checked = f" Checked {escape_text(format_skipped_rules(report.skipped))}." if report.skipped else ""
    yield f"With {escape_text(report.scope.compared_with)}. {written}{checked}"
