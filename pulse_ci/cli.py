"""The command line: words to settings, settings to a command, its result to an exit status."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from pulse_ci import __version__
from pulse_ci.commands import fixing, listing, live
from pulse_ci.commands.flags import add_directory, add_skip, add_worker
from pulse_ci.errors import PulseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulse_ci.report import Report

OK, FINDINGS, COULD_NOT_RUN = 0, 1, 2

_DESCRIPTION = (
    "Makes a Cloudflare D1 migration safe to merge: lints it, replays it under D1's own rules, shows what changes."
)
_EPILOG = """\
examples:
  pulse-ci check                          all of migrations/, on the embedded engine, with no account
  pulse-ci check --base origin/main       only the files that this branch adds
  pulse-ci preview --baseline 21          what the files after 021 do to the schema
  pulse-ci new "Add custom fields"        the next numbered file, with its reverse
  pulse-ci reverse 022                    what undoes 022, written to reverse/ if it holds
  pulse-ci fix --base origin/main --dry-run
                                          what can be mended by itself in this branch's files, as a diff
  pulse-ci rules not-idempotent           what a rule means, with an example

Each flag is also an environment variable: --fail-on is PULSE_CI_FAIL_ON. Flags win.
exit status: 0 clean, 1 findings at or above --fail-on, 2 could not run"""

_REPORT_COMMANDS = {
    "check": "lint, preview and proofs in one report: what a pull request runs",
    "lint": "the findings alone",
    "preview": "the schema diff alone",
}


def run() -> NoReturn:
    """Be the process `pulse-ci`: run one command, and end with its exit status."""
    # A run keeps what it makes to its end. Looking for garbage as often as Python does, and taking everything apart
    # before the process goes, would be a fifth of a check's time.
    gc.set_threshold(50_000, 20, 20)
    status = main()
    sys.stderr.flush()
    os._exit(status)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status."""
    options = vars(_build_parser().parse_args(arguments))
    try:
        status = copy_context().run(_run_command, options.pop("command"), options)
        sys.stdout.flush()
        return status
    except PulseError as error:
        return _print_error(str(error), options)
    except BrokenPipeError:
        # Whoever read us has gone (`| head`); pointing stdout elsewhere keeps the interpreter quiet at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return COULD_NOT_RUN
    except OSError as error:
        return _print_error(f"{error.filename or 'standard output'}: {error.strerror}", options)
    except KeyboardInterrupt:
        return _print_error("interrupted", options)


def _run_command(command: str, options: dict[str, object]) -> int:
    match command:
        case "new":
            return _run_new(options)
        case "reverse":
            return _run_reverse(options)
        case "fix":
            return fixing.run(options)
        case "queries":
            return listing.run(options)
        case "rules":
            return _run_rules(options)
        case name if name in live.SUMMARIES:
            return live.run(name, options)
        case _:
            return _run_report(command, options)


def _run_report(command: str, options: dict[str, object]) -> int:
    from pulse_ci.commands import check
    from pulse_ci.commands.output import Progress, write_report
    from pulse_ci.commands.request import read_request
    from pulse_ci.settings import read_settings

    settings = read_settings(options)
    steps = {"check": check.check, "lint": check.lint_only, "preview": check.preview}
    progress = Progress(sys.stderr)
    try:
        report = steps[command](read_request(settings, command), progress)
    finally:
        progress.close()
    write_report(report, settings)
    return exit_status(report)


def exit_status(report: Report) -> int:
    """Return 1 where the report is a failure, else 0."""
    return FINDINGS if report.conclusion == "failure" else OK


def _run_new(options: dict[str, object]) -> int:
    from pathlib import Path

    from pulse_ci.commands.new import write_migration

    directory, reason = options["migrations_dir"] or "migrations", options["reason"]
    for path in write_migration(
        str(options["description"]), Path(str(directory)), reason=str(reason) if reason else None
    ):
        print(path)  # noqa: T201 - what the command is for
    return OK


def _run_reverse(options: dict[str, object]) -> int:
    if options["apply"]:
        return live.run("reverse", options)
    live.reject_database_flags(options)
    from pathlib import Path

    from pulse_ci.commands.output import escape_for_log
    from pulse_ci.commands.reverse import reverse
    from pulse_ci.report.escape import escape_invisible
    from pulse_ci.settings import read_settings

    read_settings({})  # the sandbox's limits
    directory = Path(str(options["migrations_dir"] or "migrations"))
    written = reverse(str(options["number"]), directory, dry_run=bool(options["dry_run"]))
    if options["dry_run"]:
        # Into a file it goes as it is; a terminal would obey what a migration's text may hold.
        sys.stdout.write(escape_invisible(written.text) if sys.stdout.isatty() else written.text)
    else:
        sys.stdout.write(escape_for_log(f"{escape_invisible(written.path)}\n"))
        sys.stderr.writelines(escape_for_log(f"{escape_invisible(note)}\n") for note in written.notes)
    return OK


def _run_rules(options: dict[str, object]) -> int:
    from pulse_ci.commands.rules import explain, list_rules

    name = options["name"]
    sys.stdout.write(explain(str(name)) if name else list_rules())
    return OK


def _print_error(message: str, options: dict[str, object]) -> int:
    from pulse_ci.commands.output import escape_for_log
    from pulse_ci.report.redaction import find_secrets, redact

    given = [str(value) for name in ("api_token", "account_id") if (value := options.get(name))]
    message = escape_for_log(redact(message, find_secrets(os.environ, given)))
    red, reset = ("\x1b[31m", "\x1b[0m") if sys.stderr.isatty() and not os.environ.get("NO_COLOR") else ("", "")
    sys.stderr.write(f"{red}pulse-ci: {message}{reset}\n")
    return COULD_NOT_RUN


def format_help() -> str:
    """Return what --help prints, at a width of its own."""
    parser = _build_parser()
    parser.formatter_class = lambda prog: argparse.RawDescriptionHelpFormatter(prog, width=100)
    return parser.format_help()


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pulse-ci",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"pulse-ci {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add = partial(commands.add_parser, allow_abbrev=False)
    for name, summary in _REPORT_COMMANDS.items():
        _add_report_arguments(add(name, help=summary, description=_format_sentence(summary)))
    for name, summary in live.SUMMARIES.items():
        live.add_arguments(name, add(name, help=summary, description=_format_sentence(summary)))
    _add_new_arguments(add("new", help="the next numbered file, header and reverse included"))
    _add_reverse_arguments(add("reverse", help="write the reverse of one migration, proven by replay"))
    fixing.add_arguments(add("fix", help=fixing.SUMMARY, description=_format_sentence(fixing.SUMMARY)))
    listing.add_arguments(add("queries", help=listing.SUMMARY, description=_format_sentence(listing.SUMMARY)))
    rules = add("rules", help="list the rules, or explain one")
    rules.add_argument("name", metavar="NAME", nargs="?", help="the rule to explain")
    return parser


def _format_sentence(summary: str) -> str:
    return f"{summary[:1].upper()}{summary[1:]}."


def _add_report_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add_directory(parser)
    add("--base", metavar="REF", help="judge only the files added since this git ref (default: all)")
    add("--baseline", metavar="N", type=int, help="numbers up to N are replayed, not judged")
    add_skip(parser)
    add(
        "--preview",
        choices=("embedded", "staging", "scratch"),
        help="what the preview stands on (default: staging if there is an API token, else embedded)",
    )
    add_worker(parser)
    add("--max-rows-written", metavar="N", type=int, help="warn of a statement that writes more rows on staging")
    add("--wrangler-config", metavar="FILE", help="wrangler.toml, .json or .jsonc (default: found near DIR)")
    add("--database", metavar="NAME", help="the D1 database: its name, binding or id")
    add("--environment", metavar="ENV", help="the environment of wrangler's configuration")
    add("--account-id", metavar="ID", help="the Cloudflare account (default: wrangler's, CLOUDFLARE_ACCOUNT_ID)")
    add("--api-token", metavar="TOKEN", help="a token with D1 Read; better kept in CLOUDFLARE_API_TOKEN")
    add(
        "--format",
        choices=("text", "json", "markdown", "sarif"),
        help="how to write the report (default: text)",
    )
    add("--output", metavar="FILE", help="where to write the report (default: standard output)")
    add(
        "--fail-on",
        choices=("error", "warning", "never"),
        help="the mildest finding for exit status 1 (default: error)",
    )


def _add_new_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("description", metavar="DESCRIPTION", help="what the migration does, in a few words")
    add_directory(parser)
    parser.add_argument("--reason", metavar="TEXT", help="why it exists, for the header")


def _add_reverse_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", metavar="NNN", help="the migration's number")
    add_directory(parser)
    parser.add_argument("--dry-run", action="store_true", help="print the reverse and write nothing")
    live.add_revert_arguments(parser)
