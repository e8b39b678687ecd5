"""Tokens to pieces: each token judged to be a keyword, a name, a literal or a symbol, and spelled in one way.

A word or a quoted text can be several of these; its neighbours decide, as they do in SQLite's grammar. A text
in double quotes is a name where such a name exists and a string where not: the scope tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.keywords import (
    CLOCK_WORDS,
    JOIN_WORDS,
    LIKE_WORDS,
    MOSTLY_KEYWORDS,
    RESERVED,
    TRUTH_WORDS,
    quote_name,
    quote_string,
    spell_name,
    words,
)
from pulse_ci.schema.schema import fold
from pulse_ci.sql.tokens import Token, TokenKind, unquote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Tokens = tuple[Token, ...]
ROWID_NAMES = frozenset({"rowid", "oid", "_rowid_"})


class Role(Enum):
    """What a piece is to its neighbours."""

    KEYWORD = auto()
    NAME = auto()
    LITERAL = auto()
    SYMBOL = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """One token in canonical spelling; `name` is the folded name where it can be a column's.

    Where a value can end with it, `ends_operand`, what comes next is an operator or an alias.
    """

    text: str
    role: Role
    ends_operand: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """The folded names that a text in double quotes can mean; the tables whose `table.` says nothing."""

    names: frozenset[str] = frozenset()
    qualifiers: frozenset[str] = frozenset()


_SPELLED = {"==": "=", "!=": "<>"}
_EXPANDED = {"ISNULL": ("IS", "NULL"), "NOTNULL": ("IS", "NOT", "NULL")}
_BEFORE_NAME = words("AS FROM JOIN INTO UPDATE SET WITH RECURSIVE")
_VALUES = words("NULL TRUE FALSE ISNULL NOTNULL CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP")
_FRAME_EDGE = words("BETWEEN AND ROWS RANGE GROUPS EXCLUDE")
# Where a keyword that is mostly one comes after something else than a value.
_KEYWORD_AFTER = {
    "BY": words("GROUP ORDER PARTITION"),
    "CONFLICT": words("ON"),
    "CURRENT": _FRAME_EDGE,
    "FIRST": words("NULLS"),
    "FOLLOWING": words("UNBOUNDED"),
    "GROUPS": words("("),
    "LAST": words("NULLS"),
    "MATERIALIZED": words("AS NOT"),
    "PARTITION": words("("),
    "PRECEDING": words("UNBOUNDED"),
    "RANGE": words("("),
    "RECURSIVE": words("WITH"),
    "ROW": words("CURRENT"),
    "ROWS": words("("),
    "TIES": words("EXCLUDE"),
    "UNBOUNDED": _FRAME_EDGE,
    **dict.fromkeys(words("ABORT FAIL IGNORE ROLLBACK"), words("( OR")),
}
_START = Token(TokenKind.SEMICOLON, ";", 0)
_NAMING = (TokenKind.WORD, TokenKind.QUOTED, TokenKind.STRING)


def pieces(tokens: Sequence[Token], scope: Scope) -> list[Piece]:
    """Return the pieces of code tokens (no space, no comments)."""
    return [piece for _, judged in _judged(list(_unqualified(tokens, scope.qualifiers)), scope) for piece in judged]


def sure_names(tokens: Sequence[Token]) -> frozenset[str]:
    """Return the folded names among tokens that no scope is needed to see."""
    return frozenset(
        fold(unquote(token.text)) for token, judged in _judged(tokens, Scope()) if judged[-1].role is Role.NAME
    )


def doubtful_names(tokens: Sequence[Token]) -> frozenset[str]:
    """Return the folded texts that only a scope can tell to be names: some in double quotes, some keywords."""
    return frozenset(
        fold(unquote(token.text))
        for token, judged in _judged(tokens, Scope())
        if judged[-1].role is not Role.NAME and (token.text[0] == '"' or token.keyword in MOSTLY_KEYWORDS)
    )


def idle_qualifiers(tokens: Sequence[Token]) -> frozenset[str]:
    """Return `main` if `main.` says nothing: all tables are there, but another thing can have the name or hide one."""
    alone = any(
        fold(unquote(token.text)) == "main" and _at(tokens, position + 1).text != "."
        for position, token in enumerate(tokens)
        if token.kind in _NAMING
    )
    hidden = any(token.keyword == "WITH" for token in tokens)
    return frozenset() if alone or hidden else frozenset({"main"})


def _judged(tokens: Sequence[Token], scope: Scope) -> Iterator[tuple[Token, tuple[Piece, ...]]]:
    previous: Piece | None = None
    for position, token in enumerate(tokens):
        around = (_at(tokens, position - 1), _at(tokens, position + 1), _at(tokens, position + 2))
        judged = _judge(token, around, previous, scope)
        yield token, judged
        previous = judged[-1]


def _at(tokens: Sequence[Token], position: int) -> Token:
    return tokens[position] if 0 <= position < len(tokens) else _START


def _unqualified(tokens: Sequence[Token], qualifiers: frozenset[str]) -> Iterator[Token]:
    position = 0
    while position < len(tokens):
        token = tokens[position]
        qualifies = token.kind in _NAMING and _at(tokens, position + 1).text == "."
        if qualifies and fold(unquote(token.text)) in qualifiers:
            position += 2
        else:
            yield token
            position += 1


def _judge(token: Token, around: tuple[Token, Token, Token], previous: Piece | None, scope: Scope) -> tuple[Piece, ...]:
    if token.kind in _NAMING and previous is not None and previous.text == "COLLATE":
        return (Piece(quote_name(unquote(token.text).upper()), Role.NAME, ends_operand=True),)
    match token.kind:
        case TokenKind.WORD:
            return _word(token, around, previous, scope)
        case TokenKind.QUOTED:
            return (_quoted(token, around, previous, scope),)
        case TokenKind.STRING:
            surely = _is_named(around, previous)
            return (_name(token) if surely else _literal(token.text),)
        case TokenKind.NUMBER:
            return (_literal(token.text.lower()),)
        case TokenKind.BLOB:
            return (_literal(token.text.upper()),)
        case TokenKind.VARIABLE:
            return (_literal(token.text),)
        case _:
            return (Piece(_SPELLED.get(token.text, token.text), Role.SYMBOL, token.text == ")"),)


def _word(token: Token, around: tuple[Token, Token, Token], previous: Piece | None, scope: Scope) -> tuple[Piece, ...]:
    before, after, later = around
    word = token.keyword
    if before.text == ".":
        return (_name(token),)
    if word in MOSTLY_KEYWORDS:
        return (_keyword_or_name(token, previous, scope),)
    if not _is_keyword(word, after, later, previous):
        return (_name(token),)
    return tuple(Piece(each, Role.KEYWORD, each in _VALUES) for each in _EXPANDED.get(word, (word,)))


def _keyword_or_name(token: Token, previous: Piece | None, scope: Scope) -> Piece:
    word = token.keyword
    after_value = previous is not None and previous.ends_operand
    expected = previous is not None and previous.text in _KEYWORD_AFTER.get(word, ())
    if after_value or (expected and fold(word) not in scope.names):
        return Piece(word, Role.KEYWORD, word == "END")
    return _name(token)


def _is_keyword(word: str, after: Token, later: Token, previous: Piece | None) -> bool:
    if word in RESERVED or word in CLOCK_WORDS or word in TRUTH_WORDS:
        return True
    if word in JOIN_WORDS:
        return after.keyword in JOIN_WORDS or after.keyword == "JOIN"
    if word in LIKE_WORDS:
        return previous is not None and (previous.ends_operand or previous.text == "NOT")
    match word:
        case "CAST" | "RAISE":
            return after.text == "("
        case "OVER":
            return previous is not None and previous.text == ")" and after.kind is not TokenKind.SEMICOLON
        case "FILTER":
            return previous is not None and previous.text == ")" and after.text == "("
        case "WINDOW":
            return later.keyword == "AS"
        case "REPLACE":
            return after.keyword == "INTO"
        case "INDEXED":
            return after.keyword == "BY" or (previous is not None and previous.text == "NOT")
        case "WITH":
            return after.text != "(" and (previous is None or previous.text in ("(", ";", "AS"))
        case _:
            return False


def _quoted(token: Token, around: tuple[Token, Token, Token], previous: Piece | None, scope: Scope) -> Piece:
    name = unquote(token.text)
    if token.text[0] != '"' or fold(name) in scope.names or _is_named(around, previous):
        return _name(token)
    return _name(token) if around[1].text == "(" else _literal(quote_string(name))


def _is_named(around: tuple[Token, Token, Token], previous: Piece | None) -> bool:
    if previous is None:
        return False
    before, after, _ = around
    if "." in (before.text, after.text) or previous.text in _BEFORE_NAME:
        return True
    # What follows a value directly can only be its alias.
    return previous.ends_operand


def _name(token: Token) -> Piece:
    name = unquote(token.text)
    return Piece(spell_name(name), Role.NAME, ends_operand=True, name=fold(name))


def _literal(text: str) -> Piece:
    return Piece(text, Role.LITERAL, ends_operand=True)
