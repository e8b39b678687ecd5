"""Clauses of a statement: the columns that it fills or sets, the SELECT that it copies, its WHERE."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from pulse_ci.sql.cursor import TokenCursor, UnreadableSqlError, select_top_level
from pulse_ci.sql.names import split_words
from pulse_ci.sql.operations import skip_with
from pulse_ci.sql.tokens import TokenKind, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.sql.tokens import Token

_KEYWORDS_AFTER_SET = ("WHERE", "FROM", "RETURNING", "ORDER", "LIMIT")
_KEYWORDS_AFTER_WHERE = ("RETURNING", "ORDER", "LIMIT")
_AFTER_RESULT = split_words("FROM WHERE GROUP HAVING WINDOW ORDER LIMIT UNION EXCEPT INTERSECT ) ;")


@dataclass(frozen=True, slots=True)
class InsertSelect:
    """What an INSERT … SELECT copies; `columns` is empty where the statement lists none."""

    columns: tuple[str, ...]
    select: str


@dataclass(frozen=True, slots=True)
class WhereCondition:
    """The expression of a WHERE, and the alias that the statement gives its table, if it does."""

    sql: str
    alias: str | None


def find_insert_select(sql: str) -> InsertSelect | None:
    """Return what a statement copies; None where it is no INSERT … SELECT, or begins with WITH."""
    try:
        cursor = TokenCursor.from_sql(sql)
        columns = _read_insert(cursor)
    except UnreadableSqlError:
        return None
    if cursor.next_word not in ("SELECT", "WITH"):
        return None
    start = cursor.position
    while not (cursor.is_done or cursor.is_at("RETURNING") or cursor.is_at("ON", "CONFLICT")):
        cursor.skip_item()
    select = cursor.get_tokens_since(start)
    return InsertSelect(columns, sql[select[0].start : select[-1].end])


def find_insert_columns(sql: str) -> tuple[str, ...]:
    """Return the columns that an INSERT lists; empty where it lists none, or is something else."""
    with suppress(UnreadableSqlError):
        return _read_insert(TokenCursor.from_sql(sql))
    return ()


def inserts_select_star(sql: str) -> bool:
    """Return whether a statement is an INSERT without a list of columns that takes `SELECT *`."""
    cursor = TokenCursor.from_sql(sql)
    try:
        skip_with(cursor)
        columns = _read_insert(cursor)
        skip_with(cursor)
        cursor.expect("SELECT")
    except UnreadableSqlError:
        return False
    return not columns and any(cursor.tokens[end - 1].text == "*" for _, end in read_result_columns(cursor))


def add_or_ignore(sql: str) -> str | None:
    """Return a plain INSERT with OR IGNORE, which skips rows that break a constraint; None for anything else."""
    code = list(islice(tokenize_code(sql), 2))
    if [token.keyword for token in code] != ["INSERT", "INTO"]:
        return None
    return f"{sql[: code[0].end]} OR IGNORE{sql[code[0].end :]}"


def replaces_rows(sql: str) -> bool:
    """Return whether an INSERT deletes rows that have the same key: REPLACE, or INSERT OR REPLACE."""
    words = [token.keyword for token in islice(tokenize_code(sql), 3)]
    return words[:1] == ["REPLACE"] or words == ["INSERT", "OR", "REPLACE"]


def find_where_condition(sql: str) -> WhereCondition | None:
    """Return which rows of its one table an UPDATE, DELETE or CREATE INDEX takes; None where it takes all.

    None is returned too where they depend on more than a WHERE: on a FROM, a LIMIT, a WITH.
    """
    code = [token for token in select_top_level(tokenize_code(sql)) if token.kind is not TokenKind.SEMICOLON]
    words = [token.keyword for token in code]
    if words[:1] == ["WITH"] or "WHERE" not in words or "FROM" in words[2:] or "LIMIT" in words:
        return None
    start = words.index("WHERE") + 1
    end = next((at for at in range(start, len(code)) if words[at] in _KEYWORDS_AFTER_WHERE), len(code))
    if end == start:
        return None
    head = words[: words.index("SET") if "SET" in words else start]
    alias = code[head.index("AS") + 1].name if "AS" in head[:-1] else None
    return WhereCondition(sql[code[start].start : code[end - 1].end], alias)


def find_set_columns(sql: str) -> frozenset[str]:
    """Return the names, as they are spelled, of the columns that an UPDATE sets."""
    return frozenset(name for columns, _ in find_assignments(sql) for name in columns)


def find_assignments(sql: str) -> Iterator[tuple[tuple[str, ...], tuple[Token, ...]]]:
    """Yield the columns and the expression of each assignment of an UPDATE."""
    cursor = TokenCursor.from_sql(sql)
    cursor.read_before("SET")
    with suppress(UnreadableSqlError):
        while cursor.accept_one_of("SET", ","):
            columns = cursor.read_name_list() or (cursor.read_name(),)
            if cursor.accept_one_of("=", "=="):
                yield columns, cursor.read_before(",", *_KEYWORDS_AFTER_SET)


def read_result_columns(cursor: TokenCursor) -> Iterator[tuple[int, int]]:
    """Yield where each column of a SELECT begins and where it ends, given a cursor after the word SELECT."""
    cursor.accept_one_of("DISTINCT", "ALL")
    while True:
        start = cursor.position
        cursor.read_before(",", *_AFTER_RESULT)
        if start < cursor.position:
            yield start, cursor.position
        if not cursor.accept(","):
            return


def _read_insert(cursor: TokenCursor) -> tuple[str, ...]:
    """Move past INSERT INTO and its table, and return the columns that are listed."""
    if not cursor.accept_one_of("INSERT", "REPLACE"):
        raise UnreadableSqlError
    if cursor.accept("OR"):
        cursor.take()
    cursor.expect("INTO")
    cursor.read_qualified_name()
    if cursor.accept("AS"):
        cursor.read_name()
    return cursor.read_name_list()
