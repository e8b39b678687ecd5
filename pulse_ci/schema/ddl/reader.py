"""A cursor over the code tokens of one stored CREATE statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.format import list_code_tokens, split_at_commas
from pulse_ci.sql.names import RESERVED_WORDS, unquote
from pulse_ci.sql.tokens import Token, TokenKind

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME_KINDS = (TokenKind.WORD, TokenKind.QUOTED, TokenKind.STRING)


class UnreadableDdlError(Exception):
    """The statement is none that SQLite would store; its text is then compared as it is."""


class TokenReader:
    """Reads tokens one after another; every method moves past what it returns."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._words = (*(token.keyword or token.text for token in tokens), "")
        self.position = 0

    @classmethod
    def from_sql(cls, sql: str) -> TokenReader:
        """Return a reader at the start of an SQL text, less its closing semicolon."""
        tokens = list_code_tokens(sql)
        return cls(tokens[:-1] if tokens and tokens[-1].text == ";" else tokens)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        return self.position >= len(self._tokens)

    @property
    def next_word(self) -> str:
        """The next token: a bare word in capitals, all else as it is; empty at the end."""
        return self._words[self.position]

    def take(self) -> Token:
        """Return the next token."""
        if self.is_done:
            raise UnreadableDdlError
        self.position += 1
        return self._tokens[self.position - 1]

    def accept(self, *words: str) -> bool:
        """Move past these words or symbols if all of them come next."""
        if self._words[self.position : self.position + len(words)] != words:
            return False
        self.position += len(words)
        return True

    def expect(self, *words: str) -> None:
        """Move past these words or symbols."""
        if not self.accept(*words):
            raise UnreadableDdlError

    def accept_one_of(self, *words: str) -> str:
        """Move past the one of these words that comes next and return it; empty if none does."""
        word = self.next_word
        return word if word in words and self.accept(word) else ""

    def is_at_name(self) -> bool:
        """Whether a name comes next, or a word that can be one."""
        if self.is_done:
            return False
        return self._tokens[self.position].kind in NAME_KINDS and self._words[self.position] not in RESERVED_WORDS

    def read_name(self) -> str:
        """Return the name that comes next, without its quotes."""
        token = self.take()
        if token.kind not in NAME_KINDS:
            raise UnreadableDdlError
        return unquote(token.text)

    def read_created_name(self) -> str:
        """Return the name of the object that is created: `main.` and IF NOT EXISTS before it say nothing."""
        self.accept("IF", "NOT", "EXISTS")
        name = self.read_name()
        return self.read_name() if self.accept(".") else name

    def read_group(self) -> tuple[Token, ...]:
        """Return what stands in the parentheses that come next."""
        self.expect("(")
        start, depth = self.position, 1
        for position, word in enumerate(self._words[start:], start):
            if word == "(":
                depth += 1
            elif word == ")":
                depth -= 1
            if depth == 0:
                self.position = position + 1
                return tuple(self._tokens[start:position])
        raise UnreadableDdlError

    def read_name_list(self) -> tuple[str, ...]:
        """Return the names in the parentheses that come next, or none if there are no parentheses."""
        if self.next_word != "(":
            return ()
        return tuple(TokenReader(part).read_name() for part in split_at_commas(self.read_group()))

    def read_rest(self) -> tuple[Token, ...]:
        """Return all that is left."""
        start, self.position = self.position, len(self._tokens)
        return tuple(self._tokens[start:])

    def get_tokens_since(self, position: int) -> tuple[Token, ...]:
        """Return what was read since the reader was at a position."""
        return tuple(self._tokens[position : self.position])

    def read_until(self, word: str) -> tuple[Token, ...]:
        """Return what stands before a word that comes later outside all parentheses."""
        start, depth = self.position, 0
        while depth or self.next_word != word:
            depth += {"(": 1, ")": -1}.get(self.take().text, 0)
        return tuple(self._tokens[start : self.position])
