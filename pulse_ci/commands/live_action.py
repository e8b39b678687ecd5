"""The commands on live databases as the action runs them."""

from __future__ import annotations

import os
import time
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING

from pulse_ci.commands.apply import ApplyOptions, apply
from pulse_ci.commands.drift import drift
from pulse_ci.commands.drift_published import keep_drift_issue
from pulse_ci.commands.fleet import Watch
from pulse_ci.commands.live_published import publish_live
from pulse_ci.commands.merge_reports import merge
from pulse_ci.commands.publish import write_like_parent
from pulse_ci.commands.rendering import exit_status, render
from pulse_ci.commands.signals import stopping
from pulse_ci.commands.status import status
from pulse_ci.d1.client import D1Client
from pulse_ci.errors import PulseError
from pulse_ci.github import runner
from pulse_ci.model import Severity
from pulse_ci.report import Report
from pulse_ci.report.drift.value import DriftReport
from pulse_ci.report.escape import fence
from pulse_ci.report.redaction import redact, redact_report, secrets_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulse_ci.commands.rendering import LiveReport
    from pulse_ci.github.context import RunnerContext
    from pulse_ci.settings import Settings

OK = 0


def run_live(
    command: str,
    settings: Settings,
    context: RunnerContext,
    say: Callable[[str], None],
    order: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Run drift, status or apply, `say` what it found out and publish it; return the exit status.

    What `order` is given, the runner may take as a command; `sleep` is what waits between two requests to GitHub.

    Raises:
        PulseError: it could not be run.

    """
    secrets, said = secrets_in(os.environ, settings.secrets), list[str]()

    def tell(line: str) -> None:
        said.append(redact(line, secrets))
        say(said[-1])

    try:
        report = redact_report(_report(command, settings, tell, secrets), secrets)
    except PulseError:
        # What was done until then, and how to take it back, is needed now more than ever.
        told = f"### ❌ Not all is applied\n\n{fence(chr(10).join(said))}\n" if said else ""
        runner.append_summary(context.summary_path, told)
        raise
    if isinstance(report, Report):
        return _applied(report, said, settings, context)
    issue = keep_drift_issue(report, settings, context, sleep) if isinstance(report, DriftReport) else None
    say(render(report, settings.format))
    if issue and issue.reason:
        order(runner.notice(Severity.NOTICE, issue.reason))
    publish_live(report, settings, context, (issue.url if issue else None) or "")
    return exit_status(report)


def _report(
    command: str, settings: Settings, tell: Callable[[str], None], secrets: tuple[str, ...]
) -> LiveReport | Report:
    if settings.merge:
        return merge(settings, command)

    def keep(report: LiveReport) -> None:
        if settings.report_file:
            write_like_parent(settings.report_file, redact_report(report, secrets).to_json())

    watch = Watch(keep=keep)
    connect = partial(D1Client, sleep=watch.brake.sleep) if settings.databases else D1Client
    with stopping(watch.brake) if settings.databases else nullcontext():
        match command:
            case "drift":
                return drift(settings, connect, watch)
            case "status":
                return status(settings, None, connect, watch)
            case _:
                return apply(settings, ApplyOptions(), tell, connect, watch)


def _applied(report: Report, said: list[str], settings: Settings, context: RunnerContext) -> int:
    if settings.report_file:
        write_like_parent(settings.report_file, report.to_json())
    runner.append_summary(context.summary_path, f"### ✅ Applied\n\n{fence(chr(10).join(said))}\n")
    outputs = dict.fromkeys(runner.OUTPUTS, "") | {"conclusion": "success", "pending": "0"}
    runner.write_outputs(context.output_path, outputs | {"report": str(settings.report_file or "")})
    return OK
