"""The report of a command on live databases to the format asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.report.drift import markdown as drift_markdown
from pulse_ci.report.drift import text as drift_text
from pulse_ci.report.drift.value import DriftReport
from pulse_ci.report.markdown import SUMMARY_BYTES
from pulse_ci.report.status import markdown as status_markdown
from pulse_ci.report.status import text as status_text
from pulse_ci.report.status.value import StatusReport

if TYPE_CHECKING:
    from collections.abc import Callable

LiveReport = DriftReport | StatusReport


def render(report: LiveReport, format_: str, *, colour: bool = False) -> str:
    """Return the report in one of the formats of `--format`."""
    text, markdown = _renderers(report)
    match format_:
        case "json":
            return report.to_json()
        case "markdown":
            return markdown(report, SUMMARY_BYTES)
        case _:
            return text(report, colour=colour)


def _renderers(report: LiveReport) -> tuple[Callable[..., str], Callable[..., str]]:
    match report:
        case DriftReport():
            return drift_text.render, drift_markdown.render
        case StatusReport():
            return status_text.render, status_markdown.render
