"""The report of a command on live databases to the format asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.report.drift import markdown as drift_markdown
from pulse_ci.report.drift import text as drift_text
from pulse_ci.report.drift.value import DriftReport
from pulse_ci.report.fleet import applied_markdown, applied_text
from pulse_ci.report.fleet import status_markdown as fleet_status_markdown
from pulse_ci.report.fleet import status_text as fleet_status_text
from pulse_ci.report.fleet.applied import FleetApplied
from pulse_ci.report.fleet.status import FleetStatus
from pulse_ci.report.markdown import SUMMARY_BYTES
from pulse_ci.report.models import Conclusion
from pulse_ci.report.status import markdown as status_markdown
from pulse_ci.report.status import text as status_text
from pulse_ci.report.status.value import StatusReport

if TYPE_CHECKING:
    from collections.abc import Callable

LiveReport = DriftReport | StatusReport | FleetStatus | FleetApplied
_OK, _FOUND, _COULD_NOT_RUN = 0, 1, 2


def render(report: LiveReport, format_: str, *, colour: bool = False) -> str:
    """Return the report in one of the formats of `--format`."""
    text, markdown = _find_renderers(report)
    match format_:
        case "json":
            return report.to_json()
        case "markdown":
            return markdown(report, SUMMARY_BYTES)
        case _:
            return text(report, colour=colour)


def _find_renderers(report: LiveReport) -> tuple[Callable[..., str], Callable[..., str]]:
    match report:
        case DriftReport():
            return drift_text.render, drift_markdown.render
        case StatusReport():
            return status_text.render, status_markdown.render
        case FleetStatus():
            return fleet_status_text.render, fleet_status_markdown.render
        case FleetApplied():
            return applied_text.render, applied_markdown.render


def exit_status(report: LiveReport) -> int:
    """Return 2 where a database could not be read, or was not come to; else 1 for drift and what was refused; else 0.

    `status` of one database only tells.
    """
    match report:
        case StatusReport():
            return _OK
        case report if not report.is_complete:
            return _COULD_NOT_RUN
        case FleetStatus():
            return _OK
        case _:
            return _FOUND if report.conclusion is Conclusion.FAILURE else _OK
