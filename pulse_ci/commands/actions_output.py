"""The Output of a job of GitHub Actions: its log, the job summary, outputs, files and the drift issue."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from pulse_ci import __version__
from pulse_ci.commands.output import render, write_file
from pulse_ci.errors import GitHubError, PulseError
from pulse_ci.github import runner
from pulse_ci.github.issues import MAX_BODY_BYTES, DriftIssue, IssueResult, close_issue, upsert_issue
from pulse_ci.github.marker import Marker
from pulse_ci.model import Severity
from pulse_ci.report.apply import ApplyReport
from pulse_ci.report.drift import DriftReport, markdown
from pulse_ci.report.escape import code_block, escape_invisible
from pulse_ci.report.redaction import find_secrets, redact, redact_report
from pulse_ci.report.status import StatusReport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from pulse_ci.github.client import GitHubClient
    from pulse_ci.github.context import RunnerContext
    from pulse_ci.report.live import LiveReport
    from pulse_ci.settings import Settings

# An issue is for what nobody is waiting for; a person who looks at a pull request or a deployment sees the job.
_ISSUE_EVENTS = ("schedule", "workflow_dispatch")


class ActionsOutput:
    """Reports a command on live databases; `sleep` waits between two requests to GitHub."""

    def __init__(self, settings: Settings, context: RunnerContext, sleep: Callable[[float], None] = time.sleep) -> None:
        self._settings, self._context, self._sleep = settings, context, sleep
        self._secrets = find_secrets(os.environ, settings.secrets)
        self._lines: list[str] = []

    def __enter__(self) -> Self:
        """Begin the run."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep what was done until an error, and how to restore it: it is needed now more than ever."""
        if isinstance(error, PulseError) and self._lines:
            runner.append_summary(self._context.summary_path, self._format_lines("❌ Not all is applied"))

    def on_step(self, step: str) -> None:
        """Show nothing: a log keeps every line."""

    def say(self, line: str) -> None:
        """Print a line, and keep it for the job summary."""
        self._lines.append(redact(line, self._secrets))
        runner.print_log(self._lines[-1])

    def confirm(self, question: str) -> bool:  # noqa: ARG002
        """Ask nobody: a job has no terminal."""
        return True

    def save(self, report: LiveReport) -> None:
        """Write the JSON report to `report-file`."""
        if self._settings.report_file:
            write_with_parent_owner(self._settings.report_file, redact_report(report, self._secrets).to_json())

    def publish(self, report: LiveReport) -> None:
        """Print the report, and write the drift issue, the files, the job summary and the outputs."""
        report, settings = redact_report(report, self._secrets), self._settings
        issue = self._update_drift_issue(report) if isinstance(report, DriftReport) else IssueResult(None, "none")
        text = render(report, settings.format)
        runner.print_log(text)
        if issue.reason:
            runner.print_commands(runner.format_message(Severity.NOTICE, issue.reason))
        self.save(report)
        if settings.output and text:
            write_with_parent_owner(settings.output, text)
        is_one = isinstance(report, ApplyReport) and report.only
        summary = self._format_lines("✅ Applied") if is_one else render(report, "markdown")
        runner.append_summary(self._context.summary_path, summary)
        runner.write_outputs(self._context.output_path, self._build_outputs(report, issue))

    def _format_lines(self, title: str) -> str:
        return f"### {title}\n\n{code_block(chr(10).join(self._lines))}\n"

    def _build_outputs(self, report: LiveReport, issue: IssueResult) -> dict[str, str]:
        return {
            "conclusion": report.conclusion.value,
            "errors": "0",
            "warnings": "0",
            "changed": "false",
            "pending": str(report.pending_count),
            "drift": _format_drift(report),
            "comment-url": issue.url or "",
            "report": str(self._settings.report_file or ""),
            "diff": "",
        }

    def _update_drift_issue(self, report: DriftReport) -> IssueResult:
        """Open, update or close the issue; if GitHub rejects that, the result has the reason.

        A part of a fleet has none: the job that merges the parts keeps it.
        """
        context, token = self._context, self._settings.github_token
        is_wanted = context.event_name in _ISSUE_EVENTS and self._settings.comment != "off"
        if not is_wanted or not context.repository or report.scope.shard is not None:
            return IssueResult(None, "none")
        if not report.is_complete:
            reason = "A database could not be compared, so the drift issue is left as it is."
            return IssueResult(None, "skipped", reason)
        from pulse_ci.github.client import GitHubClient

        try:
            secret = token.get_secret_value() if token else ""
            with GitHubClient(context.api_url, secret, sleep=self._sleep) as github:
                return self._write_issue(github, report)
        except GitHubError as error:
            return IssueResult(None, "skipped", f"There is no drift issue: {error}")

    def _write_issue(self, github: GitHubClient, report: DriftReport) -> IssueResult:
        context, subject = self._context, self._describe_subject(report)
        marker = Marker(f"drift {subject}", context.run_id, context.run_attempt, context.sha, __version__)
        if not report.with_status("drift"):
            return close_issue(github, context.repository, marker)
        footer = f"[Run]({context.run_url})" if context.run_url else ""
        body = markdown.render(report, MAX_BODY_BYTES - 1000, footer=footer)
        issue = DriftIssue(escape_invisible(f"Drift in {subject}")[:200], body, marker)
        return upsert_issue(github, context.repository, issue, now=datetime.now(UTC))

    def _describe_subject(self, report: DriftReport) -> str:
        settings, fleet = self._settings, ", ".join(report.scope.databases)
        return settings.label or fleet or settings.database or settings.environment or str(settings.migrations_dir)


def _format_drift(report: LiveReport) -> str:
    match report:
        case StatusReport(details=details):
            return "" if details is None else "true" if details.differences else "false"
        case DriftReport():
            return "true" if report.with_status("drift") else "false" if report.is_complete else ""
        case ApplyReport():
            return ""


def write_with_parent_owner(path: Path, text: str) -> None:
    """Write a file into the workspace, owned as its folder is: the container's root must not lock others out."""
    write_file(path, text)
    if os.geteuid() == 0:
        folder = path.absolute().parent.stat()
        os.chown(path, folder.st_uid, folder.st_gid)
