"""A FleetApplied to GitHub's Markdown: for the job summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.apply.outcome import ApplyStatus
from pulse_ci.report.escape import cell, code, plain, prose
from pulse_ci.report.fleet.group import listed, together
from pulse_ci.report.fleet.truncate import fitted
from pulse_ci.report.models import Conclusion
from pulse_ci.report.phrases import without

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.fleet.applied import FleetApplied

_FEW = 3
_SIGN = {ApplyStatus.REFUSED: "⚠️", ApplyStatus.FAILED: "❌"}


def render(report: FleetApplied, most_bytes: int) -> str:
    """Return the report as Markdown of at most so many bytes: rows of the table go first."""
    return fitted(f"### {_verdict(report)}", lambda most: _parts(report, most), (200, 20, 5, 0), most_bytes)


def _verdict(report: FleetApplied) -> str:
    return f"{'✅' if report.conclusion is Conclusion.SUCCESS else '❌'} {plain(report.verdict)}"


def _parts(report: FleetApplied, most: int) -> Iterator[str]:
    rows = [
        f"| {_SIGN[fate]} | {cell(plain(listed(names)))} | {cell(prose(sentence))} |"
        for fate in (ApplyStatus.FAILED, ApplyStatus.REFUSED)
        for sentence, names in together((each.name, each.sentence) for each in report.with_status(fate))
    ]
    if rows[:most]:
        yield "\n".join(["| | database | why |", "|---|---|---|", *rows[:most]])
    if len(rows) > most:
        yield f"_{len(rows) - most} more; the JSON report has them all._"
    ways = [
        (each.name, each.restore_command)
        for each in report.with_status(ApplyStatus.FAILED)
        if each.restore_command is not None
    ]
    yield from (f"- To restore {code(name)} as it was: {code(way)}" for name, way in ways[:_FEW])
    if report.scope.stopped:
        yield f"Not every database was tried: {plain(report.scope.stopped)}."
    written = "The JSON report has the command that restores each." if report.has_written else "Nothing was written."
    checked = f" Checked {plain(without(report.skipped))}." if report.skipped else ""
    yield f"With {plain(report.scope.compared_with)}. {written}{checked}"
