"""A command on live databases, run as the command line asks: its output and its exit status."""

from __future__ import annotations

import os
import sys
from contextlib import closing, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from pulse_ci.commands.apply import ApplyOptions, apply
from pulse_ci.commands.drift import check_drift
from pulse_ci.commands.fleet_run import RunHooks
from pulse_ci.commands.merge_reports import merge_reports
from pulse_ci.commands.output import Progress, escape_for_log, wants_colour, write_file
from pulse_ci.commands.rendering import exit_status
from pulse_ci.commands.signals import stop_on_signal
from pulse_ci.commands.status import read_status
from pulse_ci.commands.undo import revert_applied
from pulse_ci.d1.client import D1Client
from pulse_ci.errors import ConfigError
from pulse_ci.report.live import render
from pulse_ci.report.redaction import find_secrets, redact, redact_report
from pulse_ci.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulse_ci.report.live import LiveReport
    from pulse_ci.settings import Settings

OK = 0


def run(name: str, options: Mapping[str, object]) -> int:
    """Run one of them with the flags that were given; return the exit status."""
    apply_options = _read_apply_options(options) if name in ("apply", "reverse") else None
    settings = read_settings(options)
    secrets = find_secrets(os.environ, settings.secrets)
    if apply_options and name == "reverse":
        revert_applied(str(options["number"]), settings, apply_options, lambda line: _say(line, secrets))
        return OK
    if apply_options and settings.format == "markdown" and not (settings.databases or settings.merge):
        raise ConfigError("--format markdown is for a fleet, and --databases names none: take text or json.")
    unredacted = (
        merge_reports(settings, name) if settings.merge else _run_command(options, settings, apply_options, secrets)
    )
    report = redact_report(unredacted, secrets)
    text = render(report, settings.format, colour=settings.output is None and wants_colour(sys.stdout))
    if text:
        _write(text, settings)
    return exit_status(report)


def _run_command(
    options: Mapping[str, object], settings: Settings, apply_options: ApplyOptions | None, secrets: tuple[str, ...]
) -> LiveReport:
    def save_report(report: LiveReport) -> None:
        # A pipe or a terminal would get one report after the other.
        if (
            settings.output
            and settings.format == "json"
            and (settings.output.is_file() or not settings.output.exists())
        ):
            write_file(settings.output, redact_report(report, secrets).to_json())

    def say(line: str) -> None:
        progress.close()
        _say(line, secrets, sys.stdout if settings.format == "text" else sys.stderr)

    with closing(Progress(sys.stderr)) as progress:
        hooks = RunHooks(progress, save_report=save_report)
        connect = partial(D1Client, sleep=hooks.stop_signal.sleep) if settings.databases else D1Client
        with stop_on_signal(hooks.stop_signal) if settings.databases else nullcontext():
            if apply_options:
                return apply(settings, apply_options, say, connect, hooks)
            if "against" in options:
                return check_drift(settings, connect, hooks)
            local = options["local"]
            return read_status(settings, Path(str(local)) if local else None, connect, hooks)


def _write(text: str, settings: Settings) -> None:
    if settings.output is None:
        sys.stdout.write(escape_for_log(text))
    else:
        write_file(settings.output, text)


def _read_apply_options(options: Mapping[str, object]) -> ApplyOptions:
    through, local, allow = options.get("through"), options["local"], options["allow"]
    if through is not None and not options["adopt"]:
        raise ConfigError("--through says up to which file --adopt is to record: give both, or neither.")
    return ApplyOptions(
        dry_run=bool(options["dry_run"]),
        adopt=bool(options.get("adopt")),
        through=through if isinstance(through, int) else None,
        allow=tuple(map(str, allow)) if isinstance(allow, list) else (),
        local=Path(str(local)) if local else None,
    )


def _say(line: str, secrets: tuple[str, ...], stream: TextIO | None = None) -> None:
    print(escape_for_log(redact(line, secrets)), file=stream, flush=True)
