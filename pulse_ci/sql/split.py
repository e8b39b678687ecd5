"""SQL text to statements, cut exactly where SQLite's own `sqlite3_complete()` cuts (src/complete.c)."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

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


# To sqlite3_complete() a byte order mark is a letter.
_COMMENTS = (r"--[^\n]*+", r"/\*(?s:.*?)\*/")
_SPACE = (r"[ \t\n\f\r]++", *_COMMENTS)
SPACES = any_number(*_SPACE)
_GAP = re.compile(any_number(r"[ \t\n\f\r;]++", *_COMMENTS))
_QUOTED = (r"'[^']*+'", r'"[^"]*+"', r"`[^`]*+`", r"\[[^\]]*+\]")
_TO_SEMICOLON = any_number(r"[^;'\"`\[/-]++", *_QUOTED, *_COMMENTS, r"-(?!-)", r"/(?!\*)") + ";"

_WORD = at_least_one("[A-Za-z0-9_$]", r"[^\x00-\x7f]")
_WORD_END = r"(?![A-Za-z0-9_$]|[^\x00-\x7f])"
_OTHER = r"""(?!/\*|--)[^;'"`\[ \t\n\f\r]"""
_ANY_CODE = "|".join((_WORD, *_QUOTED, _OTHER))
_KNOWN = rf"(?:EXPLAIN|CREATE|TEMP|TEMPORARY|TRIGGER|END){_WORD_END}"
_EXPLAINED = any_number(*_SPACE, rf"(?!{_KNOWN})(?:{_ANY_CODE})")
_TEMPORARY = any_number(*_SPACE, rf"TEMP(?:ORARY)?{_WORD_END}")
_TRIGGER = rf"(?ai:(?:EXPLAIN{_WORD_END}{_EXPLAINED})?CREATE{_WORD_END}{_TEMPORARY}TRIGGER{_WORD_END})"
# A trigger's body ends at `; END ;` alone.
_END_OF_BODY = rf";{SPACES}[Ee][Nn][Dd]{_WORD_END}{SPACES};"
_TO_END_OF_BODY = any_number(*_SPACE, _WORD, *_QUOTED, rf"(?!{_END_OF_BODY});", _OTHER) + _END_OF_BODY

_STATEMENT = re.compile(f"{_TRIGGER}{_TO_END_OF_BODY}|(?!{_TRIGGER}){_TO_SEMICOLON}")
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
    while position < size and not sql.startswith("/*", position):
        most = size if longest is None else min(size, position + longest + 1)
        whole = _STATEMENT.match(sql, position, most)
        end = whole.end() if whole else most if most < size else _end_of_code(sql, position)
        yield position, end, whole is not None
        position = _skip_gap(sql, end)


def _end_of_code(sql: str, start: int) -> int:
    """Return where the last code of an unfinished statement ends: comments behind it are not its own."""
    code = _TO_LAST_CODE.match(sql, start)
    assert code is not None  # noqa: S101 - the pattern matches the empty string
    following = _skip_gap(sql, code.end())
    return code.end() if following == len(sql) or sql.startswith("/*", following) else len(sql)


def _skip_gap(sql: str, position: int) -> int:
    gap = _GAP.match(sql, position)
    assert gap is not None  # noqa: S101 - the pattern matches the empty string
    return gap.end()


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
