"""SQL text to statements, cut exactly where SQLite's own `sqlite3_complete()` cuts (src/complete.c)."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement, its `;` included; line and column count from 1, `start` from 0."""

    sql: str
    start: int
    line: int
    column: int
    end_line: int
    terminated: bool


# What stands between statements; to sqlite3_complete() a byte order mark is a letter.
_GAP = re.compile(r"(?:[ \t\n\f\r;]++|--[^\n]*+|/\*(?s:.*?)\*/)*+")
_CODE = r"""(?:[^;'"`\[/-]++|'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*(?s:.*?)\*/|-(?!-)|/(?!\*))*+"""
_TO_SEMICOLON = re.compile(_CODE)
_TRIGGER_WORD = re.compile("trigger", re.IGNORECASE)

# Columns: semicolon, other, EXPLAIN, CREATE, TEMP, TRIGGER, END. A trigger's body ends at `; END ;` alone.
_START, _NORMAL, _EXPLAIN, _CREATE, _TRIGGER, _SEMI, _END = range(7)
_NEXT_STATE = (
    (_START, _NORMAL, _EXPLAIN, _CREATE, _NORMAL, _NORMAL, _NORMAL),
    (_START, _NORMAL, _NORMAL, _NORMAL, _NORMAL, _NORMAL, _NORMAL),
    (_START, _EXPLAIN, _NORMAL, _CREATE, _NORMAL, _NORMAL, _NORMAL),
    (_START, _NORMAL, _NORMAL, _NORMAL, _CREATE, _TRIGGER, _NORMAL),
    (_SEMI, _TRIGGER, _TRIGGER, _TRIGGER, _TRIGGER, _TRIGGER, _TRIGGER),
    (_SEMI, _TRIGGER, _TRIGGER, _TRIGGER, _TRIGGER, _TRIGGER, _END),
    (_START, _TRIGGER, _TRIGGER, _TRIGGER, _TRIGGER, _TRIGGER, _TRIGGER),
)
_WORD_COLUMN = {"EXPLAIN": 2, "CREATE": 3, "TEMP": 4, "TEMPORARY": 4, "TRIGGER": 5, "END": 6}
_PIECE = re.compile(
    r"""(?P<gap>[ \t\n\f\r]++|--[^\n]*+|/\*(?s:.*?)\*/)"""
    r"""|(?P<word>(?:[A-Za-z0-9_$]|[^\x00-\x7f])++)|(?P<semicolon>;)"""
    r"""|'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|(?P<open>/\*|['"`\[])|[\s\S]"""
)


def split(sql: str) -> tuple[Statement, ...]:
    """Return the statements of `sql`; what stands between them (space, comments, a stray `;`) is left out."""
    lines = LineIndex(sql)
    return tuple(_statement(sql, *piece, lines) for piece in cut(sql))


def cut(sql: str, longest: int | None = None) -> Iterator[tuple[int, int, bool]]:
    """Yield where each statement starts and ends, in characters from 0, and whether a `;` ends it.

    A statement of more than `longest` characters is not read to its end: it is cut behind so many and one more.
    """
    size, position = len(sql), _skip_gap(sql, 0)
    while position < size:
        most = size if longest is None else min(size, position + longest + 1)
        code = _TO_SEMICOLON.match(sql, position, most)
        assert code is not None  # noqa: S101 - the pattern matches the empty string
        end, terminated = code.end() + 1, code.end() < most and sql[code.end()] == ";"
        # A trigger begins with CREATE, or with EXPLAIN.
        if sql[position] in "CcEe" and _TRIGGER_WORD.search(sql, position, end):
            end, terminated = _end_of_trigger(sql, position, most)
        if not terminated:
            end = most if most < size else _end_of_code(sql, position, size)
        yield position, end, terminated
        position = _skip_gap(sql, end)


def _skip_gap(sql: str, position: int) -> int:
    gap = _GAP.match(sql, position)
    assert gap is not None  # noqa: S101 - the pattern matches the empty string
    end = gap.end()
    return len(sql) if sql.startswith("/*", end) else end


def _end_of_trigger(sql: str, start: int, most: int) -> tuple[int, bool]:
    state = _START
    for piece in _PIECE.finditer(sql, start, most):
        match piece.lastgroup:
            case "gap":
                continue
            case "open":
                break
            case "semicolon":
                column = 0
            case "word":
                column = _WORD_COLUMN.get(piece.group().upper(), 1)
            case _:
                column = 1
        state = _NEXT_STATE[state][column]
        if state == _START:
            return piece.end(), True
    return most, False


def _end_of_code(sql: str, start: int, most: int) -> int:
    """Return where the last code of an unfinished statement ends: comments behind it are not its own."""
    end = start
    for piece in _PIECE.finditer(sql, start, most):
        if piece.lastgroup == "open":
            return end if piece.group() == "/*" else most
        if piece.lastgroup != "gap":
            end = piece.end()
    return end


def _statement(sql: str, start: int, end: int, terminated: bool, lines: LineIndex) -> Statement:
    line, column = lines.position(start)
    return Statement(
        sql=sql[start:end],
        start=start,
        line=line,
        column=column,
        end_line=lines.position(end - 1)[0],
        terminated=terminated,
    )


class LineIndex:
    """Turns character offsets of one text into lines and columns."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of an offset, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
