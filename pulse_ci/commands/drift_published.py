"""drift on GitHub: the issue that tells of it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pulse_ci import __version__
from pulse_ci.errors import GitHubError
from pulse_ci.github.issues import MAX_BODY_BYTES, DriftIssue, IssueResult, close_issue, upsert_issue
from pulse_ci.github.marker import Marker
from pulse_ci.report.drift import markdown
from pulse_ci.report.escape import escape_invisible

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulse_ci.github.client import GitHubClient
    from pulse_ci.github.context import RunnerContext
    from pulse_ci.report.drift import DriftReport
    from pulse_ci.settings import Settings

# An issue is for what nobody is waiting for; a person who looks at a pull request or a deployment sees the job.
_ISSUE_EVENTS = ("schedule", "workflow_dispatch")


def update_drift_issue(
    report: DriftReport, settings: Settings, context: RunnerContext, sleep: Callable[[float], None] = time.sleep
) -> IssueResult:
    """Open, update or close the issue; what keeps it from being written is a reason, not an error.

    A part of a fleet has none: the job that merges the parts keeps it. `sleep` is what waits between two requests.
    """
    token, is_part = settings.github_token, report.scope.shard is not None
    if context.event_name not in _ISSUE_EVENTS or settings.comment == "off" or not context.repository or is_part:
        return IssueResult(None, "none")
    if not report.is_complete:
        reason = "A database could not be compared, so the drift issue is left as it is."
        return IssueResult(None, "skipped", reason)
    from pulse_ci.github.client import GitHubClient

    try:
        with GitHubClient(context.api_url, token.get_secret_value() if token else "", sleep=sleep) as github:
            return _write_issue(github, report, settings, context)
    except GitHubError as error:
        return IssueResult(None, "skipped", f"There is no drift issue: {error}")


def _write_issue(github: GitHubClient, report: DriftReport, settings: Settings, context: RunnerContext) -> IssueResult:
    subject = _describe_subject(report, settings)
    marker = Marker(f"drift {subject}", context.run_id, context.run_attempt, context.sha, __version__)
    if not report.with_status("drift"):
        return close_issue(github, context.repository, marker)
    footer = f"[Run]({context.run_url})" if context.run_url else ""
    body = markdown.render(report, MAX_BODY_BYTES - 1000, footer=footer)
    issue = DriftIssue(escape_invisible(f"Drift in {subject}")[:200], body, marker)
    return upsert_issue(github, context.repository, issue, now=datetime.now(UTC))


def _describe_subject(report: DriftReport, settings: Settings) -> str:
    fleet = ", ".join(report.scope.databases)
    return settings.label or fleet or settings.database or settings.environment or str(settings.migrations_dir)
