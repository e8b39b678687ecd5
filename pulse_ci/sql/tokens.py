"""Tokens of an SQL text, by the rules of SQLite's own tokenizer (src/tokenize.c)."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from pulse_ci.sql.names import fold, unquote

if TYPE_CHECKING:
    from collections.abc import Iterator


class TokenKind(Enum):
    """What a token is; a keyword is a WORD, since SQLite lets most keywords be names."""

    SPACE = auto()
    COMMENT = auto()
    STRING = auto()  # '…'
    QUOTED = auto()  # "…", `…` or […]: a name, or a string where no such name exists
    WORD = auto()
    NUMBER = auto()
    BLOB = auto()
    VARIABLE = auto()
    OPERATOR = auto()
    SEMICOLON = auto()
    UNTERMINATED_COMMENT = auto()  # a /* that is never closed: SQLite takes it to the end of the text
    UNTERMINATED_QUOTE = auto()  # a quote that is never closed


class Token(NamedTuple):
    """A piece of SQL text; `start` counts characters from 0."""

    kind: TokenKind
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset just past the token."""
        return self.start + len(self.text)

    @property
    def is_code(self) -> bool:
        """Whether SQLite's parser sees the token at all."""
        return self.kind not in _NOT_CODE

    @property
    def is_name(self) -> bool:
        """Whether the token can be a name, as SQLite reads it."""
        return self.kind in _NAME_KINDS

    @property
    def is_identifier(self) -> bool:
        """Whether the token can be a column in an expression, where a string is a value."""
        return self.kind in (TokenKind.WORD, TokenKind.QUOTED)

    @property
    def name(self) -> str:
        """The name that the token spells, without its quotes."""
        return unquote(self.text)

    @property
    def keyword(self) -> str:
        """The word in capitals, or the empty string where the token is not a bare word."""
        return self.text.upper() if self.kind is TokenKind.WORD else ""


def repeat_any(*alternatives: str) -> str:
    """Return the pattern of any number of alternatives, none of which is given up once it has matched.

    Python before 3.11.5 continues where the last attempt of a possessive repetition failed, and not where that attempt
    began (https://github.com/python/cpython/issues/106052). A last alternative that never matches takes it back there.
    """
    return f"{_group(alternatives)}*+"


def repeat_at_least_once(*alternatives: str) -> str:
    """Do as repeat_any() for one or more of them."""
    return f"{_group(alternatives)}++"


def _group(alternatives: tuple[str, ...]) -> str:
    return f"(?:{'|'.join((*alternatives, '(?!)'))})"


# SQLite takes every byte from 0x80 as a letter, but for the byte order mark, which is space. Spelled without a
# class over all of Unicode, which takes Python longer to compile than a small project's SQL takes to read.
_NON_ASCII = r"(?!\ufeff)[^\x00-\x7f]"
_LETTER = rf"(?:[A-Za-z_]|{_NON_ASCII})"
_ID_CHAR = rf"(?:[A-Za-z0-9_$]|{_NON_ASCII})"
_ID_CHARS = r"[A-Za-z0-9_$]*+" + repeat_any(_NON_ASCII + r"[A-Za-z0-9_$]*+")


def build_quoted_pattern(quote: str) -> str:
    """Return the pattern of a text in such quotes; a doubled one inside stands for itself."""
    return quote + repeat_any(f"[^{quote}]", quote * 2) + quote


# The commonest first: each match tries them in this order.
_PATTERNS: tuple[tuple[TokenKind, str], ...] = (
    (TokenKind.SPACE, r"(?:[ \t\n\f\r][ \t\n\v\f\r]*+|\ufeff)+"),
    (TokenKind.BLOB, r"[xX]'[^']*'"),
    (TokenKind.WORD, f"{_LETTER}{_ID_CHARS}"),
    (TokenKind.COMMENT, r"--[^\n]*|/\*[\s\S]*?\*/"),
    (TokenKind.UNTERMINATED_COMMENT, r"/\*[\s\S]*"),
    (TokenKind.STRING, build_quoted_pattern("'")),
    (TokenKind.QUOTED, "|".join((build_quoted_pattern('"'), build_quoted_pattern("`"), r"\[[^\]]*\]"))),
    (TokenKind.UNTERMINATED_QUOTE, r"['\"`\[][\s\S]*"),
    (
        TokenKind.NUMBER,
        rf"(?:0[xX][0-9a-fA-F_]+|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)?){_ID_CHARS}",
    ),
    # The part in parentheses is bounded: without its end, each variable would read on to the end of the text.
    (TokenKind.VARIABLE, rf"\?[0-9]*|[$@:#]{_ID_CHAR}+(?:::{_ID_CHAR}+)*(?:\([^)\s]{{0,250}}\))?"),
    (TokenKind.SEMICOLON, r";"),
    (TokenKind.OPERATOR, r"->>|->|\|\||<=|>=|<>|<<|>>|==|!=|[\s\S]"),
)
_SCANNER = re.compile("|".join(f"({pattern})" for _, pattern in _PATTERNS))
_KINDS = (TokenKind.OPERATOR, *(kind for kind, _ in _PATTERNS))
_NAME_KINDS = frozenset({TokenKind.WORD, TokenKind.QUOTED, TokenKind.STRING})
_NOT_CODE = frozenset({TokenKind.SPACE, TokenKind.COMMENT, TokenKind.UNTERMINATED_COMMENT})
_CODE_KINDS = tuple(None if kind in _NOT_CODE else kind for kind in _KINDS)

# Comments and what is never closed, with all that precedes them.
_REPORTED_KINDS = (TokenKind.COMMENT, TokenKind.UNTERMINATED_COMMENT, TokenKind.UNTERMINATED_QUOTE)
_SKIPPED = "|".join(text for kind, text in _PATTERNS if kind not in (*_REPORTED_KINDS, TokenKind.OPERATOR))
_NOT_REPORTED = r"(?!--|/\*|['\"`\[])[\s\S]"
_NEXT_REPORTED = "|".join(f"({text})" for kind, text in _PATTERNS if kind in _REPORTED_KINDS)
_TO_REPORTED = rf"{repeat_any(_SKIPPED, _NOT_REPORTED)}(?:{_NEXT_REPORTED})"


def tokenize(sql: str) -> Iterator[Token]:
    """Yield every token of `sql`, space and comments included: joined, they are the text again."""
    for match in _SCANNER.finditer(sql):
        yield Token(_KINDS[match.lastindex or 0], match.group(), match.start())


def tokenize_code(sql: str) -> Iterator[Token]:
    """Yield the tokens of `sql` that SQLite's parser sees: no space, no comment."""
    for match in _SCANNER.finditer(sql):
        if kind := _CODE_KINDS[match.lastindex or 0]:
            yield Token(kind, match.group(), match.start())


def has_statement(sql: str) -> bool:
    """Return whether SQLite's parser sees more in `sql` than semicolons."""
    return any(token.kind is not TokenKind.SEMICOLON for token in tokenize_code(sql))


def read_names(sql: str) -> frozenset[str]:
    """Return the folded texts of `sql` that can be names."""
    return frozenset(fold(token.name) for token in tokenize_code(sql) if token.is_name)


def remove_comments(sql: str) -> str:
    """Return the text with a space in place of each comment."""
    kept = (token.text if token.is_code or token.kind is TokenKind.SPACE else " " for token in tokenize(sql))
    return "".join(kept)


def tokenize_comments(sql: str) -> Iterator[Token]:
    """Yield the comments of `sql` and what is never closed, as tokenize() does, in a fraction of its time."""
    match_next = re.compile(_TO_REPORTED).match
    match = match_next(sql)
    while match and match.lastindex:
        start, end = match.span(match.lastindex)
        yield Token(_REPORTED_KINDS[match.lastindex - 1], sql[start:end], start)
        match = match_next(sql, end)
