"""A cursor over the code tokens of an SQL text, which knows names, lists and groups in parentheses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from pulse_ci.sql.names import RESERVED_WORDS
from pulse_ci.sql.tokens import Token, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class _HasText(Protocol):
    @property
    def text(self) -> str: ...


_Piece = TypeVar("_Piece", bound=_HasText)
_DISTINCT_FROM = ("DISTINCT", "FROM")


class UnreadableSqlError(Exception):
    """The text is not of the form that is read."""


def track_depth(tokens: Iterable[_Piece]) -> Iterator[tuple[_Piece, int]]:
    """Yield each token with the number of parentheses around it; its own parentheses are outside a group."""
    depth = 0
    for token in tokens:
        depth -= token.text == ")"
        yield token, depth
        depth += token.text == "("


def select_top_level(tokens: Iterable[_Piece]) -> list[_Piece]:
    """Return the tokens that are in no parentheses, and the outermost parentheses themselves."""
    return [token for token, depth in track_depth(tokens) if depth == 0]


def split_at_commas(tokens: Iterable[Token]) -> list[tuple[Token, ...]]:
    """Cut tokens at the commas that are in no parentheses."""
    parts = [list[Token]()]
    for token, depth in track_depth(tokens):
        if token.text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [tuple(part) for part in parts]


def is_enclosed(tokens: Sequence[Token]) -> bool:
    """Return whether the first token is a parenthesis that the last one closes."""
    if len(tokens) < 2 or tokens[0].text != "(":
        return False
    ends = (place for place, (token, depth) in enumerate(track_depth(tokens)) if depth == 0 and token.text == ")")
    return next(ends, None) == len(tokens) - 1


class TokenCursor:
    """Reads tokens one after another; a method that reads moves past what it returns.

    Raises UnreadableSqlError where the next tokens are not what a method reads.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.position = 0
        self._words = (*(token.keyword or token.text for token in tokens), "")

    @classmethod
    def from_sql(cls, sql: str) -> TokenCursor:
        """Return a cursor at the start of an SQL text, without its closing semicolon."""
        tokens = tuple(tokenize_code(sql))
        return cls(tokens[:-1] if tokens and tokens[-1].text == ";" else tokens)

    @property
    def is_done(self) -> bool:
        """Whether no token is left."""
        return self.position >= len(self.tokens)

    @property
    def next_word(self) -> str:
        """The next token: a bare word in capitals, everything else as it is; empty at the end."""
        return self._words[self.position]

    @property
    def top_level(self) -> list[Token]:
        """The tokens that are left and in no parentheses."""
        return select_top_level(self.tokens[self.position :])

    def is_at(self, *words: str) -> bool:
        """Return whether these words or symbols come next."""
        return self._words[self.position : self.position + len(words)] == words

    def is_at_name(self) -> bool:
        """Return whether a name comes next, or a word that can be one."""
        return not self.is_done and self.tokens[self.position].is_name and self.next_word not in RESERVED_WORDS

    def accept(self, *words: str) -> bool:
        """Move past these words or symbols if all of them come next."""
        if not self.is_at(*words):
            return False
        self.position += len(words)
        return True

    def accept_one_of(self, *words: str) -> str:
        """Move past the one of these words that comes next and return it; empty if none does."""
        word = self.next_word
        return word if word in words and self.accept(word) else ""

    def expect(self, *words: str) -> None:
        """Move past these words or symbols."""
        if not self.accept(*words):
            raise UnreadableSqlError

    def take(self) -> Token:
        """Return the next token."""
        if self.is_done:
            raise UnreadableSqlError
        self.position += 1
        return self.tokens[self.position - 1]

    def read_name(self) -> str:
        """Return the name that comes next, without its quotes."""
        token = self.take()
        if not token.is_name:
            raise UnreadableSqlError
        return token.name

    def read_qualified_name(self) -> str:
        """Return the name that comes next, without the schema before it."""
        name = self.read_name()
        return self.read_name() if self.accept(".") else name

    def read_created_name(self) -> str:
        """Return the name of the object that is created, which IF NOT EXISTS may precede."""
        self.accept("IF", "NOT", "EXISTS")
        return self.read_qualified_name()

    def read_group(self) -> tuple[Token, ...]:
        """Return the tokens in the parentheses that come next."""
        start = self.position + 1
        if not (self.is_at("(") and self.skip_item()):
            raise UnreadableSqlError
        return tuple(self.tokens[start : self.position - 1])

    def read_name_list(self) -> tuple[str, ...]:
        """Return the names in the parentheses that come next; none where no parenthesis comes next."""
        if not self.is_at("("):
            return ()
        return tuple(TokenCursor(part).read_name() for part in split_at_commas(self.read_group()))

    def read_before(self, *words: str) -> tuple[Token, ...]:
        """Return the tokens before the first of these words that is in no parentheses, or all that are left.

        The FROM of `a IS DISTINCT FROM b` is none of them.
        """
        start, before = self.position, ""
        while not self.is_done and (self.next_word not in words or (before, self.next_word) == _DISTINCT_FROM):
            before = self.next_word
            self.skip_item()
        return self.get_tokens_since(start)

    def read_rest(self) -> tuple[Token, ...]:
        """Return the tokens that are left."""
        start, self.position = self.position, len(self.tokens)
        return self.get_tokens_since(start)

    def skip_item(self) -> bool:
        """Move past a token, or past a whole group in parentheses; False, at the end, where none closes it."""
        depth = 0
        while not self.is_done:
            depth += {"(": 1, ")": -1}.get(self._words[self.position], 0)
            self.position += 1
            if depth <= 0:
                return True
        return False

    def get_tokens_since(self, position: int) -> tuple[Token, ...]:
        """Return what was read since the cursor was at a position."""
        return tuple(self.tokens[position : self.position])
