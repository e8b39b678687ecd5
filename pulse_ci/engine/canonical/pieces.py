"""Tokens to pieces: each token judged to be a keyword, a name, a literal or a symbol, and spelled in one way.

A word or a quoted text can be several of these; its neighbours decide, as they do in SQLite's grammar. A text
in double quotes is a name where such a name exists and a string where not: the scope tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from pulse_ci.engine.canonical.words import (
    CLOCK_WORDS,
    JOIN_WORDS,
    LIKE_WORDS,
    MOSTLY_KEYWORDS,
    RESERVED,
    TRUTH_WORDS,
    quote_string,
    spell_name,
    words,
)
from pulse_ci.engine.schema import fold
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
    """One token in canonical spelling; `name` is the folded name where it is one that could be a column's."""

    text: str
    role: Role
    name: str = ""

    @property
    def ends_operand(self) -> bool:
        """Whether a value can end here, so that an operator or an alias comes next."""
        match self.role:
            case Role.NAME:
                return self.text not in MOSTLY_KEYWORDS
            case Role.LITERAL:
                return True
            case Role.SYMBOL:
                return self.text == ")"
            case Role.KEYWORD:
                return self.text in ("END", "NULL")


@dataclass(frozen=True, slots=True)
class Scope:
    """The folded names that a text in double quotes can mean; the tables whose `table.` says nothing."""

    names: frozenset[str] = frozenset()
    qualifiers: frozenset[str] = frozenset()


_SPELLED = {"==": "=", "!=": "<>"}
_EXPANDED = {"ISNULL": ("IS", "NULL"), "NOTNULL": ("IS", "NOT", "NULL")}
_BEFORE_NAME = words("AS FROM JOIN INTO UPDATE SET COLLATE WITH RECURSIVE")
_START = Token(TokenKind.SEMICOLON, ";", 0)
_NAMING = (TokenKind.WORD, TokenKind.QUOTED, TokenKind.STRING)


def pieces(tokens: Sequence[Token], scope: Scope) -> list[Piece]:
    """Return the pieces of code tokens (no space, no comments)."""
    return [
        piece
        for _, judged in _judged(list(_unqualified(tokens, scope.qualifiers)), scope)
        for piece in judged
    ]


def sure_names(tokens: Sequence[Token]) -> frozenset[str]:
    """Return the folded names among tokens that no scope is needed to see."""
    return frozenset(
        fold(unquote(token.text))
        for token, judged in _judged(tokens, Scope())
        if judged[-1].role is Role.NAME
    )


def doubtful_names(tokens: Sequence[Token]) -> frozenset[str]:
    """Return the folded texts in double quotes that only a scope can tell to be names."""
    return frozenset(
        fold(unquote(token.text))
        for token, judged in _judged(tokens, Scope())
        if token.text[0] == '"' and judged[-1].role is Role.LITERAL
    )


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


def _judge(
    token: Token, around: tuple[Token, Token, Token], previous: Piece | None, scope: Scope
) -> tuple[Piece, ...]:
    match token.kind:
        case TokenKind.WORD:
            return _word(token, around, previous)
        case TokenKind.QUOTED:
            return (_quoted(token, around, previous, scope),)
        case TokenKind.STRING:
            surely = _is_named(around, previous)
            return (_name(token) if surely else Piece(token.text, Role.LITERAL),)
        case TokenKind.NUMBER:
            return (Piece(token.text.lower(), Role.LITERAL),)
        case TokenKind.BLOB:
            return (Piece(token.text.upper(), Role.LITERAL),)
        case TokenKind.VARIABLE:
            return (Piece(token.text, Role.LITERAL),)
        case _:
            return (Piece(_SPELLED.get(token.text, token.text), Role.SYMBOL),)


def _word(token: Token, around: tuple[Token, Token, Token], previous: Piece | None) -> tuple[Piece, ...]:
    before, after, later = around
    word = token.keyword
    if before.text == "." or not _is_keyword(word, after, later, previous):
        return (_name(token),)
    return tuple(Piece(each, Role.KEYWORD) for each in _EXPANDED.get(word, (word,)))


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
        case "INDEXED":
            return after.keyword == "BY" or (previous is not None and previous.text == "NOT")
        case "WITH":
            return previous is None or previous.text in ("(", ";", "AS")
        case _:
            return False


def _quoted(token: Token, around: tuple[Token, Token, Token], previous: Piece | None, scope: Scope) -> Piece:
    name = unquote(token.text)
    if token.text[0] != '"' or fold(name) in scope.names or _is_named(around, previous):
        return _name(token)
    return _name(token) if around[1].text == "(" else Piece(quote_string(name), Role.LITERAL)


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
    return Piece(spell_name(name), Role.NAME, fold(name))
