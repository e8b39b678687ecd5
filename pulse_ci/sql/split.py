"""Statements of an SQL text, cut exactly where SQLite's own `sqlite3_complete()` cuts (src/complete.c)."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pulse_ci.sql.operations import parse_operation
from pulse_ci.sql.tokens import repeat_any, repeat_at_least_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.sql.operations import Operation


@dataclass(frozen=True)
class Statement:
    """One SQL statement, its `;` included; line and column count from 1, `start` from 0."""

    sql: str
    start: int
    line: int
    column: int
    end_line: int
    terminated: bool

    @cached_property
    def operation(self) -> Operation:
        """What the statement does."""
        return parse_operation(self.sql)


# To sqlite3_complete() a byte order mark is a letter.
_COMMENTS = (r"--[^\n]*+", r"/\*(?s:.*?)\*/")
_SPACE = (r"[ \t\n\f\r]++", *_COMMENTS)
SPACE_PATTERN = repeat_any(*_SPACE)
_GAP = re.compile(repeat_any(r"[ \t\n\f\r;]++", *_COMMENTS))
_QUOTED = (r"'[^']*+'", r'"[^"]*+"', r"`[^`]*+`", r"\[[^\]]*+\]")
_TO_SEMICOLON = repeat_any(r"[^;'\"`\[/-]++", *_QUOTED, *_COMMENTS, r"-(?!-)", r"/(?!\*)") + ";"

_WORD = repeat_at_least_once("[A-Za-z0-9_$]", r"[^\x00-\x7f]")
_WORD_END = r"(?![A-Za-z0-9_$]|[^\x00-\x7f])"
_OTHER = r"""(?!/\*|--)[^;'"`\[ \t\n\f\r]"""
_ANY_CODE = "|".join((_WORD, *_QUOTED, _OTHER))
_TRIGGER_KEYWORDS = rf"(?:EXPLAIN|CREATE|TEMP|TEMPORARY|TRIGGER|END){_WORD_END}"
_EXPLAINED = repeat_any(*_SPACE, rf"(?!{_TRIGGER_KEYWORDS})(?:{_ANY_CODE})")
_TEMPORARY = repeat_any(*_SPACE, rf"TEMP(?:ORARY)?{_WORD_END}")
_TRIGGER = rf"(?ai:(?:EXPLAIN{_WORD_END}{_EXPLAINED})?CREATE{_WORD_END}{_TEMPORARY}TRIGGER{_WORD_END})"
# A trigger's body ends at `; END ;` alone.
_END_OF_BODY = rf";{SPACE_PATTERN}[Ee][Nn][Dd]{_WORD_END}{SPACE_PATTERN};"
_TO_END_OF_BODY = repeat_any(*_SPACE, _WORD, *_QUOTED, rf"(?!{_END_OF_BODY});", _OTHER) + _END_OF_BODY

_STATEMENT = re.compile(f"{_TRIGGER}{_TO_END_OF_BODY}|(?!{_TRIGGER}){_TO_SEMICOLON}")
_TO_LAST_CODE = re.compile(repeat_any(SPACE_PATTERN + repeat_at_least_once(_ANY_CODE, ";")))


def split_statements(sql: str) -> tuple[Statement, ...]:
    """Return the statements of `sql`, without the space, comments and stray `;` between them."""
    lines = LineIndex(sql)
    return tuple(_build_statement(sql, *piece, lines) for piece in find_boundaries(sql))


def find_boundaries(sql: str, max_chars: int | None = None) -> Iterator[tuple[int, int, bool]]:
    """Yield where each statement starts and ends, in characters from 0, and whether a `;` ends it.

    A statement of more than `max_chars` characters is not read to its end: it is cut after so many and one more.
    """
    size, position = len(sql), _skip_gap(sql, 0)
    while position < size and not sql.startswith("/*", position):
        limit = size if max_chars is None else min(size, position + max_chars + 1)
        complete = _STATEMENT.match(sql, position, limit)
        end = complete.end() if complete else limit if limit < size else _find_code_end(sql, position)
        yield position, end, complete is not None
        position = _skip_gap(sql, end)


def _find_code_end(sql: str, start: int) -> int:
    """Return where the last code of an unfinished statement ends: comments after it are not its own."""
    code = _TO_LAST_CODE.match(sql, start)
    assert code is not None  # noqa: S101 - the pattern matches the empty string
    following = _skip_gap(sql, code.end())
    return code.end() if following == len(sql) or sql.startswith("/*", following) else len(sql)


def _skip_gap(sql: str, position: int) -> int:
    gap = _GAP.match(sql, position)
    assert gap is not None  # noqa: S101 - the pattern matches the empty string
    return gap.end()


def _build_statement(sql: str, start: int, end: int, terminated: bool, lines: LineIndex) -> Statement:
    line, column = lines.locate(start)
    return Statement(
        sql=sql[start:end],
        start=start,
        line=line,
        column=column,
        end_line=lines.locate(end - 1)[0],
        terminated=terminated,
    )


class LineIndex:
    """Turns character offsets of one text into lines and columns."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def locate(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of an offset, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
