"""A check on GitHub: what is new comes from the API, and the report goes where reviewers look."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from pulse_ci import __version__
from pulse_ci.commands.actions_output import write_with_parent_owner
from pulse_ci.commands.check import COMMANDS
from pulse_ci.commands.github_request import read_base_config, read_request_for_target
from pulse_ci.errors import GitHubError, Unprocessable
from pulse_ci.github import runner
from pulse_ci.github.check_target import CheckTarget, NothingToCheck, read_check_target
from pulse_ci.github.comment import CommentMode, CommentResult, upsert_comment
from pulse_ci.github.links import build_links
from pulse_ci.github.marker import Marker
from pulse_ci.github.suggestions import update_suggestions
from pulse_ci.model import Severity
from pulse_ci.report import markdown, sarif
from pulse_ci.report.models import FailOn
from pulse_ci.report.redaction import find_secrets, redact_report
from pulse_ci.report.report_json import read_report
from pulse_ci.report.schema_sql import format_schema_diff
from pulse_ci.report.suggestions import suggest_fixes
from pulse_ci.rules.registry import RULES
from pulse_ci.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.github.client import GitHubClient
    from pulse_ci.github.context import RunnerContext
    from pulse_ci.github.pull_request import PullRequest
    from pulse_ci.report import Report
    from pulse_ci.settings import Settings

_MAX_DIFF = 200_000
_MAX_MARKER_ID = 100
# The marker comes on top. The smaller ones are for a server that refuses what is within GitHub's own limit.
_COMMENT_BUDGETS = (markdown.COMMENT_BYTES - 1000, 20_000, 4_000)


class Publisher:
    """One run of the action: holds the connection to GitHub, and what is known of the pull request."""

    def __init__(self, settings: Settings, context: RunnerContext, sleep: Callable[[float], None] = time.sleep) -> None:
        self._settings = settings
        self._context = context
        self._sleep = sleep
        self._github: GitHubClient | None = None
        self._pull_request: PullRequest | None = None
        self._request: CheckRequest | None = None

    def __enter__(self) -> Self:
        from pulse_ci.github.client import GitHubClient

        token = self._settings.github_token
        self._github = GitHubClient(self._context.api_url, token.get_secret_value() if token else "", sleep=self._sleep)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._github:
            try:
                if isinstance(error, Exception):
                    self._withdraw_verdict()
            finally:
                self._github.close()

    def _withdraw_verdict(self) -> None:
        """Rewrite the comment of an earlier commit, if there is one: no verdict outlives its commit."""
        if self._github is None or self._pull_request is None or self._settings.comment == "off":
            return
        head = self._pull_request.head_sha[:7]
        body = f"### ❌ Could not check {head}\n\nThe verdict of an earlier commit no longer holds. "
        body += f"The [run]({self._build_links().run_url}) says what went wrong.\n"
        with suppress(GitHubError):
            upsert_comment(
                self._github,
                self._pull_request.base_repo,
                self._pull_request.number,
                body,
                self._build_marker(self._pull_request),
                mode=CommentMode.CHANGES,
                has_content=False,
            )

    def read_target(self) -> CheckTarget | NothingToCheck:
        """Ask what the event is about; raises PulseError."""
        assert self._github is not None  # noqa: S101 - a context manager
        target = read_check_target(self._context, self._github)
        self._pull_request = target.pull_request if isinstance(target, CheckTarget) else None
        return target

    def check(self, command: str, target: CheckTarget) -> Report:
        """Ask GitHub what is new, and check it; raises PulseError."""
        assert self._github is not None  # noqa: S101 - a context manager
        self._pull_request = target.pull_request
        secrets = find_secrets(os.environ)
        if self._received_report:
            return redact_report(read_report(self._received_report, FailOn(self._settings.fail_on)), secrets)
        if target.pull_request and target.pull_request.is_fork and target.is_checked_out:
            # A stranger's change must not switch rules off: the base branch's file counts.
            self._settings = read_settings({}, read_base_config(self._github, target.pull_request))
        self._request = read_request_for_target(self._settings, target, self._github, command)
        return redact_report(COMMANDS[command](self._request), secrets)

    def comment(self, report: Report) -> CommentResult:
        """Leave the report on the pull request; what keeps it from being written is a reason, not an error."""
        if self._pull_request is None or self._github is None:
            return CommentResult(None, "skipped")
        bodies = (self._render_markdown(report, budget) for budget in _COMMENT_BUDGETS)
        try:
            return _write_first_accepted(bodies, partial(self._upsert, self._github, self._pull_request, report))
        except GitHubError as error:
            return CommentResult(None, "skipped", f"There is no comment: {error}")

    def suggest(self, report: Report) -> str | None:
        """Leave the fixes as suggestions, if they are asked for; return the reason where they are not written."""
        base = self._request.base if self._request else None
        if not self._settings.suggest or self._github is None or self._pull_request is None or base is None:
            return None
        moved = {edit.path for edit in base.edits}
        try:
            suggestions = suggest_fixes(report, base.added - moved)
            return update_suggestions(
                self._github, self._pull_request, suggestions, self._build_marker(self._pull_request)
            )
        except GitHubError as error:
            return f"There are no suggestions: {error}"

    def _upsert(self, github: GitHubClient, pull_request: PullRequest, report: Report, body: str) -> CommentResult:
        return upsert_comment(
            github,
            pull_request.base_repo,
            pull_request.number,
            body,
            self._build_marker(pull_request),
            mode=CommentMode(self._settings.comment),
            has_content=bool(report.changes or any(not finding.ignored for finding in report.findings)),
        )

    def write_files(self, report: Report, comment: CommentResult) -> None:
        """Write the outputs, the job summary and the files that were asked for."""
        settings, context = self._settings, self._context
        if settings.report_file and not self._received_report:
            write_with_parent_owner(settings.report_file, report.to_json())
        if settings.sarif_file:
            page = self._build_links().rules_url
            log = sarif.render(report, __version__, RULES, rules_page=page, category=settings.label)
            write_with_parent_owner(settings.sarif_file, log)
        if settings.output:
            from pulse_ci.commands.output import render

            write_with_parent_owner(settings.output, render(report, settings.format))
        runner.append_summary(context.summary_path, self._render_markdown(report, markdown.SUMMARY_BYTES))
        runner.write_outputs(context.output_path, self._build_outputs(report, comment))

    @property
    def _received_report(self) -> Path | None:
        """The report of the run that this one follows, if it is to be shown as it is."""
        return self._settings.report_file if self._context.event_name == "workflow_run" else None

    def _build_outputs(self, report: Report, comment: CommentResult) -> dict[str, str]:
        return {
            "conclusion": report.conclusion.value,
            "errors": str(report.count_findings(Severity.ERROR)),
            "warnings": str(report.count_findings(Severity.WARNING)),
            "changed": "true" if report.changes else "false",
            "pending": str(len(report.under_review)),
            "drift": "",
            "comment-url": comment.url or "",
            "report": str(self._settings.report_file or ""),
            "diff": format_schema_diff(report.changes, report.schemas, _MAX_DIFF),
        }

    def _render_markdown(self, report: Report, budget: int) -> str:
        links = self._build_links()
        if budget >= markdown.SUMMARY_BYTES:
            links = replace(links, summary_url=None)
        return markdown.render(report, links, budget)

    def _build_links(self) -> markdown.Links:
        version = self._github.server_version if self._github else None
        return build_links(self._context, self._pull_request, label=self._settings.label, server_version=version)

    def _build_marker(self, pull_request: PullRequest) -> Marker:
        # Nothing that the pull request's own files name: renaming a database must not leave an old verdict behind.
        name = self._settings.label or self._settings.database or str(self._settings.migrations_dir)
        return Marker(
            id=name[:_MAX_MARKER_ID],
            run=self._context.run_id,
            attempt=self._context.run_attempt,
            sha=pull_request.head_sha,
            version=__version__,
        )


def _write_first_accepted(bodies: Iterator[str], write: Callable[[str], CommentResult]) -> CommentResult:
    """Write the largest body that GitHub does not refuse for what it is; raises the last refusal."""
    body = next(bodies)
    try:
        return write(body)
    except Unprocessable:
        smaller = next((each for each in bodies if len(each) < len(body)), None)
        if smaller is None:
            raise
    return _write_first_accepted(chain([smaller], bodies), write)
