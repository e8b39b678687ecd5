"""queries as the command line has it: its flags, and its output."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pulse_ci.commands.flags import add_directory, add_worker

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

SUMMARY = "the Worker's queries as they were read, on the schema before and after"
_OK = 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give the parser its flags."""
    add = parser.add_argument
    add_directory(parser)
    add(
        "--base",
        metavar="REF",
        help="compare with this git ref: schema and code before the change",
    )
    add("--baseline", metavar="N", type=int, help="numbers up to N are the schema before")
    add_worker(parser)
    add("--wrangler-config", metavar="FILE", help="wrangler.toml, .json or .jsonc (default: found near DIR)")
    add("--database", metavar="NAME", help="the D1 database: its name, binding or id")
    add("--environment", metavar="ENV", help="the environment of wrangler's configuration")
    add("--format", choices=("text", "json"), help="how to write the list (default: text)")
    add("--output", metavar="FILE", help="where to write the list (default: standard output)")


def run(options: Mapping[str, object]) -> int:
    """Write the list; return 0, whatever the queries do: `check` judges them."""
    import os

    from pulse_ci.commands.output import escape_for_log, write_file
    from pulse_ci.commands.queries import list_queries, render
    from pulse_ci.commands.request import read_request
    from pulse_ci.report.redaction import find_secrets, redact
    from pulse_ci.settings import read_settings

    settings = read_settings({**options, "preview": "embedded"})
    found = list_queries(read_request(settings, "queries"))
    text = found.to_json() if settings.format == "json" else render(found)
    text = redact(text, find_secrets(os.environ, settings.secrets))
    if settings.output is None:
        sys.stdout.write(escape_for_log(text))
    else:
        write_file(settings.output, text)
    return _OK
