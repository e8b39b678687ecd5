"""A cursor over the code tokens of one stored CREATE statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.format import code_tokens, split_commas
from pulse_ci.schema.ddl.keywords import RESERVED
from pulse_ci.sql.tokens import Token, TokenKind, unquote

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMING = (TokenKind.WORD, TokenKind.QUOTED, TokenKind.STRING)


class UnreadableError(Exception):
    """The statement is none that SQLite would store; its text is then compared as it is."""


class Reader:
    """Reads tokens one after another; every method moves past what it returns."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._words = (*(token.keyword or token.text for token in tokens), "")
        self.position = 0

    @classmethod
    def of(cls, sql: str) -> Reader:
        """Return a reader at the start of an SQL text, less its closing semicolon."""
        tokens = code_tokens(sql)
        return cls(tokens[:-1] if tokens and tokens[-1].text == ";" else tokens)

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return self.position >= len(self._tokens)

    @property
    def next_word(self) -> str:
        """The next token: a bare word in capitals, all else as it is; empty at the end."""
        return self._words[self.position]

    def take(self) -> Token:
        """Return the next token."""
        if self.done:
            raise UnreadableError
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
            raise UnreadableError

    def choose(self, *words: str) -> str:
        """Move past the one of these words that comes next and return it; empty if none does."""
        word = self.next_word
        return word if word in words and self.accept(word) else ""

    def at_name(self) -> bool:
        """Whether a name comes next, or a word that can be one."""
        if self.done:
            return False
        return self._tokens[self.position].kind in NAMING and self._words[self.position] not in RESERVED

    def name(self) -> str:
        """Return the name that comes next, without its quotes."""
        token = self.take()
        if token.kind not in NAMING:
            raise UnreadableError
        return unquote(token.text)

    def own_name(self) -> str:
        """Return the name of the object that is created: `main.` and IF NOT EXISTS before it say nothing."""
        self.accept("IF", "NOT", "EXISTS")
        name = self.name()
        return self.name() if self.accept(".") else name

    def group(self) -> tuple[Token, ...]:
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
        raise UnreadableError

    def names(self) -> tuple[str, ...]:
        """Return the names in the parentheses that come next, or none if there are no parentheses."""
        if self.next_word != "(":
            return ()
        return tuple(Reader(part).name() for part in split_commas(self.group()))

    def rest(self) -> tuple[Token, ...]:
        """Return all that is left."""
        start, self.position = self.position, len(self._tokens)
        return tuple(self._tokens[start:])

    def since(self, position: int) -> tuple[Token, ...]:
        """Return what was read since the reader was at a position."""
        return tuple(self._tokens[position : self.position])

    def until(self, word: str) -> tuple[Token, ...]:
        """Return what stands before a word that comes later outside all parentheses."""
        start, depth = self.position, 0
        while depth or self.next_word != word:
            depth += {"(": 1, ")": -1}.get(self.take().text, 0)
        return tuple(self._tokens[start : self.position])
