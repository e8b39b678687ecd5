"""A FleetStatus to GitHub's Markdown: for the job summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.report.escape import cell, code, plain, prose
from pulse_ci.report.fleet.group import listed
from pulse_ci.report.fleet.truncate import fitted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.fleet.status import DatabaseStatus, FleetStatus


def render(report: FleetStatus, most_bytes: int) -> str:
    """Return the report as Markdown of at most so many bytes: rows of the tables go first."""
    return fitted(f"### {_verdict(report)}", lambda most: _parts(report, most), (100, 20, 5, 1), most_bytes)


def _verdict(report: FleetStatus) -> str:
    sign = "⚠️" if not report.is_complete else "⏳" if report.behind else "✅"
    return f"{sign} {plain(report.verdict)}"


def _parts(report: FleetStatus, most: int) -> Iterator[str]:
    groups = [
        f"| ⏳ | {len(databases)} | {cell(', '.join(map(code, files)))} | {cell(plain(_names(databases)))} |"
        for files, databases in report.behind
    ]
    yield from _table("| | databases | lack | |\n|---|---|---|---|", groups, most)
    told = [f"| ⚠️ | {cell(plain(listed(names)))} | {cell(prose(sentence))} |" for sentence, names in report.told]
    yield from _table("| | database | |\n|---|---|---|", told, most)
    if report.scope.stopped:
        yield f"Not every database was asked: {plain(report.scope.stopped)}."
    yield f"Compared with {plain(report.scope.compared_with)}. Nothing was written to any database."


def _names(databases: tuple[DatabaseStatus, ...]) -> str:
    return listed([each.name for each in databases])


def _table(head: str, rows: list[str], most: int) -> Iterator[str]:
    if rows:
        yield "\n".join([head, *rows[:most]])
    if len(rows) > most:
        yield f"_{len(rows) - most} more; the JSON report has them all._"
