"""SQL text to statements, cut exactly where SQLite's own `sqlite3_complete()` cuts (src/complete.c)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.sql.tokens import Token, TokenKind, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement, its `;` included; line and column count from 1, `start` from 0."""

    sql: str
    start: int
    line: int
    column: int
    end_line: int
    terminated: bool


# The columns are: semicolon, other, EXPLAIN, CREATE, TEMP, TRIGGER, END. A trigger's body ends at `; END ;` alone.
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


def split(sql: str) -> tuple[Statement, ...]:
    """Return the statements of `sql`; what stands between them (space, comments, a stray `;`) is left out."""
    return split_tokens(sql, tokenize(sql))


def split_tokens(sql: str, tokens: Iterable[Token]) -> tuple[Statement, ...]:
    """Do as `split`, with the tokens of `sql` already at hand."""
    lines = LineIndex(sql)
    return tuple(_statement(group, sql, lines) for group in _groups(tokens))


def _groups(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    state, group = _START, list[Token]()
    for token in tokens:
        if not token.is_code:
            continue
        group.append(token)
        column = 0 if token.kind is TokenKind.SEMICOLON else _WORD_COLUMN.get(token.keyword, 1)
        state = _NEXT_STATE[state][column]
        if state == _START:
            if len(group) > 1:
                yield group
            group = []
    if group:
        yield group


def _statement(group: list[Token], sql: str, lines: LineIndex) -> Statement:
    first, last = group[0], group[-1]
    line, column = lines.position(first.start)
    return Statement(
        sql=sql[first.start : last.end],
        start=first.start,
        line=line,
        column=column,
        end_line=lines.position(last.end - 1)[0],
        terminated=last.kind is TokenKind.SEMICOLON,
    )


class LineIndex:
    """Turns character offsets of one text into lines and columns."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(offset + 1 for offset, character in enumerate(text) if character == "\n")]

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of an offset, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
