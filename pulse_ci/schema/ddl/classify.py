"""Classifies each token as a keyword, a name, a literal or a symbol, and spells it in one way.

A word or a quoted text can be several of these; its neighbours decide, as they do in SQLite's grammar. A text
in double quotes is a name where such a name exists, and a string elsewhere: the scope decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

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
_NOTHING = ClassifiedToken("", TokenRole.SYMBOL)


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
    for token, after in zip(tokens, (*tokens[1:], _START), strict=True):
        if token.keyword == "WITH" or (token.is_name and fold(token.name) == "main" and after.text != "."):
            return frozenset()
    return frozenset({"main"})


class _Place(NamedTuple):
    """A token between its neighbours; `previous` is the token before it, classified."""

    token: Token
    before: Token
    after: Token
    later: Token
    previous: ClassifiedToken
    scope: NameScope

    @property
    def is_for_name(self) -> bool:
        """Whether only a name can be here; what directly follows a value can only be its alias."""
        if self.previous is _NOTHING:
            return False
        is_qualified = "." in (self.before.text, self.after.text)
        return is_qualified or self.previous.text in _BEFORE_NAME or self.previous.ends_operand


def _classify_each(tokens: Sequence[Token], scope: NameScope) -> Iterator[tuple[Token, tuple[ClassifiedToken, ...]]]:
    previous = _NOTHING
    padded = (_START, *tokens, _START, _START)
    for before, token, after, later in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        classified = _classify_token(_Place(token, before, after, later, previous, scope))
        yield token, classified
        previous = classified[-1]


def _remove_qualifiers(tokens: Sequence[Token], qualifiers: frozenset[str]) -> Iterator[Token]:
    is_after_qualifier = False
    for token, after in zip(tokens, (*tokens[1:], _START), strict=True):
        is_qualifier = token.is_name and after.text == "." and fold(token.name) in qualifiers
        if not (is_qualifier or is_after_qualifier):
            yield token
        is_after_qualifier = is_qualifier


def _classify_token(place: _Place) -> tuple[ClassifiedToken, ...]:
    token = place.token
    if token.is_name and place.previous.text == "COLLATE":
        return (ClassifiedToken(quote_if_needed(token.name.upper()), TokenRole.NAME, ends_operand=True),)
    match token.kind:
        case TokenKind.WORD:
            return _classify_word(place)
        case TokenKind.QUOTED:
            return (_classify_quoted(place),)
        case TokenKind.STRING:
            return (_make_name(token) if place.is_for_name else _make_literal(token.text),)
        case TokenKind.NUMBER:
            return (_make_literal(token.text.lower()),)
        case TokenKind.BLOB:
            return (_make_literal(token.text.upper()),)
        case TokenKind.VARIABLE:
            return (_make_literal(token.text),)
        case _:
            text = _NORMALIZED_OPERATORS.get(token.text, token.text)
            return (ClassifiedToken(text, TokenRole.SYMBOL, text == ")"),)


def _classify_word(place: _Place) -> tuple[ClassifiedToken, ...]:
    word = place.token.keyword
    if place.before.text == ".":
        return (_make_name(place.token),)
    if word in MOSTLY_KEYWORDS:
        return (_classify_keyword_or_name(place),)
    if not _is_keyword(place):
        return (_make_name(place.token),)
    words = _EXPANDED_KEYWORDS.get(word, (word,))
    return tuple(ClassifiedToken(each, TokenRole.KEYWORD, each in _OPERAND_KEYWORDS) for each in words)


def _classify_keyword_or_name(place: _Place) -> ClassifiedToken:
    word = place.token.keyword
    is_expected = place.previous.text in _KEYWORD_AFTER.get(word, ())
    if place.previous.ends_operand or (is_expected and fold(word) not in place.scope.names):
        return ClassifiedToken(word, TokenRole.KEYWORD, word == "END")
    return _make_name(place.token)


def _is_keyword(place: _Place) -> bool:
    word, after, before = place.token.keyword, place.after, place.previous.text
    if word in RESERVED_WORDS or word in CLOCK_WORDS or word in TRUTH_WORDS:
        return True
    if word in JOIN_WORDS:
        return after.keyword in JOIN_WORDS or after.keyword == "JOIN"
    if word in LIKE_WORDS:
        return before == "NOT" or place.previous.ends_operand
    tests = {
        "CAST": after.text == "(",
        "RAISE": after.text == "(",
        "OVER": before == ")" and after.kind is not TokenKind.SEMICOLON,
        "FILTER": before == ")" and after.text == "(",
        "WINDOW": place.later.keyword == "AS",
        "REPLACE": after.keyword == "INTO",
        "INDEXED": after.keyword == "BY" or before == "NOT",
        "WITH": after.text != "(" and before in ("", "(", ";", "AS"),
    }
    return tests.get(word, False)


def _classify_quoted(place: _Place) -> ClassifiedToken:
    token, name = place.token, place.token.name
    if token.text[0] != '"' or fold(name) in place.scope.names or place.is_for_name or place.after.text == "(":
        return _make_name(token)
    return _make_literal(quote_string(name))


def _make_name(token: Token) -> ClassifiedToken:
    return ClassifiedToken(format_name(token.name), TokenRole.NAME, ends_operand=True, name=fold(token.name))


def _make_literal(text: str) -> ClassifiedToken:
    return ClassifiedToken(text, TokenRole.LITERAL, ends_operand=True)
