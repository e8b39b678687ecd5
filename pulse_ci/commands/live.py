"""The commands on live databases as the command line has them: their flags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.commands.flags import add_directory, add_skip
from pulse_ci.errors import ConfigError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

SUMMARIES = {
    "apply": "run the pending migrations on a database or a fleet, and record them",
    "drift": "compare live databases with what their migrations make",
    "status": "which migration has run on a database or a fleet, and which has not",
}


def add_arguments(name: str, parser: argparse.ArgumentParser) -> None:
    """Give the parser of a command on live databases its flags."""
    add_directory(parser)
    _add_database(parser)
    _ADD_ARGUMENTS[name](parser)


def add_revert_arguments(parser: argparse.ArgumentParser) -> None:
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


def _add_fleet(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--databases", metavar="GLOB", action="append", help="a fleet: names or globs, as in 'tenant-*'; repeatable")
    add("--shard", metavar="N/M", help="take the Nth of M parts of the fleet")
    add("--resume", metavar="REPORT", help="go on where this JSON report of a fleet ends")
    add("--merge", metavar="FILE", action="append", help="make one of the parts' JSON reports, or globs; repeatable")
    add("--format", choices=("text", "json", "markdown"), help="how to write the report (default: text)")
    add("--output", metavar="FILE", help="where to write the report (default: standard output)")


def _add_drift(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--against", metavar="NAME", help="compare with this database, not with the migrations")
    _add_fleet(parser)


def _add_apply(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--local", metavar="FILE", help="a database file, and not one of the account")
    add("--dry-run", action="store_true", help="show what would run, and write nothing")
    add("--adopt", action="store_true", help="record what ran without a record, and run nothing")
    add("--through", metavar="N", type=int, help="with --adopt: files up to N ran, also those that leave no trace")
    add("--allow", metavar="NAME", action="append", help="go on in spite of: drift, edited, missing, findings")
    add_skip(parser)
    add(
        "--canary",
        metavar="NAME",
        action="append",
        help="of a fleet, go first to this one (default: the first that has something pending)",
    )
    add("--stop-at", metavar="SHARE", help="of a fleet, start no more where so many have failed (default: 1%%)")
    _add_fleet(parser)


def _add_status(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--local", metavar="FILE", help="a database file, and not one of the account")
    add("--base", metavar="REF", help="tell the files that were edited since this git ref")
    _add_fleet(parser)


_ADD_ARGUMENTS: Mapping[str, Callable[[argparse.ArgumentParser], None]] = {
    "apply": _add_apply,
    "drift": _add_drift,
    "status": _add_status,
}


def reject_database_flags(options: Mapping[str, object]) -> None:
    """Raise ConfigError where a flag is given that means a database, and `reverse` is only to write a file."""
    for name in ("local", "allow", "database", "environment", "wrangler_config", "account_id"):
        if options[name] is not None:
            raise ConfigError(f"--{name.replace('_', '-')} is about a database: give --apply too, or leave it out.")


def run(name: str, options: Mapping[str, object]) -> int:
    """Run one of them with the flags that were given; return the exit status."""
    from pulse_ci.commands import running

    return running.run(name, options)
