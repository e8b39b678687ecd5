"""The command line: words to settings, settings to a command, its result to an exit status."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from contextvars import copy_context
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

from pulse_ci import __version__
from pulse_ci.commands.arguments import COMMANDS
from pulse_ci.commands.exit_codes import COULD_NOT_RUN
from pulse_ci.errors import TRACEBACK_VARIABLE, InternalError, PulseError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
        status = copy_context().run(run_command, options.pop("command"), options)
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
    except Exception as error:
        if os.environ.get(TRACEBACK_VARIABLE):
            raise
        return _print_error(str(InternalError.from_exception(error)), options)


def run_command(command: str, options: Mapping[str, object], *more: object) -> int:
    """Load the module of a command and run it; return the exit code."""
    module: Any = import_module(f"pulse_ci.commands.{COMMANDS[command].module}")
    status: int = module.run(command, options, *more)
    return status


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
    for name, command in COMMANDS.items():
        command.add_arguments(add(name, help=command.summary, description=_format_sentence(command.summary)))
    return parser


def _format_sentence(summary: str) -> str:
    return f"{summary[:1].upper()}{summary[1:]}."
