"""A FleetStatus to GitHub's Markdown: for the job summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.report.escape import code_span, escape_cell, escape_message, escape_text
from pulse_ci.report.fleet.group import join_names
from pulse_ci.report.fleet.truncate import fit_to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.fleet.status import DatabaseStatus, FleetStatus


def render(report: FleetStatus, max_bytes: int) -> str:
    """Return the report as Markdown of at most so many bytes: rows of the tables go first."""
    return fit_to_bytes(
        f"### {_render_headline(report)}", lambda most: _render_parts(report, most), (100, 20, 5, 1), max_bytes
    )


def _render_headline(report: FleetStatus) -> str:
    sign = "⚠️" if not report.is_complete else "⏳" if report.pending_groups else "✅"
    return f"{sign} {escape_text(report.headline)}"


def _render_parts(report: FleetStatus, max_rows: int) -> Iterator[str]:
    groups = [
        f"| ⏳ | {len(databases)} | {escape_cell(', '.join(map(code_span, files)))} | "
        f"{escape_cell(escape_text(_join_database_names(databases)))} |"
        for files, databases in report.pending_groups
    ]
    yield from _render_table("| | databases | lack | |\n|---|---|---|---|", groups, max_rows)
    messages = [
        f"| ⚠️ | {escape_cell(escape_text(join_names(names)))} | {escape_cell(escape_message(sentence))} |"
        for sentence, names in report.messages
    ]
    yield from _render_table("| | database | |\n|---|---|---|", messages, max_rows)
    if report.scope.stopped:
        yield f"Not every database was asked: {escape_text(report.scope.stopped)}."
    yield f"Compared with {escape_text(report.scope.compared_with)}. Nothing was written to any database."


def _join_database_names(databases: tuple[DatabaseStatus, ...]) -> str:
    return join_names([each.name for each in databases])


def _render_table(head: str, rows: list[str], max_rows: int) -> Iterator[str]:
    if rows:
        yield "\n".join([head, *rows[:max_rows]])
    if len(rows) > max_rows:
        yield f"_{len(rows) - max_rows} more; the JSON report has them all._"
