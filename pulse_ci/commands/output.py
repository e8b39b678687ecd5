"""Where a command reports: the Output that it is given, and the one for a terminal, a pipe or a file."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, Protocol, Self, TextIO

from pulse_ci import __version__
from pulse_ci.commands.files import write_atomic
from pulse_ci.errors import ConfigError
from pulse_ci.report import Report
from pulse_ci.report.escape import escape_invisible
from pulse_ci.report.redaction import find_secrets, redact, redact_report

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from pulse_ci.report.live import LiveReport
    from pulse_ci.settings import Settings

_MAX_WIDTH = 110
_MAX_STEP = 78


class Output(Protocol):
    """A terminal, or a job of GitHub Actions; a context manager around the run. No secret gets through."""

    def __enter__(self) -> Self:
        """Begin the run."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the run, however it ended."""

    def on_step(self, step: str) -> None:
        """Show what is being done."""

    def say(self, line: str) -> None:
        """Print what was done."""

    def confirm(self, question: str) -> bool:
        """Ask a person, if there is one, before a remote database is changed."""

    def save(self, report: LiveReport) -> None:
        """Keep a report that is still growing, so that `--resume` can go on from it."""

    def publish(self, report: LiveReport) -> None:
        """Print the finished report and write it where it was asked for."""


class TerminalOutput:
    """Writes to standard output or `--output`, with progress on standard error if that is a terminal."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._secrets = find_secrets(os.environ, settings.secrets)
        self._progress = sys.stderr if sys.stderr.isatty() and os.environ.get("TERM") != "dumb" else None

    def __enter__(self) -> Self:
        """Begin the run."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clear the line of progress."""
        self._show_progress("")

    def on_step(self, step: str) -> None:
        """Show `step` in place of the one before it."""
        self._show_progress("".join(each if each.isprintable() else "?" for each in step)[:_MAX_STEP])

    def _show_progress(self, text: str) -> None:
        if self._progress:
            self._progress.write(f"\r\x1b[K{text}")
            self._progress.flush()

    def say(self, line: str) -> None:
        """Print a line; to standard error if standard output gets a report for programs."""
        self._show_progress("")
        stream = sys.stdout if self._settings.format == "text" else sys.stderr
        print(escape_for_log(redact(line, self._secrets)), file=stream, flush=True)

    def confirm(self, question: str) -> bool:
        """Ask on standard error if both ends are a terminal; a script is not asked."""
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return True
        self._show_progress("")
        sys.stderr.write(f"{escape_invisible(redact(question, self._secrets))} [y/N] ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def save(self, report: LiveReport) -> None:
        """Write the JSON report to `--output`; a pipe or a terminal would get one report after the other."""
        path = self._settings.output
        if path and self._settings.format == "json" and (path.is_file() or not path.exists()):
            write_file(path, redact_report(report, self._secrets).to_json())

    def publish(self, report: Report | LiveReport) -> None:
        """Write the report as `--format` says to `--output`, or to standard output.

        Raises:
            ConfigError: the file cannot be written.

        """
        to_terminal = self._settings.output is None and sys.stdout.isatty()
        colour = to_terminal and wants_colour(sys.stdout)
        width = min(shutil.get_terminal_size().columns, _MAX_WIDTH) if to_terminal else None
        text = render(redact_report(report, self._secrets), self._settings.format, colour=colour, width=width)
        if text:
            write_text(text, self._settings.output)


def escape_for_log(text: str) -> str:
    """Return what to print; in a workflow it is changed so that the runner takes no line as a command."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return text
    from pulse_ci.github.runner import escape_commands

    return escape_commands(text)


def render(report: Report | LiveReport, format_: str, *, colour: bool = False, width: int | None = None) -> str:
    """Return the report in one of the formats of `--format`."""
    if not isinstance(report, Report):
        from pulse_ci.report import live

        return live.render(report, format_, colour=colour)
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


def write_text(text: str, path: Path | None) -> None:
    """Write to a file that the user named, or to standard output; raises ConfigError."""
    if path is None:
        sys.stdout.write(escape_for_log(text))
    else:
        write_file(path, text)


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
