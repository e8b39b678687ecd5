"""SQL text to statements, cut exactly where SQLite's own `sqlite3_complete()` cuts (src/complete.c)."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

import apsw

from pulse_ci.sql.possessive import any_number, at_least_one

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
_COMMENTS = (r"--[^\n]*+", r"/\*(?s:.*?)\*/")
_GAP = re.compile(any_number(r"[ \t\n\f\r;]++", *_COMMENTS))
_QUOTED = (r"'[^']*+'", r'"[^"]*+"', r"`[^`]*+`", r"\[[^\]]*+\]")
_TO_SEMICOLON = re.compile(any_number(r"[^;'\"`\[/-]++", *_QUOTED, *_COMMENTS, r"-(?!-)", r"/(?!\*)"))
_TRIGGER_WORD = re.compile("trigger", re.IGNORECASE)

_SPACE = (r"[ \t\n\f\r]++", *_COMMENTS)
SPACES = any_number(*_SPACE)
_WORD = at_least_one("[A-Za-z0-9_$]", r"[^\x00-\x7f]")
_WORD_END = r"(?![A-Za-z0-9_$]|[^\x00-\x7f])"
_OTHER = r"""(?!/\*|--)[^;'"`\[ \t\n\f\r]"""
_ANY_CODE = "|".join((_WORD, *_QUOTED, _OTHER))
_KNOWN = rf"(?:EXPLAIN|CREATE|TEMP|TEMPORARY|TRIGGER|END){_WORD_END}"
_EXPLAINED = any_number(*_SPACE, rf"(?!{_KNOWN})(?:{_ANY_CODE})")
_TEMPORARY = any_number(*_SPACE, rf"TEMP(?:ORARY)?{_WORD_END}")
_IS_TRIGGER = re.compile(
    rf"(?:EXPLAIN{_WORD_END}{_EXPLAINED})?CREATE{_WORD_END}{_TEMPORARY}TRIGGER{_WORD_END}",
    re.IGNORECASE | re.ASCII,
)
# A trigger's body ends at `; END ;` alone.
_END_OF_BODY = rf";{SPACES}[Ee][Nn][Dd]{_WORD_END}{SPACES};"
_BODY = any_number(*_SPACE, _WORD, *_QUOTED, rf"(?!{_END_OF_BODY});", _OTHER)
_TO_END_OF_BODY = re.compile(_BODY + _END_OF_BODY)
_TO_LAST_CODE = re.compile(any_number(SPACES + at_least_one(_ANY_CODE, ";")))


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
        end = sql.find(";", position, most) + 1
        # SQLite itself is asked about the text up to the first semicolon: most statements end there.
        terminated = end > 0 and _is_complete(sql[position:end])
        if not terminated:
            end, terminated = _scan(sql, position, most)
        yield position, end, terminated
        position = _skip_gap(sql, end)


def _scan(sql: str, position: int, most: int) -> tuple[int, bool]:
    """Return where a statement ends that has semicolons within, or none, and whether a `;` ends it."""
    code = _TO_SEMICOLON.match(sql, position, most)
    assert code is not None  # noqa: S101 - the pattern matches the empty string
    end, terminated = code.end() + 1, code.end() < most and sql[code.end()] == ";"
    # A trigger begins with CREATE, or with EXPLAIN.
    if (
        sql[position] in "CcEe"
        and _TRIGGER_WORD.search(sql, position, end)
        and (trigger := _IS_TRIGGER.match(sql, position, most))
    ):
        body = _TO_END_OF_BODY.match(sql, trigger.end(), most)
        end, terminated = (body.end(), True) if body else (most, False)
    if not terminated:
        end = most if most < len(sql) else _end_of_code(sql, position, len(sql))
    return end, terminated


def _is_complete(sql: str) -> bool:
    """Return whether SQLite takes a text for whole statements, the last one with a `;` behind it."""
    try:
        return apsw.complete(sql)
    except ValueError:  # of characters that C's strings cannot have
        return False


def _skip_gap(sql: str, position: int) -> int:
    gap = _GAP.match(sql, position)
    assert gap is not None  # noqa: S101 - the pattern matches the empty string
    end = gap.end()
    return len(sql) if sql.startswith("/*", end) else end


def _end_of_code(sql: str, start: int, most: int) -> int:
    """Return where the last code of an unfinished statement ends: comments behind it are not its own."""
    code = _TO_LAST_CODE.match(sql, start, most)
    assert code is not None  # noqa: S101 - the pattern matches the empty string
    following = _skip_gap(sql, code.end())
    return code.end() if following >= most else most


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
