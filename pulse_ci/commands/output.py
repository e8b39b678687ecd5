"""A Report to where the user wants it: standard output or a file, in the format asked for."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, TextIO

from pulse_ci import __version__
from pulse_ci.commands.files import write_atomic
from pulse_ci.errors import ConfigError
from pulse_ci.report.redaction import find_secrets, redact_report

if TYPE_CHECKING:
    from pathlib import Path

    from pulse_ci.report import Report
    from pulse_ci.settings import Settings

_MAX_WIDTH = 110


def write_report(report: Report, settings: Settings) -> None:
    """Render the report as `--format` says and write it to `--output`, or to standard output.

    Raises:
        ConfigError: the file cannot be written.

    """
    to_terminal = settings.output is None and sys.stdout.isatty()
    colour = to_terminal and wants_colour(sys.stdout)
    width = min(shutil.get_terminal_size().columns, _MAX_WIDTH) if to_terminal else None
    report = redact_report(report, find_secrets(os.environ, settings.secrets))
    text = render(report, settings.format, colour=colour, width=width)
    if settings.output is None:
        sys.stdout.write(escape_for_log(text))
    else:
        write_file(settings.output, text)


def escape_for_log(text: str) -> str:
    """Return what to print; in a workflow it is changed so that the runner takes no line as a command."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return text
    from pulse_ci.github.runner import escape_commands

    return escape_commands(text)


def render(report: Report, format_: str, *, colour: bool = False, width: int | None = None) -> str:
    """Return the report in one of the formats of `--format`."""
    match format_:
        case "json":
            return report.to_json()
        case "markdown":
            from pulse_ci.report import markdown

            return markdown.render(report, markdown.Links(version=__version__), markdown.SUMMARY_BYTES)
        case "sarif":
            from pulse_ci.report import sarif
            from pulse_ci.rules.registry import RULES

            return sarif.render(report, __version__, RULES)
        case _:
            from pulse_ci.report import text

            return text.render(report, colour=colour, width=width)


def write_file(path: Path, text: str) -> None:
    """Write a file that the user named, whole or not at all; raises ConfigError."""
    try:
        if path.exists() and not path.is_file():
            # A pipe or a terminal (/dev/stdout) takes the text, and must not be replaced by a file.
            path.write_text(text, encoding="utf-8", errors="backslashreplace")
        else:
            write_atomic(path, text.encode(errors="backslashreplace"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.") from error


def wants_colour(stream: TextIO) -> bool:
    """Whether to colour what goes to `stream`: on a terminal, unless NO_COLOR or a dumb TERM says no."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class Progress:
    """One line on standard error that tells what is being done; nothing where it is no terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = stream.isatty() and os.environ.get("TERM") != "dumb"

    def __call__(self, step: str) -> None:
        """Show `step` in place of what stood there."""
        if self._shown:
            safe = "".join(character if character.isprintable() else "?" for character in step)
            self._stream.write(f"\r\x1b[K{safe[:78]}")
            self._stream.flush()

    def close(self) -> None:
        """Leave the line empty."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
