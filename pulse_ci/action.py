"""The GitHub Action: what the event asks for, checked, and told in the log, the summary, the outputs and a comment."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from pulse_ci.cli import COULD_NOT_RUN, OK, exit_status
from pulse_ci.cli import main as command_line
from pulse_ci.errors import ConfigError, PulseError
from pulse_ci.github import runner
from pulse_ci.github.arrival import Nothing
from pulse_ci.github.context import RunnerContext
from pulse_ci.model import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pulse_ci.report import Report
    from pulse_ci.settings import Settings

_BY_EVENT = {
    "pull_request": "check",
    "pull_request_target": "check",
    "merge_group": "check",
    "schedule": "drift",
}
_OTHERWISE = "status"
_AVAILABLE = ("check", "lint", "preview", "drift", "status", "apply")
_OUTPUTS = (
    "conclusion",
    "errors",
    "warnings",
    "changed",
    "pending",
    "drift",
    "comment-url",
    "report",
    "diff",
)


def main(words: Sequence[str] | None = None, *, sleep: Callable[[float], None] = time.sleep) -> int:
    """Run `words` as the command line does, or with none what the environment says; return the exit status.

    `sleep` is what waits between two requests to GitHub.
    """
    if words:
        return command_line(words)
    context = RunnerContext.from_environ(os.environ)
    try:
        return _run(context, sleep)
    except PulseError as error:
        from pulse_ci.report.redaction import redact, secrets_in

        runner.write_outputs(context.output_path, dict.fromkeys(_OUTPUTS, "") | {"conclusion": "failure"})
        message = redact(str(error), secrets_in(os.environ))
        runner.append_summary(context.summary_path, f"### ❌ pulse-ci could not run\n\n{_shown(message)}\n")
        _say(runner.notice(Severity.ERROR, message))
        return COULD_NOT_RUN


def _run(context: RunnerContext, sleep: Callable[[float], None]) -> int:
    from pulse_ci.commands.publish import Publisher
    from pulse_ci.settings import read_settings

    settings = read_settings({})
    for secret in (settings.github_token, settings.api_token):
        if secret:
            _say(*runner.mask(secret.get_secret_value()))
    command = _command(settings, context)
    if command == "drift":
        return _drift(settings, context, sleep)
    if command == "status":
        return _status(settings, context)
    if command == "apply":
        return _apply(settings, context)
    with Publisher(settings, context, sleep) as publisher:
        match publisher.arrive():
            case Nothing(reason):
                return _nothing(context, reason)
            case arrival:
                report = publisher.check(command, arrival)
        comment = publisher.comment(report)
        unsuggested = publisher.suggest(report)
    _tell(report, settings)
    if settings.preview and report.staging.missed:
        _say(runner.notice(Severity.WARNING, f"preview: {settings.preview} was not done: {report.staging.reason}."))
    was_kept_from = comment.action == "skipped" and settings.comment != "off"
    # A token that may not write the comment may not write suggestions either: once is enough.
    reasons = (comment.reason if comment.action == "skipped" else None, None if was_kept_from else unsuggested)
    _say(*(runner.notice(Severity.NOTICE, reason) for reason in reasons if reason))
    publisher.write_files(report, comment)
    return exit_status(report)


def _drift(settings: Settings, context: RunnerContext, sleep: Callable[[float], None]) -> int:
    from pulse_ci.commands.drift import drift
    from pulse_ci.commands.drift_published import DriftPublisher
    from pulse_ci.commands.live import drift_status
    from pulse_ci.commands.rendering import render
    from pulse_ci.report.redaction import redact_report, secrets_in

    publisher = DriftPublisher(settings, context, sleep)
    report = redact_report(drift(settings), secrets_in(os.environ))
    issue = publisher.issue(report)
    _say_safely(render(report, settings.format))
    if issue.reason:
        _say(runner.notice(Severity.NOTICE, issue.reason))
    publisher.write_files(report, issue)
    return drift_status(report)


def _status(settings: Settings, context: RunnerContext) -> int:
    from pulse_ci.commands.rendering import render
    from pulse_ci.commands.status import status
    from pulse_ci.commands.status_published import publish_status

    report = status(settings)
    _say_safely(render(report, settings.format))
    publish_status(report, settings, context)
    return OK


def _apply(settings: Settings, context: RunnerContext) -> int:
    from pulse_ci.commands.apply import Wish, apply
    from pulse_ci.commands.publish import write_like_parent

    said = list[str]()

    def say(line: str) -> None:
        said.append(line)
        _say_safely(line)

    try:
        report = apply(settings, Wish(), say)
    except PulseError:
        # What was done until then, and how to take it back, is needed now more than ever.
        runner.append_summary(context.summary_path, f"### ❌ Not all is applied\n\n{_fenced(said)}\n" if said else "")
        raise
    if settings.report_file:
        write_like_parent(settings.report_file, report.to_json())
    runner.append_summary(context.summary_path, f"### ✅ Applied\n\n{_fenced(said)}\n")
    outputs = {"conclusion": "success", "pending": "0", "report": str(settings.report_file or "")}
    runner.write_outputs(context.output_path, dict.fromkeys(_OUTPUTS, "") | outputs)
    return OK


def _nothing(context: RunnerContext, reason: str) -> int:
    runner.write_outputs(context.output_path, dict.fromkeys(_OUTPUTS, "") | {"conclusion": "neutral"})
    runner.append_summary(context.summary_path, f"### Nothing to check\n\n{_shown(reason)}\n")
    _say(runner.notice(Severity.NOTICE, reason))
    return OK


def _command(settings: Settings, context: RunnerContext) -> str:
    command = settings.command or _BY_EVENT.get(context.event_name, _OTHERWISE)
    if command not in _AVAILABLE:
        raise ConfigError(
            f"command: {command} is not part of this version. Set `command` to one of {', '.join(_AVAILABLE)}"
            + ("." if settings.command else f", or do not run the action on {context.event_name or 'this event'}.")
        )
    fleet = command == "drift"
    for name, value in (
        ("worker", settings.worker),
        ("databases", settings.databases and not fleet),
        ("shard", settings.shard and not fleet),
    ):
        if value:
            raise ConfigError(f"{name}: this input has no effect in this version. Leave it out.")
    return command


def _tell(report: Report, settings: Settings) -> None:
    from pulse_ci.commands.output import render

    _say_safely(render(report, settings.format))
    _say(*runner.annotate(report.findings))


def _say_safely(text: str) -> None:
    stop, resume = runner.stop_commands()
    _say(stop, runner.neutralise(text).rstrip("\n"), resume)


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.buffer.write(line.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


def _fenced(lines: Sequence[str]) -> str:
    from pulse_ci.report.escape import fence

    return fence("\n".join(lines))


def _shown(text: str) -> str:
    from pulse_ci.report.escape import plain

    return plain(text)
