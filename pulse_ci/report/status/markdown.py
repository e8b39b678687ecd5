"""A StatusReport to GitHub's Markdown: for the job summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.d1.migration_status import MigrationStatus
from pulse_ci.report.escape import code_block, code_span, escape_cell, escape_message, escape_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.d1.migration_status import FileStatus
    from pulse_ci.report.status.value import StatusReport

_STATUS_ICONS = {MigrationStatus.APPLIED: "✅", MigrationStatus.PENDING: "⏳"}
_MAX_FILES = 200


def render(report: StatusReport, max_bytes: int) -> str:
    """Return the report as Markdown of at most so many bytes: the files that are as they should be go first."""
    for shown in (None, _MAX_FILES, 0):
        text = "\n\n".join(_render_parts(report, shown)) + "\n"
        if len(text.encode()) <= max_bytes:
            return text
    return f"### {escape_message(report.headline)}\n\nThe rest does not fit here; the JSON report has it all.\n"


def _render_parts(report: StatusReport, max_files: int | None) -> Iterator[str]:
    yield f"### {escape_message(report.headline)}"
    yield f"{escape_message(report.source)}; nothing was written."
    files = report.state.files if max_files is None else report.state.files[len(report.state.files) - max_files :]
    rows = [_render_row(each) for each in files]
    if rows:
        yield "\n".join(["| | migration | | |", "|---|---|---|---|", *rows])
    if len(files) < len(report.state.files):
        yield f"_{len(report.state.files) - len(files)} earlier files are left out here, for their size._"
    if report.differences:
        yield "#### Drift\n\n" + "\n".join(
            f"- {escape_message(each.sentence)}" for each in report.differences[:_MAX_FILES]
        )
    if report.repairs:
        statements = [f"-- {each.reason}\n{each.sql}" for each in report.repairs]
        yield _fold_details("Statements that make the records true", code_block("\n".join(statements), "sql"))


def _render_row(each: FileStatus) -> str:
    mark = _STATUS_ICONS.get(each.status, "⚠️")
    return (
        f"| {mark} | {escape_cell(code_span(each.name))} | {each.status.value} | "
        f"{escape_cell(escape_message(each.detail))} |"
    )


def _fold_details(title: str, content: str) -> str:
    return f"<details><summary>{escape_text(title)}</summary>\n\n{content}\n\n</details>"
