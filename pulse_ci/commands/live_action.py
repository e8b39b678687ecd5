"""The commands on live databases as the action runs them."""

from __future__ import annotations

import os
import time
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING

from pulse_ci.commands.apply import ApplyOptions, apply
from pulse_ci.commands.drift import check_drift
from pulse_ci.commands.drift_published import update_drift_issue
from pulse_ci.commands.fleet_run import RunHooks
from pulse_ci.commands.live_published import publish_live
from pulse_ci.commands.merge_reports import merge_reports
from pulse_ci.commands.publish import write_with_parent_owner
from pulse_ci.commands.rendering import exit_status
from pulse_ci.commands.signals import stop_on_signal
from pulse_ci.commands.status import read_status
from pulse_ci.d1.client import D1Client
from pulse_ci.errors import PulseError
from pulse_ci.github import runner
from pulse_ci.model import Severity
from pulse_ci.report.apply import ApplyReport
from pulse_ci.report.drift import DriftReport
from pulse_ci.report.escape import code_block
from pulse_ci.report.live import render
from pulse_ci.report.redaction import find_secrets, redact, redact_report

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulse_ci.github.context import RunnerContext
    from pulse_ci.report.live import LiveReport
    from pulse_ci.settings import Settings

OK = 0


def run_live(
    command: str,
    settings: Settings,
    context: RunnerContext,
    say: Callable[[str], None],
    send_command: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Run drift, status or apply, `say` what it found out and publish it; return the exit status.

    What `order` is given, the runner may take as a command; `sleep` is what waits between two requests to GitHub.

    Raises:
        PulseError: it could not be run.

    """
    secrets, messages = find_secrets(os.environ, settings.secrets), list[str]()

    def tell(line: str) -> None:
        messages.append(redact(line, secrets))
        say(messages[-1])

    try:
        report = redact_report(_run_command(command, settings, tell, secrets), secrets)
    except PulseError:
        # What was done until then, and how to take it back, is needed now more than ever.
        summary = f"### ❌ Not all is applied\n\n{code_block(chr(10).join(messages))}\n" if messages else ""
        runner.append_summary(context.summary_path, summary)
        raise
    if isinstance(report, ApplyReport) and report.only:
        return _publish_applied(report, messages, settings, context)
    issue = update_drift_issue(report, settings, context, sleep) if isinstance(report, DriftReport) else None
    say(render(report, settings.format))
    if issue and issue.reason:
        send_command(runner.format_message(Severity.NOTICE, issue.reason))
    publish_live(report, settings, context, (issue.url if issue else None) or "")
    return exit_status(report)


def _run_command(command: str, settings: Settings, tell: Callable[[str], None], secrets: tuple[str, ...]) -> LiveReport:
    if settings.merge:
        return merge_reports(settings, command)

    def save_report(report: LiveReport) -> None:
        if settings.report_file:
            write_with_parent_owner(settings.report_file, redact_report(report, secrets).to_json())

    hooks = RunHooks(save_report=save_report)
    connect = partial(D1Client, sleep=hooks.stop_signal.sleep) if settings.databases else D1Client
    with stop_on_signal(hooks.stop_signal) if settings.databases else nullcontext():
        match command:
            case "drift":
                return check_drift(settings, connect, hooks)
            case "status":
                return read_status(settings, None, connect, hooks)
            case _:
                return apply(settings, ApplyOptions(), tell, connect, hooks)


def _publish_applied(report: ApplyReport, messages: list[str], settings: Settings, context: RunnerContext) -> int:
    if settings.report_file:
        write_with_parent_owner(settings.report_file, report.to_json())
    runner.append_summary(context.summary_path, f"### ✅ Applied\n\n{code_block(chr(10).join(messages))}\n")
    outputs = dict.fromkeys(runner.OUTPUTS, "") | {"conclusion": "success", "pending": "0"}
    runner.write_outputs(context.output_path, outputs | {"report": str(settings.report_file or "")})
    return OK
