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
from pulse_ci.github.check_target import Nothing
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
_LIVE = ("drift", "status", "apply")
_AVAILABLE = ("check", "lint", "preview", *_LIVE)


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

        runner.write_outputs(context.output_path, dict.fromkeys(runner.OUTPUTS, "") | {"conclusion": "failure"})
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
    if command in _LIVE:
        from pulse_ci.commands.live_action import run_live

        return run_live(command, settings, context, _say_safely, _say, sleep)
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


def _nothing(context: RunnerContext, reason: str) -> int:
    runner.write_outputs(context.output_path, dict.fromkeys(runner.OUTPUTS, "") | {"conclusion": "neutral"})
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
    fleet = () if command in _LIVE else ("databases", "shard", "merge", "resume")
    rollout = () if command == "apply" else ("canary", "stop-at")
    for name in ("worker", *fleet, *rollout):
        if name.replace("-", "_") in settings.given:
            raise ConfigError(f"{name}: this input has no effect on {command} in this version. Leave it out.")
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


def _shown(text: str) -> str:
    from pulse_ci.report.escape import plain

    return plain(text)
