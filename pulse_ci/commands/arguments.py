"""The flags of every command, apart from the commands, so that --help loads nothing that runs SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

DEFAULT_BASE = "origin/HEAD"


class Command(NamedTuple):
    """A command: the module in `pulse_ci.commands` whose `run` it is, its line in --help, and its flags."""

    module: str
    summary: str
    add_arguments: Callable[[argparse.ArgumentParser], None]


def _add_directory(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "migrations_dir",
        metavar="DIR",
        nargs="?",
        help="the migrations directory (default: wrangler's, or the only one that there is)",
    )


def _add_base_schema(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--base-schema", metavar="FILE", help="the SQL that created what precedes the first migration")


def _add_skip(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--skip", metavar="RULE", action="append", help="a rule to leave out, or `conventions`; repeatable"
    )
    parser.add_argument(
        "--conventions",
        metavar="NAME",
        action="append",
        help="auto (default: those that merged files keep), all, none, or names; repeatable",
    )


def _add_worker(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--worker", metavar="GLOB", action="append", help="the Worker's source (default: main and what it imports)")
    add(
        "--deploy-order",
        choices=("code-first", "migrations-first", "unknown"),
        help="what is deployed first (default: unknown)",
    )


def _add_database(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--database", metavar="NAME", help="the D1 database: its name, binding or id")
    add("--environment", metavar="ENV", help="the environment of wrangler's configuration")
    add("--wrangler-config", metavar="FILE", help="wrangler.toml, .json or .jsonc (default: found near DIR)")
    add("--account-id", metavar="ID", help="the Cloudflare account (default: wrangler's, CLOUDFLARE_ACCOUNT_ID)")


def _add_local(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--local", metavar="FILE", help="a database file, and not one of the account")


def _add_allow(parser: argparse.ArgumentParser, names: str) -> None:
    add = parser.add_argument
    add("--allow", metavar="NAME", action="append", help=f"continue despite: {names}; repeatable")
    add("--yes", action="store_true", help="do not ask before a remote database is changed")


def _add_format(parser: argparse.ArgumentParser, *formats: str) -> None:
    add = parser.add_argument
    add("--format", choices=("text", "json", "markdown", *formats), help="how to write the report (default: text)")
    add("--output", metavar="FILE", help="where to write the report (default: standard output)")


def _add_fleet(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--databases", metavar="GLOB", action="append", help="a fleet: names or globs, as in 'tenant-*'; repeatable")
    add("--shard", metavar="N/M", help="take the Nth of M parts of the fleet")
    add("--resume", metavar="REPORT", help="go on where this JSON report of a fleet ends")
    add("--merge", metavar="FILE", action="append", help="make one of the parts' JSON reports, or globs; repeatable")
    _add_format(parser)


def _add_check(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "paths",
        metavar="DIR",
        nargs="*",
        help="the migrations directory, or files of it to review (default: wrangler's, or the only one that there is)",
    )
    _add_base_schema(parser)
    add("--base", metavar="REF", help="judge only the files added since this git ref (default: all)")
    add("--baseline", metavar="N", type=int, help="numbers up to N are replayed, not judged")
    _add_skip(parser)
    add(
        "--preview",
        choices=("embedded", "staging", "scratch"),
        help="what the preview stands on (default: staging if there is an API token, else embedded)",
    )
    _add_worker(parser)
    add("--max-rows-written", metavar="N", type=int, help="warn of a statement that writes more rows on staging")
    _add_database(parser)
    add("--api-token", metavar="TOKEN", help="a token with D1 Read; better kept in CLOUDFLARE_API_TOKEN")
    _add_format(parser, "sarif")
    add(
        "--fail-on",
        choices=("error", "warning", "never"),
        help="the mildest finding for exit status 1 (default: error)",
    )


def _add_apply(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    _add_directory(parser)
    _add_base_schema(parser)
    _add_database(parser)
    _add_local(parser)
    add("--dry-run", action="store_true", help="show what would run, and write nothing")
    add("--adopt", action="store_true", help="record what ran without a record, and run nothing")
    add("--through", metavar="N", type=int, help="with --adopt: files up to N ran, also those that leave no trace")
    _add_allow(parser, "drift, edited, missing, lost-rows, or the rule of an error")
    _add_skip(parser)
    add(
        "--canary",
        metavar="NAME",
        action="append",
        help="of a fleet, go first to this one (default: the first that has something pending)",
    )
    add("--stop-at", metavar="SHARE", help="of a fleet, start no more where so many have failed (default: 1%%)")
    _add_fleet(parser)


def _add_drift(parser: argparse.ArgumentParser) -> None:
    _add_directory(parser)
    _add_base_schema(parser)
    _add_database(parser)
    parser.add_argument("--against", metavar="NAME", help="compare with this database, not with the migrations")
    _add_fleet(parser)


def _add_status(parser: argparse.ArgumentParser) -> None:
    _add_directory(parser)
    _add_base_schema(parser)
    _add_database(parser)
    _add_local(parser)
    parser.add_argument("--base", metavar="REF", help="tell the files that were edited since this git ref")
    parser.add_argument("--exit-code", action="store_true", help="end in 1 where a file is pending: a deploy gate")
    _add_fleet(parser)


def _add_new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("description", metavar="DESCRIPTION", help="what the migration does, in a few words")
    _add_directory(parser)
    parser.add_argument("--reason", metavar="TEXT", help="why it exists, for the header")


def _add_init(parser: argparse.ArgumentParser) -> None:
    _add_directory(parser)
    _add_base_schema(parser)


def _add_reverse(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("number", metavar="NNN", help="the migration's number")
    _add_directory(parser)
    add("--dry-run", action="store_true", help="print the reverse and write nothing")
    add("--apply", action="store_true", help="run the reverse on a database, and take the record away")
    _add_local(parser)
    _add_allow(parser, "drift, edited, missing, lost-rows")
    _add_database(parser)


def _add_fix(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    _add_directory(parser)
    add("--base", metavar="REF", help=f"fix only the files added since this git ref (default: {DEFAULT_BASE}, if any)")
    add("--baseline", metavar="N", type=int, help="leave numbers up to N alone; 0 takes in all files")
    _add_skip(parser)
    add("--dry-run", action="store_true", help="print a diff and write nothing")


def _add_queries(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    _add_directory(parser)
    add("--base", metavar="REF", help="compare with this git ref: schema and code before the change")
    add("--baseline", metavar="N", type=int, help="numbers up to N are the schema before")
    _add_worker(parser)
    add("--wrangler-config", metavar="FILE", help="wrangler.toml, .json or .jsonc (default: found near DIR)")
    add("--database", metavar="NAME", help="the D1 database: its name, binding or id")
    add("--environment", metavar="ENV", help="the environment of wrangler's configuration")
    add("--format", choices=("text", "json"), help="how to write the list (default: text)")
    add("--output", metavar="FILE", help="where to write the list (default: standard output)")


def _add_rules(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="?", help="the rule to explain")
    parser.add_argument("--format", choices=("text", "json"), help="how to write the rules (default: text)")


COMMANDS: Mapping[str, Command] = {
    "check": Command("check", "lint, preview and proofs in one report: what a pull request runs", _add_check),
    "lint": Command("check", "the findings alone", _add_check),
    "preview": Command("check", "the schema diff alone", _add_check),
    "apply": Command("apply", "run the pending migrations on a database or a fleet, and record them", _add_apply),
    "drift": Command("drift", "compare live databases with what their migrations make", _add_drift),
    "status": Command("status", "which migration has run on a database or a fleet, and which has not", _add_status),
    "init": Command("init", "write pulse-ci.toml and a workflow from what the repository holds", _add_init),
    "new": Command("new", "the next numbered file, header and reverse included", _add_new),
    "reverse": Command("reverse", "write the reverse of one migration, proven by replay", _add_reverse),
    "fix": Command("fix", "write the fixes that are mechanical and proven by replay", _add_fix),
    "queries": Command(
        "queries", "the Worker's queries as they were read, on the schema before and after", _add_queries
    ),
    "rules": Command("rules", "list the rules, or explain one", _add_rules),
}
