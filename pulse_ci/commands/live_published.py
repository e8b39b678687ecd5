"""What a command on live databases found out, on GitHub: the job summary, the outputs and the files asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.commands.publish import write_with_parent_owner
from pulse_ci.github import runner
from pulse_ci.report.drift import DriftReport
from pulse_ci.report.live import render
from pulse_ci.report.status import StatusReport

if TYPE_CHECKING:
    from pulse_ci.github.context import RunnerContext
    from pulse_ci.report.live import LiveReport
    from pulse_ci.settings import Settings


def publish_live(report: LiveReport, settings: Settings, context: RunnerContext, issue_url: str = "") -> None:
    """Write the outputs, the job summary and the report file."""
    if settings.report_file:
        write_with_parent_owner(settings.report_file, report.to_json())
    if settings.output:
        write_with_parent_owner(settings.output, render(report, settings.format))
    runner.append_summary(context.summary_path, render(report, "markdown"))
    outputs = {
        "conclusion": report.conclusion.value,
        "errors": "0",
        "warnings": "0",
        "changed": "false",
        "pending": str(report.pending_count),
        "drift": _format_drift(report),
        "comment-url": issue_url,
        "report": str(settings.report_file or ""),
        "diff": "",
    }
    runner.write_outputs(context.output_path, outputs)


def _format_drift(report: LiveReport) -> str:
    match report:
        case StatusReport(details=details):
            return "" if details is None else "true" if details.differences else "false"
        case DriftReport():
            return "true" if report.with_status("drift") else "false" if report.is_complete else ""
        case _:
            return ""
