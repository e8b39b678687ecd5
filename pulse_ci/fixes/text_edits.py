"""Edits of a text by offsets, which leave every other byte as it was."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.sql.tokens import tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulse_ci.sql.split import Statement

BYTE_ORDER_MARK = "\ufeff"
# drizzle-kit puts it between statements, and cuts the file there.
BREAKPOINT = "--> statement-breakpoint"
_TRAILING_BREAKPOINT = re.compile(rf"[ \t]*(?:\r?\n)?[ \t]*{BREAKPOINT}[ \t]*")
_REST_OF_LINE = re.compile(r"[ \t]*(?:\r?\n|$(?![\r\n]))")


@dataclass(frozen=True, slots=True)
class TextEdit:
    """The characters from `start` up to `end`, and what takes their place."""

    start: int
    end: int
    text: str


def apply_edits(text: str, edits: Iterable[TextEdit]) -> str:
    """Return the text with splices that do not overlap."""
    parts, at = [], 0
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join((*parts, text[at:]))


def find_line_end(text: str) -> str:
    r"""Return what ends the lines of a text: "\r\n" where its first line has it."""
    return "\r\n" if text[: text.find("\n") + 1].endswith("\r\n") else "\n"


def find_start(statement: Statement) -> int:
    """Return where the code of a statement begins: behind a byte order mark, what follows is taken for a part of it."""
    code = next(tokenize_code(statement.sql), None)
    return statement.start + (code.start if code else 0)


def make_removal(text: str, statement: Statement) -> TextEdit:
    """Return what takes a statement out of a text: its lines where it has them for itself, and its breakpoint."""
    start, end = find_start(statement), statement.start + len(statement.sql)
    if breakpoint_match := _TRAILING_BREAKPOINT.match(text, end):
        end = breakpoint_match.end()
    else:
        start = _find_breakpoint_start(text, start)
    line = text.rfind("\n", 0, start) + 1
    if text.startswith(BYTE_ORDER_MARK, line):
        line += 1
    rest = _REST_OF_LINE.match(text, end)
    if rest and not text[line:start].strip(" \t"):
        return TextEdit(line, rest.end(), "")
    spaces = len(text) - end - len(text[end:].lstrip(" \t"))
    return TextEdit(start, end + spaces, "")


def _find_breakpoint_start(text: str, start: int) -> int:
    """Return where the breakpoint right before `start` begins, where there is one, else `start`."""
    before = text[:start].rstrip()
    return len(before) - len(BREAKPOINT) if before.endswith(BREAKPOINT) else start
