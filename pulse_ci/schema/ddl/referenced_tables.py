"""A view's or a trigger's tokens to the relations that it reads, and to the names of columns that nobody gave."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.format import list_code_tokens
from pulse_ci.schema.ddl.select_columns import find_result_columns
from pulse_ci.sql.names import RESERVED_WORDS, fold, split_words, unquote
from pulse_ci.sql.tokens import Token, TokenKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.schema.ddl.classify import Tokens

_NAME_KINDS = (TokenKind.WORD, TokenKind.QUOTED, TokenKind.STRING)
_KEYWORDS_BEFORE_TABLE = split_words("FROM JOIN INTO UPDATE")
_END = Token(TokenKind.SEMICOLON, ";", 0)
# What VALUES, TRUE and FALSE are called, at their place in the row.
_NUMBERED_COLUMNS = frozenset(f"column{place}" for place in range(1, 101))


@dataclass(frozen=True, slots=True)
class ReferencedTables:
    """What a text reads or writes: tables, views and table-valued functions; and the columns that it leaves unnamed.

    SQLite calls these by their text, or by their place. All names are folded.
    """

    tables: frozenset[str]
    unnamed_columns: frozenset[str]


@lru_cache(4096)
def find_referenced_tables(sql: str) -> ReferencedTables:
    """Return the reach of a CREATE VIEW or a CREATE TRIGGER."""
    tokens = list_code_tokens(sql)
    numbered = any(token.keyword in ("VALUES", "TRUE", "FALSE") for token in tokens)
    unnamed_columns = frozenset(_iterate_result_texts(sql, tokens)) | (_NUMBERED_COLUMNS if numbered else frozenset())
    return ReferencedTables(frozenset(_iterate_tables(tokens)) - frozenset(_iterate_cte_names(tokens)), unnamed_columns)


def _iterate_tables(tokens: Tokens) -> Iterator[str]:
    for position, token in enumerate(tokens):
        distinct_from = token.keyword == "FROM" and _get_token(tokens, position - 1).keyword == "DISTINCT"
        if token.keyword in _KEYWORDS_BEFORE_TABLE and not distinct_from:
            yield from _read_table_list(tokens, position + 1)


def _read_table_list(tokens: Tokens, position: int) -> Iterator[str]:
    """Yield the relation at a position, and those behind it that only commas part."""
    while _is_name(_get_token(tokens, position)) and _get_token(tokens, position).keyword != "OF":
        if _get_token(tokens, position + 1).text == ".":
            position += 2
        yield fold(unquote(_get_token(tokens, position).text))
        position += 1
        if _get_token(tokens, position).text == "(":
            position = _skip_group(tokens, position)
        position += _get_token(tokens, position).keyword == "AS"
        position += _is_name(_get_token(tokens, position))
        if _get_token(tokens, position).text != ",":
            return
        position += 1


def _iterate_cte_names(tokens: Tokens) -> Iterator[str]:
    """Yield the names that WITH gives."""
    if not any(token.keyword == "WITH" for token in tokens):
        return
    for position, token in enumerate(tokens):
        before, following = _get_token(tokens, position - 1), position + 1
        if token.kind in _NAME_KINDS and (before.keyword in ("WITH", "RECURSIVE") or before.text == ","):
            if _get_token(tokens, following).text == "(":
                following = _skip_group(tokens, following)
            if _get_token(tokens, following).keyword == "AS":
                yield fold(unquote(token.text))


def _iterate_result_texts(sql: str, tokens: Tokens) -> Iterator[str]:
    """Yield the text of each result, to the next token: so far SQLite takes it for a name."""
    for position, token in enumerate(tokens):
        if token.keyword == "SELECT":
            for start, end in find_result_columns(tokens, position):
                following = tokens[end].start if end < len(tokens) else len(sql)
                yield fold(sql[tokens[start].start : following].strip())


def _skip_group(tokens: Tokens, position: int) -> int:
    depth = 0
    while position < len(tokens):
        depth += {"(": 1, ")": -1}.get(tokens[position].text, 0)
        position += 1
        if depth == 0:
            break
    return position


def _is_name(token: Token) -> bool:
    return token.kind in _NAME_KINDS and token.keyword not in RESERVED_WORDS


def _get_token(tokens: Tokens, position: int) -> Token:
    return tokens[position] if 0 <= position < len(tokens) else _END
