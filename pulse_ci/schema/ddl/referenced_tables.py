"""A view's or a trigger's tokens to the relations that it reads, and to the names of columns that nobody gave."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.format import code_tokens
from pulse_ci.schema.ddl.keywords import RESERVED, words
from pulse_ci.schema.ddl.select_columns import result_columns
from pulse_ci.schema.schema import fold
from pulse_ci.sql.tokens import Token, TokenKind, unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.schema.ddl.classify import Tokens

_NAMING = (TokenKind.WORD, TokenKind.QUOTED, TokenKind.STRING)
_BEFORE_RELATION = words("FROM JOIN INTO UPDATE")
_END = Token(TokenKind.SEMICOLON, ";", 0)
# What VALUES, TRUE and FALSE are called, at their place in the row.
_NUMBERED = frozenset(f"column{place}" for place in range(1, 101))


@dataclass(frozen=True, slots=True)
class Reach:
    """What a text reads or writes: tables, views and table-valued functions; and the columns that it leaves unnamed.

    SQLite calls these by their text, or by their place. All names are folded.
    """

    reads: frozenset[str]
    unnamed: frozenset[str]


@lru_cache(4096)
def read_reach(sql: str) -> Reach:
    """Return the reach of a CREATE VIEW or a CREATE TRIGGER."""
    tokens = code_tokens(sql)
    numbered = any(token.keyword in ("VALUES", "TRUE", "FALSE") for token in tokens)
    unnamed = frozenset(_spans(sql, tokens)) | (_NUMBERED if numbered else frozenset())
    return Reach(frozenset(_relations(tokens)) - frozenset(_own_relations(tokens)), unnamed)


def _relations(tokens: Tokens) -> Iterator[str]:
    for position, token in enumerate(tokens):
        distinct_from = token.keyword == "FROM" and _at(tokens, position - 1).keyword == "DISTINCT"
        if token.keyword in _BEFORE_RELATION and not distinct_from:
            yield from _listed(tokens, position + 1)


def _listed(tokens: Tokens, position: int) -> Iterator[str]:
    """Yield the relation at a position, and those behind it that only commas part."""
    while _is_name(_at(tokens, position)) and _at(tokens, position).keyword != "OF":
        if _at(tokens, position + 1).text == ".":
            position += 2
        yield fold(unquote(_at(tokens, position).text))
        position += 1
        if _at(tokens, position).text == "(":
            position = _behind_group(tokens, position)
        position += _at(tokens, position).keyword == "AS"
        position += _is_name(_at(tokens, position))
        if _at(tokens, position).text != ",":
            return
        position += 1


def _own_relations(tokens: Tokens) -> Iterator[str]:
    """Yield the names that WITH gives."""
    if not any(token.keyword == "WITH" for token in tokens):
        return
    for position, token in enumerate(tokens):
        before, behind = _at(tokens, position - 1), position + 1
        if token.kind in _NAMING and (before.keyword in ("WITH", "RECURSIVE") or before.text == ","):
            if _at(tokens, behind).text == "(":
                behind = _behind_group(tokens, behind)
            if _at(tokens, behind).keyword == "AS":
                yield fold(unquote(token.text))


def _spans(sql: str, tokens: Tokens) -> Iterator[str]:
    """Yield the text of each result, to the next token: so far SQLite takes it for a name."""
    for position, token in enumerate(tokens):
        if token.keyword == "SELECT":
            for start, end in result_columns(tokens, position):
                behind = tokens[end].start if end < len(tokens) else len(sql)
                yield fold(sql[tokens[start].start : behind].strip())


def _behind_group(tokens: Tokens, position: int) -> int:
    depth = 0
    while position < len(tokens):
        depth += {"(": 1, ")": -1}.get(tokens[position].text, 0)
        position += 1
        if depth == 0:
            break
    return position


def _is_name(token: Token) -> bool:
    return token.kind in _NAMING and token.keyword not in RESERVED


def _at(tokens: Tokens, position: int) -> Token:
    return tokens[position] if 0 <= position < len(tokens) else _END
