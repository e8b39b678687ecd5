"""The commands on live databases as the command line has them: their flags, their output, their exit status."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from pulse_ci.errors import ConfigError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from pulse_ci.commands.apply import Wish
    from pulse_ci.commands.output import Progress
    from pulse_ci.report.drift.value import DriftReport
    from pulse_ci.settings import Settings

OK, FOUND, COULD_NOT_RUN = 0, 1, 2
SUMMARIES = {
    "apply": "run the pending migrations on a database, and record them",
    "drift": "compare live databases with what their migrations make",
    "status": "which migration has run on a database, and which has not",
}


def add_flags(name: str, parser: argparse.ArgumentParser) -> None:
    """Give the parser of a command on live databases its flags."""
    parser.add_argument(
        "migrations_dir", metavar="DIR", nargs="?", help="the migrations directory (default: migrations)"
    )
    _add_database(parser)
    _ADDED[name](parser)


def add_undoing_flags(parser: argparse.ArgumentParser) -> None:
    """Give `reverse` the flags with which it runs on a live database."""
    add = parser.add_argument
    add("--apply", action="store_true", help="run the reverse on a database, and take the record away")
    add("--local", metavar="FILE", help="a database file, and not one of the account")
    add("--allow", metavar="NAME", action="append", help="go on in spite of: drift, edited, missing, lost-rows")
    _add_database(parser)


def _add_database(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--database", metavar="NAME", help="the D1 database: its name, binding or id")
    add("--environment", metavar="ENV", help="the environment of wrangler's configuration")
    add("--wrangler-config", metavar="FILE", help="wrangler.toml, .json or .jsonc (default: found near DIR)")
    add("--account-id", metavar="ID", help="the Cloudflare account (default: CLOUDFLARE_ACCOUNT_ID)")


def _add_drift(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--against", metavar="NAME", help="compare with this database, not with the migrations")
    add("--databases", metavar="GLOB", action="append", help="a fleet: names or globs, as in 'tenant-*'; repeatable")
    add("--shard", metavar="N/M", help="take the Nth of M parts of the fleet")
    add("--format", choices=("text", "json", "markdown"), help="how to write the report (default: text)")
    add("--output", metavar="FILE", help="where to write the report (default: standard output)")


def _add_apply(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--local", metavar="FILE", help="a database file, and not one of the account")
    add("--dry-run", action="store_true", help="show what would run, and write nothing")
    add("--adopt", action="store_true", help="record what ran without a record, and run nothing")
    add("--through", metavar="N", type=int, help="with --adopt: files up to N ran, also those that leave no trace")
    add("--allow", metavar="NAME", action="append", help="go on in spite of: drift, edited, missing, findings")
    add("--format", choices=("text", "json"), help="json: what is applied then; the rest goes to standard error")
    add("--output", metavar="FILE", help="where to write the JSON report (default: standard output)")


def _add_status(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--local", metavar="FILE", help="a database file, and not one of the account")
    add("--base", metavar="REF", help="tell the files that were edited since this git ref")
    add("--format", choices=("text", "json", "markdown"), help="how to write the report (default: text)")
    add("--output", metavar="FILE", help="where to write the report (default: standard output)")


_ADDED: Mapping[str, Callable[[argparse.ArgumentParser], None]] = {
    "apply": _add_apply,
    "drift": _add_drift,
    "status": _add_status,
}


def refuse_without_apply(options: Mapping[str, object]) -> None:
    """Raise ConfigError where a flag is given that means a database, and `reverse` is only to write a file."""
    for name in ("local", "allow", "database", "environment", "wrangler_config", "account_id"):
        if options[name] is not None:
            raise ConfigError(f"--{name.replace('_', '-')} is about a database: give --apply too, or leave it out.")


def run(name: str, options: Mapping[str, object]) -> int:
    """Run one of them with the flags that were given; return the exit status."""
    return {"apply": _apply, "drift": _drift, "reverse": _undo, "status": _status}[name](options)


def _apply(options: Mapping[str, object]) -> int:
    from pulse_ci.commands.apply import apply
    from pulse_ci.settings import read_settings

    settings = read_settings(options)
    if settings.format != "json":
        apply(settings, _wish(options), _say)
        return OK
    report = apply(settings, _wish(options), lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201
    _write(report.to_json(), settings)
    return OK


def _undo(options: Mapping[str, object]) -> int:
    from pulse_ci.commands.undo import undo_applied
    from pulse_ci.settings import read_settings

    undo_applied(str(options["number"]), read_settings(options), _wish(options), _say)
    return OK


def _wish(options: Mapping[str, object]) -> Wish:
    from pathlib import Path

    from pulse_ci.commands.apply import Wish

    through, local, allow = options.get("through"), options["local"], options["allow"]
    if through is not None and not options["adopt"]:
        raise ConfigError("--through says up to which file --adopt is to record: give both, or neither.")
    return Wish(
        dry_run=bool(options["dry_run"]),
        adopt=bool(options.get("adopt")),
        through=through if isinstance(through, int) else None,
        allow=tuple(map(str, allow)) if isinstance(allow, list) else (),
        local=Path(str(local)) if local else None,
    )


def _say(line: str) -> None:
    from pulse_ci.commands.output import for_the_log

    print(for_the_log(line), flush=True)  # noqa: T201 - what the command is for


def _drift(options: Mapping[str, object]) -> int:
    from pulse_ci.commands.drift import drift
    from pulse_ci.commands.output import wants_colour
    from pulse_ci.commands.rendering import render
    from pulse_ci.report.redaction import redact_report, secrets_in
    from pulse_ci.settings import read_settings

    settings = read_settings(options)
    with _progress() as progress:
        report = redact_report(drift(settings, progress), secrets_in(os.environ))
    colour = settings.output is None and wants_colour(sys.stdout)
    _write(render(report, settings.format, colour=colour), settings)
    return drift_status(report)


def _status(options: Mapping[str, object]) -> int:
    from pathlib import Path

    from pulse_ci.commands.output import wants_colour
    from pulse_ci.commands.rendering import render
    from pulse_ci.commands.status import status
    from pulse_ci.settings import read_settings

    settings, local = read_settings(options), options["local"]
    with _progress() as progress:
        report = status(settings, Path(str(local)) if local else None, progress)
    colour = settings.output is None and wants_colour(sys.stdout)
    _write(render(report, settings.format, colour=colour), settings)
    return OK


def _progress() -> AbstractContextManager[Progress]:
    from contextlib import closing

    from pulse_ci.commands.output import Progress

    return closing(Progress(sys.stderr))


def _write(text: str, settings: Settings) -> None:
    from pulse_ci.commands.output import for_the_log, write_file

    if settings.output is None:
        sys.stdout.write(for_the_log(text))
    else:
        write_file(settings.output, text)


def drift_status(report: DriftReport) -> int:
    """Return 2 where a database could not be compared, else 1 where one has drifted, else 0."""
    if report.with_status("error"):
        return COULD_NOT_RUN
    return FOUND if report.with_status("drift") else OK
