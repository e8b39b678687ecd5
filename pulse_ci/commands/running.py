"""A command on live databases, run as the command line asks: its output and its exit status."""

from __future__ import annotations

import os
import sys
from contextlib import closing, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from pulse_ci.commands.apply import ApplyOptions, apply
from pulse_ci.commands.drift import drift
from pulse_ci.commands.fleet import Watch
from pulse_ci.commands.merge_reports import merge
from pulse_ci.commands.output import Progress, for_the_log, wants_colour, write_file
from pulse_ci.commands.rendering import exit_status, render
from pulse_ci.commands.signals import stopping
from pulse_ci.commands.status import status
from pulse_ci.commands.undo import undo_applied
from pulse_ci.d1.client import D1Client
from pulse_ci.errors import ConfigError
from pulse_ci.report import Report
from pulse_ci.report.redaction import redact, redact_report, secrets_in
from pulse_ci.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulse_ci.commands.rendering import LiveReport
    from pulse_ci.settings import Settings

OK = 0


def run(name: str, options: Mapping[str, object]) -> int:
    """Run one of them with the flags that were given; return the exit status."""
    wish = _wish(options) if name in ("apply", "reverse") else None
    settings = read_settings(options)
    secrets = secrets_in(os.environ, settings.secrets)
    if wish and name == "reverse":
        undo_applied(str(options["number"]), settings, wish, lambda line: _say(line, secrets))
        return OK
    if wish and settings.format == "markdown" and not (settings.databases or settings.merge):
        raise ConfigError("--format markdown is for a fleet, and --databases names none: take text or json.")
    found = merge(settings, name) if settings.merge else _found(options, settings, wish, secrets)
    report = redact_report(found, secrets)
    if isinstance(report, Report):
        # What apply did to one database was said as it was done.
        text = report.to_json() if settings.format == "json" else ""
    else:
        text = render(report, settings.format, colour=settings.output is None and wants_colour(sys.stdout))
    if text:
        _write(text, settings)
    return OK if isinstance(report, Report) else exit_status(report)


def _found(
    options: Mapping[str, object], settings: Settings, wish: ApplyOptions | None, secrets: tuple[str, ...]
) -> LiveReport | Report:
    def keep(report: LiveReport) -> None:
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
        watch = Watch(progress, keep=keep)
        connect = partial(D1Client, sleep=watch.brake.sleep) if settings.databases else D1Client
        with stopping(watch.brake) if settings.databases else nullcontext():
            if wish:
                return apply(settings, wish, say, connect, watch)
            if "against" in options:
                return drift(settings, connect, watch)
            local = options["local"]
            return status(settings, Path(str(local)) if local else None, connect, watch)


def _write(text: str, settings: Settings) -> None:
    if settings.output is None:
        sys.stdout.write(for_the_log(text))
    else:
        write_file(settings.output, text)


def _wish(options: Mapping[str, object]) -> ApplyOptions:
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
    print(for_the_log(redact(line, secrets)), file=stream, flush=True)
