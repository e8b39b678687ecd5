"""What GitHub's runner makes of a step's output and files.

Written after https://github.com/actions/runner: src/Runner.Common/ActionCommand.cs,
src/Runner.Worker/ActionCommandManager.cs and FileCommandManager.cs.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_REGISTERED = {"error", "warning", "notice", "debug", "add-mask", "stop-commands", "group", "endgroup", "set-output"}
_DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
_PROPERTY = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))


@dataclass(frozen=True)
class Command:
    """A workflow command as the runner understood it."""

    name: str
    properties: dict[str, str]
    data: str


def read_commands(output: str) -> list[Command]:
    """Return the commands in what a step printed."""
    found, resume = list[Command](), ""
    for line in re.split(r"\r\n|\r|\n", output):
        command = _read(line, _REGISTERED | {resume.lower()} - {""})
        if resume:
            resume = "" if command and command.name.lower() == resume.lower() else resume
        elif command:
            found.append(command)
            resume = command.data if command.name == "stop-commands" else ""
    return found


def _read(line: str, registered: set[str]) -> Command | None:
    # The runner's StartsWith and IndexOf go by culture: they overlook characters that carry no weight in sorting.
    exact, seen = line.lstrip(), _weighed(line.lstrip())
    if seen.startswith("::"):
        text = exact if exact.startswith("::") else seen
        head, separator, data = text[2:].partition("::")
        name, _, properties = head.partition(" ")
        if separator and name.lower() in registered:
            return Command(name, _properties(properties), _unescape(data, _DATA))
    match = re.search(r"##\[([^\] ]*)[^\]]*\]", _weighed(line))
    return Command(match[1], {}, "") if match and match[1].lower() in registered else None


def _properties(text: str) -> dict[str, str]:
    pairs = [pair.split("=", 1) for pair in text.strip().split(",") if pair]
    return {pair[0]: _unescape(pair[1], _PROPERTY) for pair in pairs if len(pair) == 2 and pair[1]}


def _weighed(text: str) -> str:
    kept = (
        character for character in text if character.isspace() or unicodedata.category(character) not in {"Cc", "Cf"}
    )
    return "".join(kept).lstrip()


def _unescape(text: str, mapping: tuple[tuple[str, str], ...]) -> str:
    for escaped, plain in mapping:
        text = text.replace(escaped, plain)
    return text


def read_outputs(path: Path) -> dict[str, str]:
    """Return the outputs that a step has set through its file."""
    outputs, lines = dict[str, str](), path.read_bytes().decode() if path.exists() else ""
    remaining = iter(lines.split("\n"))
    for line in remaining:
        name, marker, delimiter = line.partition("<<")
        if marker and "=" not in name:
            value = list[str]()
            for text in remaining:
                if text == delimiter:
                    break
                value.append(text)
            outputs[name] = "\n".join(value)
        elif "=" in line:
            outputs[line.partition("=")[0]] = line.partition("=")[2]
    return outputs
