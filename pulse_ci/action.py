"""The GitHub Action: what the event asks for, checked, and told in the log, the summary, the outputs and a comment."""

from __future__ import annotations

import os
import time
from functools import partial
from typing import TYPE_CHECKING

from pulse_ci.cli import main as command_line
from pulse_ci.cli import run_command
from pulse_ci.commands.exit_codes import COULD_NOT_RUN, OK, choose_exit_code
from pulse_ci.errors import TRACEBACK_VARIABLE, ConfigError, InternalError, PulseError
from pulse_ci.github import runner
from pulse_ci.github.check_target import NothingToCheck
from pulse_ci.github.context import RunnerContext
from pulse_ci.model import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pulse_ci.report import Report
    from pulse_ci.settings import Settings

_COMMAND_BY_EVENT = {
    "pull_request": "check",
    "pull_request_target": "check",
    "merge_group": "check",
    "schedule": "drift",
}
_DEFAULT_COMMAND = "status"
_LIVE_COMMANDS = ("drift", "status", "apply")
_COMMANDS = ("check", "lint", "preview", *_LIVE_COMMANDS)


def main(arguments: Sequence[str] | None = None, *, sleep: Callable[[float], None] = time.sleep) -> int:
    """Run `words` as the command line does, or with none what the environment says; return the exit status.

    `sleep` is what waits between two requests to GitHub.
    """
    if arguments:
        return command_line(arguments)
    context = RunnerContext.from_environ(os.environ)
    try:
        return _run(context, sleep)
    except Exception as error:
        if os.environ.get(TRACEBACK_VARIABLE) and not isinstance(error, PulseError):
            raise
        error = error if isinstance(error, PulseError) else InternalError.from_exception(error)
        from pulse_ci.report.redaction import find_secrets, redact

        runner.write_outputs(context.output_path, dict.fromkeys(runner.OUTPUTS, "") | {"conclusion": "failure"})
        message = redact(str(error), find_secrets(os.environ))
        runner.append_summary(context.summary_path, f"### ❌ pulse-ci could not run\n\n{_escape(message)}\n")
        runner.print_commands(runner.format_message(Severity.ERROR, message))
        return COULD_NOT_RUN


def _run(context: RunnerContext, sleep: Callable[[float], None]) -> int:
    from pulse_ci.commands.publish import Publisher
    from pulse_ci.settings import read_settings

    settings = read_settings({})
    for secret in (settings.github_token, settings.api_token):
        if secret:
            runner.print_commands(*runner.mask_secret(secret.get_secret_value()))
    command = _choose_command(settings, context)
    if command in _LIVE_COMMANDS:
        from pulse_ci.commands.actions_output import ActionsOutput

        return run_command(command, {}, partial(ActionsOutput, context=context, sleep=sleep))
    with Publisher(settings, context, sleep) as publisher:
        match publisher.read_target():
            case NothingToCheck(reason):
                return _report_nothing(context, reason)
            case arrival:
                report = publisher.check(command, arrival)
        comment = publisher.comment(report)
        suggestions_skip_reason = publisher.suggest(report)
    _print_report(report, settings)
    if settings.preview and report.staging.missed:
        runner.print_commands(
            runner.format_message(
                Severity.WARNING, f"preview: {settings.preview} was not done: {report.staging.reason}."
            )
        )
    comment_was_skipped = comment.action == "skipped" and settings.comment != "off"
    # A token that may not write the comment may not write suggestions either: once is enough.
    reasons = (
        comment.reason if comment.action == "skipped" else None,
        None if comment_was_skipped else suggestions_skip_reason,
    )
    runner.print_commands(*(runner.format_message(Severity.NOTICE, reason) for reason in reasons if reason))
    publisher.write_files(report, comment)
    return choose_exit_code(report)


def _report_nothing(context: RunnerContext, reason: str) -> int:
    runner.write_outputs(context.output_path, dict.fromkeys(runner.OUTPUTS, "") | {"conclusion": "neutral"})
    runner.append_summary(context.summary_path, f"### Nothing to check\n\n{_escape(reason)}\n")
    runner.print_commands(runner.format_message(Severity.NOTICE, reason))
    return OK


def _choose_command(settings: Settings, context: RunnerContext) -> str:
    command = settings.command or _COMMAND_BY_EVENT.get(context.event_name, _DEFAULT_COMMAND)
    if command not in _COMMANDS:
        raise ConfigError(
            f"command: {command} is not part of this version. Set `command` to one of {', '.join(_COMMANDS)}"
            + ("." if settings.command else f", or do not run the action on {context.event_name or 'this event'}.")
        )
    fleet = () if command in _LIVE_COMMANDS else ("databases", "shard", "merge", "resume")
    rollout = () if command == "apply" else ("canary", "stop-at")
    for name in ("worker", *fleet, *rollout):
        if name.replace("-", "_") in settings.given:
            raise ConfigError(f"{name}: this input has no effect on {command} in this version. Leave it out.")
    return command


def _print_report(report: Report, settings: Settings) -> None:
    from pulse_ci.commands.output import render

    runner.print_log(render(report, settings.format))
    runner.print_commands(*runner.format_annotations(report.findings))


def _escape(text: str) -> str:
    from pulse_ci.report.escape import escape_text

    return escape_text(text)
