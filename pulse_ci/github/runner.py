"""What the runner reads: the output file, the job summary, and workflow commands on the output streams.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands and
https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
"""

from __future__ import annotations

import re
import secrets
import sys
from typing import TYPE_CHECKING

from pulse_ci.model import Severity
from pulse_ci.report.finding_order import sort_by_severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pulse_ci.model import Finding

OUTPUTS = ("conclusion", "errors", "warnings", "changed", "pending", "drift", "comment-url", "report", "diff")
MAX_ANNOTATIONS = 10
MAX_SUMMARY_BYTES = 1_000_000
_MAX_MESSAGE_LENGTH = 4000
_OUTPUT_NAME = re.compile(r"[a-z][a-z0-9_-]*")

# The runner compares by culture, which skips characters that have no width: between the two colons, say.
_IGNORED_CHARACTERS = (
    "\\x00-\\x08\\x0e-\\x1f\\x7f-\\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_COMMAND = re.compile(rf"(^|[\r\n])((?:(?![\r\n])[\s{_IGNORED_CHARACTERS}])*):([{_IGNORED_CHARACTERS}]*):")
_OLD_COMMAND = re.compile(rf"#([{_IGNORED_CHARACTERS}]*)#([{_IGNORED_CHARACTERS}]*)\[")


def write_outputs(path: Path | None, outputs: Mapping[str, str]) -> None:
    """Append outputs to the file at GITHUB_OUTPUT; nothing is written where there is none.

    Each value has a delimiter of its own that nobody can guess, so that none can end early and set another
    output.
    """
    if path is None:
        return
    with path.open("a", encoding="utf-8", errors="replace", newline="\n") as file:
        file.writelines(_format_output(name, value) for name, value in outputs.items())


def _format_output(name: str, value: str) -> str:
    if not _OUTPUT_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of an output")
    delimiter = f"pulse_{secrets.token_hex(16)}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def append_summary(path: Path | None, markdown: str) -> None:
    """Append to the job summary at GITHUB_STEP_SUMMARY, cut to size; nothing is written where there is none.

    The runner drops a whole summary over 1 MiB; what the file holds already counts.
    """
    if path is None:
        return
    used = path.stat().st_size if path.exists() else 0
    with path.open("ab") as file:
        file.write(_truncate(markdown, MAX_SUMMARY_BYTES - used))


def _truncate(markdown: str, room: int) -> bytes:
    text = markdown.encode("utf-8", "replace")
    if len(text) <= room:
        return text
    notice = "\n\n> This summary was cut: GitHub shows no more than 1 MiB. The JSON report has everything.\n"
    kept = text[: max(0, room - len(notice) - 200)].rpartition(b"\n")[0].decode("utf-8", "ignore")
    return f"{kept}{_close_open_blocks(kept)}{notice}".encode()[: max(0, room)]


def _close_open_blocks(markdown: str) -> str:
    """Return what ends the code fence and the folds that are open at the end of `markdown`."""
    fence = ""
    for line in markdown.splitlines():
        mark = re.match(r" {0,3}(`{3,}|~{3,})", line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and line.strip() == mark[1]:
            fence = ""
    folds = markdown.count("<details") - markdown.count("</details>")
    return (f"\n{fence}" if fence else "") + "\n\n</details>" * min(max(folds, 0), 5)


def format_annotations(findings: Iterable[Finding]) -> list[str]:
    """Return the workflow commands that show findings beside the code, the worst first.

    The runner takes ten of each severity from a step; where there are more, one says so and is among the ten.
    Ignored findings get none.
    """
    shown = sort_by_severity(finding for finding in findings if not finding.ignored)
    by_severity = [[finding for finding in shown if finding.severity is severity] for severity in Severity]
    return [line for group in by_severity for line in _format_group(group)]


def _format_group(group: Sequence[Finding]) -> list[str]:
    if len(group) <= MAX_ANNOTATIONS:
        return [_format_annotation(finding) for finding in group]
    shown, more = group[: MAX_ANNOTATIONS - 1], len(group) - MAX_ANNOTATIONS + 1
    return [*map(_format_annotation, shown), f"::{group[0].severity}::{more} more, see the summary"]


def _format_annotation(finding: Finding) -> str:
    properties = {
        "file": finding.path,
        "line": str(finding.line),
        "endLine": str(finding.end_line),
        "title": finding.rule,
    }
    listed = ",".join(f"{name}={_escape_property(value)}" for name, value in properties.items())
    return f"::{finding.severity} {listed}::{_escape_data(_message(finding))}"


def _message(finding: Finding) -> str:
    text = f"{finding.full_message} {finding.remedy}".strip()
    return text if len(text) <= _MAX_MESSAGE_LENGTH else f"{text[:_MAX_MESSAGE_LENGTH]}…"


def format_message(severity: Severity, message: str) -> str:
    """Return the workflow command for a remark on the run as a whole."""
    return f"::{severity}::{_escape_data(message)}"


def mask_secret(secret: str) -> list[str]:
    """Return the commands that hide a secret in the log, one for each of its lines; print them first."""
    return [f"::add-mask::{_escape_data(line)}" for line in re.split(r"[\r\n]+", secret) if line.strip()]


def stop_commands() -> tuple[str, str]:
    """Return the line after which the runner takes no line as a command, and the line that ends this."""
    token = secrets.token_hex(16)
    return f"::stop-commands::{token}", f"::{token}::"


def escape_commands(text: str) -> str:
    """Return `text` changed so that the runner takes no line of it as a command; it reads much the same.

    Give it what is printed as a whole: two harmless pieces can make a command. The runner reads both streams,
    takes `::` at the start of a line, and `##[` anywhere.
    """
    safe = _OLD_COMMAND.sub(r"#\1 #\2[", text)
    return _COMMAND.sub(r"\1\2:\3 :", safe)


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")


def print_log(text: str) -> None:
    """Print text of which the runner takes no line as a command."""
    if text:
        stop, resume = stop_commands()
        print_commands(stop, escape_commands(text).rstrip("\n"), resume)


def print_commands(*lines: str) -> None:
    """Print lines that the runner may take as commands."""
    for line in lines:
        sys.stdout.buffer.write(line.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()
