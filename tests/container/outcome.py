"""What a step leaves behind, read as the runner reads it.

Source: https://github.com/actions/runner, Runner.Common/ActionCommand.cs and
Runner.Worker/FileCommandManager.cs
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LINE_END = re.compile(r"\r\n|\r|\n")
_COMMAND = re.compile(r"\s*::([^ ]*?)(?: (.*?))?::(.*)")
_OLD_COMMAND = re.compile(r"##\[([^ \]]+)[^\]]*\](.*)")
_ANNOTATIONS = ("error", "warning", "notice")


@dataclass(frozen=True)
class Command:
    """A workflow command: `::name key=value,key=value::message`."""

    name: str
    properties: Mapping[str, str]
    message: str


@dataclass(frozen=True)
class Outcome:
    """All that one step leaves behind."""

    status: int
    stdout: str
    stderr: str
    outputs: Mapping[str, str]
    summary: str

    @property
    def commands(self) -> list[Command]:
        """The workflow commands of both streams; the runner reads both."""
        return [*read_commands(self.stdout), *read_commands(self.stderr)]

    @property
    def annotations(self) -> list[Command]:
        """The commands that GitHub shows beside the code or above the log."""
        return [command for command in self.commands if command.name in _ANNOTATIONS]

    def __str__(self) -> str:
        return f"exit {self.status}\n--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}"


def reported(outcome: Outcome) -> list[tuple[str, str]]:
    """Return the rules and the files that the annotations beside the code name."""
    named = (found.properties for found in outcome.annotations if "file" in found.properties)
    return [(properties["title"], properties["file"]) for properties in named]


def notices(outcome: Outcome) -> list[str]:
    """Return the notices on the run as a whole."""
    return [found.message for found in outcome.annotations if found.name == "notice" and "file" not in found.properties]


def read_commands(text: str) -> Iterator[Command]:
    """Return the commands in a stream, but for those between stop-commands and its token."""
    token = ""
    for line in _LINE_END.split(text):
        command = _read_command(line)
        if command is None:
            continue
        if token:
            token = "" if command.name.lower() == token.lower() else token
        elif command.name == "stop-commands":
            token = command.message
        else:
            yield command


def _read_command(line: str) -> Command | None:
    if new := _COMMAND.fullmatch(line):
        pairs = (pair.split("=", 1) for pair in (new[2] or "").split(",") if "=" in pair)
        return Command(new[1], {key.strip(): _property(value) for key, value in pairs}, _data(new[3]))
    if old := _OLD_COMMAND.search(line):
        return Command(old[1], {}, old[2])
    return None


def _data(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def _property(text: str) -> str:
    return _data(text.replace("%3A", ":").replace("%2C", ","))


def read_outputs(text: str) -> dict[str, str]:
    """Return the outputs in a file of `name=value` lines and `name<<DELIMITER` blocks.

    Raises:
        ValueError: the runner would refuse the file.

    """
    outputs: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        name, block, delimiter = line.partition("<<")
        if block and "=" not in name:
            outputs[name] = "\n".join(_block(lines, delimiter))
        elif "=" in line:
            name, _, outputs[name] = line.partition("=")
        elif line:
            raise ValueError(f"Invalid format {line!r}")
    return outputs


def _block(lines: Iterator[str], delimiter: str) -> Iterator[str]:
    for line in lines:
        if line == delimiter:
            return
        yield line
    raise ValueError(f"Matching delimiter not found {delimiter!r}")
