"""A StatusReport to GitHub's Markdown: for the job summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.d1.migration_status import MigrationStatus
from pulse_ci.report.escape import cell, code, fence, plain, prose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.d1.migration_status import FileStatus
    from pulse_ci.report.status.value import StatusReport

_MARK = {MigrationStatus.APPLIED: "✅", MigrationStatus.PENDING: "⏳"}
_MOST = 200


def render(report: StatusReport, most_bytes: int) -> str:
    """Return the report as Markdown of at most so many bytes: the files that are as they should be go first."""
    for shown in (None, _MOST, 0):
        text = "\n\n".join(_parts(report, shown)) + "\n"
        if len(text.encode()) <= most_bytes:
            return text
    return f"### {prose(report.verdict)}\n\nThe rest does not fit here; the JSON report has it all.\n"


def _parts(report: StatusReport, most: int | None) -> Iterator[str]:
    yield f"### {prose(report.verdict)}"
    yield f"{prose(report.source)}; nothing was written."
    files = report.state.files if most is None else report.state.files[len(report.state.files) - most :]
    rows = [_row(each) for each in files]
    if rows:
        yield "\n".join(["| | migration | | |", "|---|---|---|---|", *rows])
    if len(files) < len(report.state.files):
        yield f"_{len(report.state.files) - len(files)} earlier files are left out here, for their size._"
    if report.differences:
        yield "#### Drift\n\n" + "\n".join(f"- {prose(each.sentence)}" for each in report.differences[:_MOST])
    if report.repairs:
        statements = [f"-- {each.reason}\n{each.sql}" for each in report.repairs]
        yield _folded("Statements that make the records true", fence("\n".join(statements), "sql"))


def _row(each: FileStatus) -> str:
    mark = _MARK.get(each.status, "⚠️")
    return f"| {mark} | {cell(code(each.name))} | {each.status.value} | {cell(prose(each.detail))} |"


def _folded(title: str, content: str) -> str:
    return f"<details><summary>{plain(title)}</summary>\n\n{content}\n\n</details>"
