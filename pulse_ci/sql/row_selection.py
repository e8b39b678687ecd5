"""A statement to the rows that it reaches: which columns it sets, and the SELECT that finds them beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.sql.tokens import TokenKind, tokenize_code, unquote

if TYPE_CHECKING:
    from pulse_ci.sql.tokens import Token

_NAMES = (TokenKind.WORD, TokenKind.QUOTED, TokenKind.STRING)
_BEHIND_WHERE = ("RETURNING", "ORDER", "LIMIT")


@dataclass(frozen=True, slots=True)
class Condition:
    """What stands behind a WHERE, and the other name that the statement gives its table, if it does."""

    sql: str
    alias: str | None


def find_condition(sql: str) -> Condition | None:
    """Return which rows of its one table an UPDATE, DELETE or CREATE INDEX takes; None where it takes all.

    None is returned too where they depend on more than a WHERE: on a FROM, a LIMIT, a WITH.
    """
    code = _outside(sql)
    words = [token.keyword for token in code]
    if words[:1] == ["WITH"] or "WHERE" not in words or "FROM" in words[2:] or "LIMIT" in words:
        return None
    behind = words.index("WHERE") + 1
    end = next((at for at in range(behind, len(code)) if words[at] in _BEHIND_WHERE), len(code))
    if end == behind:
        return None
    head = words[: words.index("SET") if "SET" in words else behind]
    alias = unquote(code[head.index("AS") + 1].text) if "AS" in head[:-1] else None
    return Condition(sql[code[behind].start : code[end - 1].end], alias)


def columns_set(sql: str) -> frozenset[str]:
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
        if at_target and token.kind in _NAMES:
            names.add(unquote(token.text))
        if token.text in ("=", "=="):
            at_target = False
        elif token.text == "," and depth == 0:
            at_target = True
    return frozenset(names)


def _outside(sql: str) -> list[Token]:
    """Return the code outside parentheses, which themselves stay."""
    depth, found = 0, []
    for token in tokenize_code(sql):
        depth -= token.text == ")"
        if depth == 0 and token.kind is not TokenKind.SEMICOLON:
            found.append(token)
        depth += token.text == "("
    return found
