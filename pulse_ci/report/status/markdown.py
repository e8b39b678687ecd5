"""Render a StatusReport as Markdown for the job summary."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pulse_ci.d1.migration_status import MigrationStatus
from pulse_ci.report.databases import list_names
from pulse_ci.report.escape import code_block, code_span, escape_message, escape_text
from pulse_ci.report.markdown.page import fit_to_size, limit_table, render_details, render_row, render_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.d1.migration_status import FileStatus
    from pulse_ci.report.status import FileDetails, StatusReport

_MARK = {MigrationStatus.APPLIED: "✅", MigrationStatus.PENDING: "⏳"}
_MAX_DIFFERENCES = 200
_ALL = 10**9


def render(report: StatusReport, max_bytes: int) -> str:
    """Return the report as Markdown of at most so many bytes: rows of the tables go first."""
    if report.details:
        parts = partial(_render_files, report.details)
        return fit_to_size(f"### {escape_message(report.headline)}", parts, (_ALL, 200, 0), max_bytes)
    mark = "⚠️" if not report.is_complete else "⏳" if report.behind else "✅"
    head = f"### {mark} {escape_text(report.headline)}"
    return fit_to_size(head, partial(_render_fleet, report), (100, 20, 5, 1), max_bytes)


def _render_files(details: FileDetails, most: int) -> Iterator[str]:
    yield f"{escape_message(details.source)}; nothing was written."
    earlier = max(len(details.state.files) - most, 0)
    if rows := [_render_file(each) for each in details.state.files[earlier:]]:
        yield render_table("| | migration | | |", rows)
    if earlier:
        yield f"_{earlier} earlier files are left out here, for their size._"
    if details.differences:
        sentences = (f"- {escape_message(each.sentence)}" for each in details.differences[:_MAX_DIFFERENCES])
        yield "#### Drift\n\n" + "\n".join(sentences)
    statements = "\n".join(f"-- {each.reason}\n{each.sql}" for each in details.repairs)
    yield from render_details(
        "Statements that make the records true", code_block(statements, "sql") if statements else ""
    )


def _render_file(each: FileStatus) -> str:
    return render_row(_MARK.get(each.status, "⚠️"), code_span(each.name), each.status.value, escape_message(each.detail))


def _render_fleet(report: StatusReport, most: int) -> Iterator[str]:
    behind = [
        render_row("⏳", str(len(names)), ", ".join(map(code_span, files)), escape_text(list_names(names)))
        for files, names in report.behind
    ]
    yield from limit_table("| | databases | lack | |", behind, most)
    problems = [
        render_row("⚠️", escape_text(list_names(names)), escape_message(sentence)) for sentence, names in report.problems
    ]
    yield from limit_table("| | database | |", problems, most)
    if report.scope.stopped:
        yield f"Not every database was asked: {escape_text(report.scope.stopped)}."
    yield f"Compared with {escape_text(report.scope.compared_with)}. Nothing was written to any database."
