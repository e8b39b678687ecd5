"""Edits of a text by offsets, which keep every other byte, and the patch between two texts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from typing import TYPE_CHECKING

from pulse_ci.model import LineEdit
from pulse_ci.sql.tokens import tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.sql.split import Statement

BYTE_ORDER_MARK = "\ufeff"
# drizzle-kit writes it between statements, and cuts the file there.
BREAKPOINT = "--> statement-breakpoint"
_TRAILING_BREAKPOINT = re.compile(rf"(?:[ \t]*\r?\n)?[ \t]*{BREAKPOINT}[ \t]*")
_REST_OF_LINE = re.compile(r"[ \t]*(?:\r?\n|$(?![\r\n]))")


@dataclass(frozen=True, slots=True)
class TextEdit:
    """A replacement of the characters from `start` up to `end`."""

    start: int
    end: int
    text: str


def apply_edits(text: str, edits: Iterable[TextEdit]) -> str:
    """Return the text with edits that do not overlap."""
    parts, at = [], 0
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join((*parts, text[at:]))


def find_line_end(text: str) -> str:
    r"""Return the line ending of a text: "\r\n" where its first line has it."""
    return "\r\n" if text[: text.find("\n") + 1].endswith("\r\n") else "\n"


def find_joint(text: str) -> str:
    """Return what separates two statements of a text: a line ending, and drizzle-kit's breakpoint if it has one."""
    end = find_line_end(text)
    return f"{end}{BREAKPOINT}{end}" if BREAKPOINT in text else end


def find_start(statement: Statement) -> int:
    """Return where the code of a statement begins: a byte order mark before it is counted as its part."""
    code = next(tokenize_code(statement.sql), None)
    return statement.start + (code.start if code else 0)


def make_removal(text: str, statement: Statement) -> TextEdit:
    """Return the removal of a statement: with its lines where it has them for itself, and with its breakpoint."""
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
    """Return where the breakpoint right before `start` begins, or `start` where there is none."""
    before = text[:start].rstrip()
    return len(before) - len(BREAKPOINT) if before.endswith(BREAKPOINT) else start


def find_line_edits(path: str, before: str | None, after: str) -> Iterator[LineEdit]:
    """Yield the edits that make `after` of `before`, None for a file that is not there."""
    old, new = _split_lines(before or ""), _split_lines(after)
    for kind, first, last, start, end in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            continue
        if first == last and old:
            # A pure addition: the line next to it is written again.
            at = min(first, len(old) - 1)
            text = [*new[start:end], old[at]] if at == first else [old[at], *new[start:end]]
            yield LineEdit(path, at + 1, at + 1, "".join(text))
        else:
            yield LineEdit(path, first + 1, last, "".join(new[start:end]))


def apply_line_edits(text: str, edits: Iterable[LineEdit]) -> str:
    """Return a text with line edits that do not overlap."""
    lines = _split_lines(text)
    for edit in sorted(edits, key=lambda each: each.line, reverse=True):
        lines[edit.line - 1 : edit.end_line] = [edit.text]
    return "".join(lines)


def make_patch(path: str, before: str | None, after: str) -> str:
    """Return the unified diff that makes `after` of `before`, None for a file that is not there."""
    was = f"a/{path}" if before is not None else "/dev/null"
    lines = unified_diff(_split_lines(before or ""), _split_lines(after), was, f"b/{path}", lineterm="\n")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _split_lines(text: str) -> list[str]:
    # Only what git takes as a line ending: str.splitlines() knows more.
    lines = text.split("\n")
    return [*(f"{line}\n" for line in lines[:-1]), *filter(None, lines[-1:])]
