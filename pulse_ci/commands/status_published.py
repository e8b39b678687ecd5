"""status on GitHub: the job summary, the outputs and the files that were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.commands.publish import write_like_parent
from pulse_ci.commands.rendering import render
from pulse_ci.github import runner
from pulse_ci.report.markdown import SUMMARY_BYTES
from pulse_ci.report.status import markdown

if TYPE_CHECKING:
    from pulse_ci.github.context import RunnerContext
    from pulse_ci.report.status.value import StatusReport
    from pulse_ci.settings import Settings


def publish_status(report: StatusReport, settings: Settings, context: RunnerContext) -> None:
    """Write the outputs, the job summary and the report file."""
    if settings.report_file:
        write_like_parent(settings.report_file, report.to_json())
    if settings.output:
        write_like_parent(settings.output, render(report, settings.format))
    runner.append_summary(context.summary_path, markdown.render(report, SUMMARY_BYTES))
    runner.write_outputs(context.output_path, _outputs(report, settings))


def _outputs(report: StatusReport, settings: Settings) -> dict[str, str]:
    return {
        "conclusion": report.conclusion.value,
        "errors": "0",
        "warnings": "0",
        "changed": "false",
        "pending": str(len(report.state.pending)),
        "drift": "true" if report.differences else "false",
        "comment-url": "",
        "report": str(settings.report_file or ""),
        "diff": "",
    }
