"""drift on GitHub: the issue that tells of it, the job summary, the outputs and the files that were asked for."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pulse_ci import __version__
from pulse_ci.commands.publish import write_like_parent
from pulse_ci.commands.rendering import render
from pulse_ci.errors import GitHubError
from pulse_ci.github import runner
from pulse_ci.github.issues import LARGEST_BODY, DriftIssue, IssueResult, close_issue, keep_issue
from pulse_ci.github.marker import Marker
from pulse_ci.report.drift import markdown
from pulse_ci.report.escape import visible
from pulse_ci.report.markdown import SUMMARY_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulse_ci.github.client import GitHub
    from pulse_ci.github.context import RunnerContext
    from pulse_ci.report.drift.value import DriftReport
    from pulse_ci.settings import Settings

# An issue is for what nobody is waiting for; a person who looks at a pull request or a deployment sees the job.
_UNWATCHED = ("schedule", "workflow_dispatch")


@dataclass(frozen=True, slots=True)
class DriftPublisher:
    """Tells what a run of `drift` on GitHub found out."""

    settings: Settings
    context: RunnerContext
    sleep: Callable[[float], None] = time.sleep

    def issue(self, report: DriftReport) -> IssueResult:
        """Open, update or close the issue; what keeps it from being written is a reason, not an error."""
        token, context = self.settings.github_token, self.context
        if context.event_name not in _UNWATCHED or self.settings.comment == "off" or not context.repository:
            return IssueResult(None, "none")
        if report.with_status("error"):
            reason = "A database could not be compared, so the drift issue is left as it is."
            return IssueResult(None, "skipped", reason)
        from pulse_ci.github.client import GitHub

        try:
            with GitHub(context.api_url, token.get_secret_value() if token else "", sleep=self.sleep) as github:
                return self._told(github, report)
        except GitHubError as error:
            return IssueResult(None, "skipped", f"There is no drift issue: {error}")

    def _told(self, github: GitHub, report: DriftReport) -> IssueResult:
        context = self.context
        marker = Marker(f"drift {self._subject}", context.run_id, context.run_attempt, context.sha, __version__)
        if not report.with_status("drift"):
            return close_issue(github, context.repository, marker)
        footer = f"[Run]({context.run_url})" if context.run_url else ""
        body = markdown.render(report, LARGEST_BODY - 1000, footer=footer)
        issue = DriftIssue(visible(f"Drift in {self._subject}")[:200], body, marker)
        return keep_issue(github, context.repository, issue, now=datetime.now(UTC))

    @property
    def _subject(self) -> str:
        settings = self.settings
        fleet = ", ".join(settings.databases)
        part = f" (part {settings.shard})" if settings.shard else ""
        named = settings.label or (fleet + part) or settings.database or settings.environment
        return named or str(settings.migrations_dir)

    def write_files(self, report: DriftReport, issue: IssueResult) -> None:
        """Write the outputs, the job summary and the report file."""
        settings, context = self.settings, self.context
        if settings.report_file:
            write_like_parent(settings.report_file, report.to_json())
        if settings.output:
            write_like_parent(settings.output, render(report, settings.format))
        runner.append_summary(context.summary_path, markdown.render(report, SUMMARY_BYTES))
        runner.write_outputs(context.output_path, self._outputs(report, issue))

    def _outputs(self, report: DriftReport, issue: IssueResult) -> dict[str, str]:
        found = "true" if report.with_status("drift") else "" if report.with_status("error") else "false"
        return {
            "conclusion": report.conclusion.value,
            "errors": "0",
            "warnings": "0",
            "changed": "false",
            "pending": str(sum(each.pending for each in report.databases)),
            "drift": found,
            "comment-url": issue.url or "",
            "report": str(self.settings.report_file or ""),
            "diff": "",
        }
