"""Classifies each token as a keyword, a name, a literal or a symbol, and spells it in one way.

A word or a quoted text can be several of these; its neighbours decide, as they do in SQLite's grammar. A text
in double quotes is a name where such a name exists, and a string elsewhere: the scope decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from pulse_ci.sql.names import (
    CLOCK_WORDS,
    JOIN_WORDS,
    LIKE_WORDS,
    MOSTLY_KEYWORDS,
    RESERVED_WORDS,
    TRUTH_WORDS,
    fold,
    format_name,
    quote_if_needed,
    quote_string,
    split_words,
)
from pulse_ci.sql.tokens import Token, TokenKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Tokens = tuple[Token, ...]
ROWID_NAMES = frozenset({"rowid", "oid", "_rowid_"})


class TokenRole(Enum):
    """What a token is to its neighbours."""

    KEYWORD = auto()
    NAME = auto()
    LITERAL = auto()
    SYMBOL = auto()


@dataclass(frozen=True, slots=True)
class ClassifiedToken:
    """One token in normalized spelling; `name` is the folded name where it can be a column's.

    After a token that `ends_operand` comes an operator or an alias.
    """

    text: str
    role: TokenRole
    ends_operand: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class NameScope:
    """The folded names that a text in double quotes can mean, and the qualifiers that change nothing."""

    names: frozenset[str] = frozenset()
    qualifiers: frozenset[str] = frozenset()


_NORMALIZED_OPERATORS = {"==": "=", "!=": "<>"}
_EXPANDED_KEYWORDS = {"ISNULL": ("IS", "NULL"), "NOTNULL": ("IS", "NOT", "NULL")}
_BEFORE_NAME = split_words("AS FROM JOIN INTO UPDATE SET WITH RECURSIVE")
_OPERAND_KEYWORDS = split_words("NULL TRUE FALSE ISNULL NOTNULL CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP")
_FRAME_EDGE = split_words("BETWEEN AND ROWS RANGE GROUPS EXCLUDE")
# Words after which a word of MOSTLY_KEYWORDS is a keyword, though no value precedes it.
_KEYWORD_AFTER = {
    "BY": split_words("GROUP ORDER PARTITION"),
    "CONFLICT": split_words("ON"),
    "CURRENT": _FRAME_EDGE,
    "FIRST": split_words("NULLS"),
    "FOLLOWING": split_words("UNBOUNDED"),
    "GROUPS": split_words("("),
    "LAST": split_words("NULLS"),
    "MATERIALIZED": split_words("AS NOT"),
    "PARTITION": split_words("("),
    "PRECEDING": split_words("UNBOUNDED"),
    "RANGE": split_words("("),
    "RECURSIVE": split_words("WITH"),
    "ROW": split_words("CURRENT"),
    "ROWS": split_words("("),
    "TIES": split_words("EXCLUDE"),
    "UNBOUNDED": _FRAME_EDGE,
    **dict.fromkeys(split_words("ABORT FAIL IGNORE ROLLBACK"), split_words("( OR")),
}
_START = Token(TokenKind.SEMICOLON, ";", 0)


def classify_tokens(tokens: Sequence[Token], scope: NameScope) -> list[ClassifiedToken]:
    """Return code tokens (no space, no comments), classified."""
    unqualified = list(_remove_qualifiers(tokens, scope.qualifiers))
    return [piece for _, classified in _classify_each(unqualified, scope) for piece in classified]


def find_certain_names(tokens: Sequence[Token]) -> frozenset[str]:
    """Return the folded names among tokens that need no scope."""
    return frozenset(
        fold(token.name) for token, judged in _classify_each(tokens, NameScope()) if judged[-1].role is TokenRole.NAME
    )


def find_ambiguous_names(tokens: Sequence[Token]) -> frozenset[str]:
    """Return the folded texts that are names only in some scopes: some in double quotes, some keywords."""
    return frozenset(
        fold(token.name)
        for token, classified in _classify_each(tokens, NameScope())
        if classified[-1].role is not TokenRole.NAME and (token.text[0] == '"' or token.keyword in MOSTLY_KEYWORDS)
    )


def find_redundant_qualifiers(tokens: Sequence[Token]) -> frozenset[str]:
    """Return `main` if `main.` changes nothing: no other thing has the name, and no WITH hides a table."""
    used_as_name = any(
        fold(token.name) == "main" and _get_token(tokens, position + 1).text != "."
        for position, token in enumerate(tokens)
        if token.is_name
    )
    has_with = any(token.keyword == "WITH" for token in tokens)
    return frozenset() if used_as_name or has_with else frozenset({"main"})


def _classify_each(tokens: Sequence[Token], scope: NameScope) -> Iterator[tuple[Token, tuple[ClassifiedToken, ...]]]:
    previous: ClassifiedToken | None = None
    for position, token in enumerate(tokens):
        around = (_get_token(tokens, position - 1), _get_token(tokens, position + 1), _get_token(tokens, position + 2))
        classified = _classify_token(token, around, previous, scope)
        yield token, classified
        previous = classified[-1]


def _get_token(tokens: Sequence[Token], position: int) -> Token:
    return tokens[position] if 0 <= position < len(tokens) else _START


def _remove_qualifiers(tokens: Sequence[Token], qualifiers: frozenset[str]) -> Iterator[Token]:
    position = 0
    while position < len(tokens):
        token = tokens[position]
        qualifies = token.is_name and _get_token(tokens, position + 1).text == "."
        if qualifies and fold(token.name) in qualifiers:
            position += 2
        else:
            yield token
            position += 1


def _classify_token(
    token: Token, around: tuple[Token, Token, Token], previous: ClassifiedToken | None, scope: NameScope
) -> tuple[ClassifiedToken, ...]:
    if token.is_name and previous is not None and previous.text == "COLLATE":
        return (ClassifiedToken(quote_if_needed(token.name.upper()), TokenRole.NAME, ends_operand=True),)
    match token.kind:
        case TokenKind.WORD:
            return _classify_word(token, around, previous, scope)
        case TokenKind.QUOTED:
            return (_classify_quoted(token, around, previous, scope),)
        case TokenKind.STRING:
            is_name = _is_in_name_position(around, previous)
            return (_make_name(token) if is_name else _make_literal(token.text),)
        case TokenKind.NUMBER:
            return (_make_literal(token.text.lower()),)
        case TokenKind.BLOB:
            return (_make_literal(token.text.upper()),)
        case TokenKind.VARIABLE:
            return (_make_literal(token.text),)
        case _:
            return (
                ClassifiedToken(_NORMALIZED_OPERATORS.get(token.text, token.text), TokenRole.SYMBOL, token.text == ")"),
            )


def _classify_word(
    token: Token, around: tuple[Token, Token, Token], previous: ClassifiedToken | None, scope: NameScope
) -> tuple[ClassifiedToken, ...]:
    before, after, later = around
    word = token.keyword
    if before.text == ".":
        return (_make_name(token),)
    if word in MOSTLY_KEYWORDS:
        return (_classify_keyword_or_name(token, previous, scope),)
    if not _is_keyword(word, after, later, previous):
        return (_make_name(token),)
    return tuple(
        ClassifiedToken(each, TokenRole.KEYWORD, each in _OPERAND_KEYWORDS)
        for each in _EXPANDED_KEYWORDS.get(word, (word,))
    )


def _classify_keyword_or_name(token: Token, previous: ClassifiedToken | None, scope: NameScope) -> ClassifiedToken:
    word = token.keyword
    after_value = previous is not None and previous.ends_operand
    expected = previous is not None and previous.text in _KEYWORD_AFTER.get(word, ())
    if after_value or (expected and fold(word) not in scope.names):
        return ClassifiedToken(word, TokenRole.KEYWORD, word == "END")
    return _make_name(token)


def _is_keyword(word: str, after: Token, later: Token, previous: ClassifiedToken | None) -> bool:
    if word in RESERVED_WORDS or word in CLOCK_WORDS or word in TRUTH_WORDS:
        return True
    if word in JOIN_WORDS:
        return after.keyword in JOIN_WORDS or after.keyword == "JOIN"
    before = previous.text if previous else ""
    if word in LIKE_WORDS:
        return before == "NOT" or (previous is not None and previous.ends_operand)
    tests = {
        "CAST": after.text == "(",
        "RAISE": after.text == "(",
        "OVER": before == ")" and after.kind is not TokenKind.SEMICOLON,
        "FILTER": before == ")" and after.text == "(",
        "WINDOW": later.keyword == "AS",
        "REPLACE": after.keyword == "INTO",
        "INDEXED": after.keyword == "BY" or before == "NOT",
        "WITH": after.text != "(" and before in ("", "(", ";", "AS"),
    }
    return tests.get(word, False)


def _classify_quoted(
    token: Token, around: tuple[Token, Token, Token], previous: ClassifiedToken | None, scope: NameScope
) -> ClassifiedToken:
    name = token.name
    if token.text[0] != '"' or fold(name) in scope.names or _is_in_name_position(around, previous):
        return _make_name(token)
    return _make_name(token) if around[1].text == "(" else _make_literal(quote_string(name))


def _is_in_name_position(around: tuple[Token, Token, Token], previous: ClassifiedToken | None) -> bool:
    if previous is None:
        return False
    before, after, _ = around
    if "." in (before.text, after.text) or previous.text in _BEFORE_NAME:
        return True
    # What follows a value directly can only be its alias.
    return previous.ends_operand


def _make_name(token: Token) -> ClassifiedToken:
    name = token.name
    return ClassifiedToken(format_name(name), TokenRole.NAME, ends_operand=True, name=fold(name))


def _make_literal(text: str) -> ClassifiedToken:
    return ClassifiedToken(text, TokenRole.LITERAL, ends_operand=True)
