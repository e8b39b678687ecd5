"""A statement to the rows that it reaches: which columns it sets, and the SELECT that finds them beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.sql.names import unquote
from pulse_ci.sql.tokens import TokenKind, tokenize_code

if TYPE_CHECKING:
    from pulse_ci.sql.tokens import Token

_NAME_KINDS = (TokenKind.WORD, TokenKind.QUOTED, TokenKind.STRING)
_KEYWORDS_AFTER_WHERE = ("RETURNING", "ORDER", "LIMIT")


@dataclass(frozen=True, slots=True)
class WhereCondition:
    """What stands behind a WHERE, and the other name that the statement gives its table, if it does."""

    sql: str
    alias: str | None


def find_where_condition(sql: str) -> WhereCondition | None:
    """Return which rows of its one table an UPDATE, DELETE or CREATE INDEX takes; None where it takes all.

    None is returned too where they depend on more than a WHERE: on a FROM, a LIMIT, a WITH.
    """
    code = _select_top_level(sql)
    words = [token.keyword for token in code]
    if words[:1] == ["WITH"] or "WHERE" not in words or "FROM" in words[2:] or "LIMIT" in words:
        return None
    condition_start = words.index("WHERE") + 1
    end = next((at for at in range(condition_start, len(code)) if words[at] in _KEYWORDS_AFTER_WHERE), len(code))
    if end == condition_start:
        return None
    head = words[: words.index("SET") if "SET" in words else condition_start]
    alias = unquote(code[head.index("AS") + 1].text) if "AS" in head[:-1] else None
    return WhereCondition(sql[code[condition_start].start : code[end - 1].end], alias)


def find_set_columns(sql: str) -> frozenset[str]:
    """Return the names, as they are spelled, of the columns that an UPDATE sets."""
    code = [token for token in tokenize_code(sql) if token.kind is not TokenKind.SEMICOLON]
    words = [token.keyword for token in code]
    if "SET" not in words:
        return frozenset()
    names, at_target, depth = set[str](), True, 0
    for token in code[words.index("SET") + 1 :]:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.keyword in ("WHERE", "FROM", "RETURNING", "ORDER", "LIMIT"):
            break
        if at_target and token.kind in _NAME_KINDS:
            names.add(unquote(token.text))
        if token.text in ("=", "=="):
            at_target = False
        elif token.text == "," and depth == 0:
            at_target = True
    return frozenset(names)


def _select_top_level(sql: str) -> list[Token]:
    """Return the code outside parentheses, which themselves stay."""
    depth, found = 0, []
    for token in tokenize_code(sql):
        depth -= token.text == ")"
        if depth == 0 and token.kind is not TokenKind.SEMICOLON:
            found.append(token)
        depth += token.text == "("
    return found
