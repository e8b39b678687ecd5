"""A statement to what it does, as a small value.

Words outside parentheses decide what a statement is; only where they do not, behind a WITH, is its tree looked at.
Whether a statement is valid is never decided here: the replay does that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from pulse_ci.sql.tokens import Token, TokenKind, tokenize_code, unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

_TRANSACTION_WORDS = frozenset({"BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"})
_CREATABLE = {"TABLE", "INDEX", "VIEW", "TRIGGER"}
_LEADING_TOKENS = 12


@dataclass(frozen=True, slots=True)
class Create:
    """CREATE TABLE, INDEX, VIEW or TRIGGER; `guard_at` is where IF NOT EXISTS would go, None if it is there.

    `from_select` tells a table that takes its columns from a SELECT.
    """

    kind: str
    name: str
    guard_at: int | None
    from_select: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """DROP TABLE, INDEX, VIEW or TRIGGER; `guard_at` is where IF EXISTS would go, None if it is there."""

    kind: str
    name: str
    guard_at: int | None


@dataclass(frozen=True, slots=True)
class AddColumn:
    """ALTER TABLE … ADD COLUMN."""

    table: str
    column: str


@dataclass(frozen=True, slots=True)
class DropColumn:
    """ALTER TABLE … DROP COLUMN."""

    table: str
    column: str


@dataclass(frozen=True, slots=True)
class RenameColumn:
    """ALTER TABLE … RENAME COLUMN … TO …."""

    table: str
    column: str
    to: str


@dataclass(frozen=True, slots=True)
class RenameTable:
    """ALTER TABLE … RENAME TO …."""

    table: str
    to: str


@dataclass(frozen=True, slots=True)
class Insert:
    """INSERT or REPLACE; `guarded` where a repeated row is passed over or replaced instead of added."""

    table: str
    guarded: bool


@dataclass(frozen=True, slots=True)
class Update:
    """UPDATE; `bounded` where it has a WHERE."""

    table: str
    bounded: bool


@dataclass(frozen=True, slots=True)
class Delete:
    """DELETE; `bounded` where it has a WHERE."""

    table: str
    bounded: bool


@dataclass(frozen=True, slots=True)
class Transaction:
    """BEGIN, COMMIT, END, ROLLBACK, SAVEPOINT or RELEASE."""

    word: str


@dataclass(frozen=True, slots=True)
class Pragma:
    """PRAGMA name = value, or name(value); both in lower case, the value empty where there is none."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Other:
    """Anything else; `word` is the statement's first."""

    word: str


Alteration = AddColumn | DropColumn | RenameColumn | RenameTable
Write = Insert | Update | Delete
Operation = Create | Drop | Alteration | Write | Transaction | Pragma | Other


@lru_cache(maxsize=4096)
def operation(sql: str) -> Operation:
    """Return what one statement does."""
    code = list(islice(tokenize_code(sql), _LEADING_TOKENS))
    word = code[0].keyword if code else ""
    match word:
        case "CREATE" | "DROP":
            return _create_or_drop(word, code) or Other(word)
        case "ALTER":
            return _alter(code) or Other(word)
        case "INSERT" | "REPLACE" | "UPDATE" | "DELETE":
            return _write(word, list(_outside_parentheses(sql))) or Other(word)
        case "WITH":
            return _write_behind_with(sql) or Other(word)
        case "PRAGMA":
            return _pragma(code)
        case _:
            return Transaction(word) if word in _TRANSACTION_WORDS else Other(word)


def is_transaction(sql: str) -> bool:
    """Return whether a statement is one of those that D1 refuses because it keeps the transaction itself."""
    first = next(tokenize_code(sql), None)
    return first is not None and first.keyword in _TRANSACTION_WORDS


def _create_or_drop(word: str, code: list[Token]) -> Create | Drop | None:
    at = next((index for index, token in enumerate(code) if token.keyword in _CREATABLE), None)
    if at is None or at > 3:
        return None
    kind, rest = code[at].keyword.lower(), code[at + 1 :]
    guard = ["IF", "NOT", "EXISTS"] if word == "CREATE" else ["IF", "EXISTS"]
    guarded = [token.keyword for token in rest[: len(guard)]] == guard
    name = _name(rest[len(guard) :] if guarded else rest)
    if name is None:
        return None
    guard_at = None if guarded else code[at].end
    if word == "DROP":
        return Drop(kind, name, guard_at)
    behind = rest[len(guard) :] if guarded else rest
    behind = behind[3:] if len(behind) > 1 and behind[1].text == "." else behind[1:]
    return Create(kind, name, guard_at, kind == "table" and [token.keyword for token in behind[:1]] == ["AS"])


def _alter(code: list[Token]) -> Alteration | None:
    qualified = len(code) > 3 and code[3].text == "."
    table, rest = _name(code[2:]), code[5:] if qualified else code[3:]
    if table is None or len(rest) < 2:
        return None
    words = [token.keyword for token in rest[:2]]
    target = rest[2] if words[1] in ("COLUMN", "TO") and len(rest) > 2 else rest[1]
    match words:
        case ["ADD", "CONSTRAINT" | "CHECK"]:
            return None
        case ["ADD", _]:
            return AddColumn(table, unquote(target.text))
        case ["DROP", "CONSTRAINT"]:
            return None
        case ["DROP", _]:
            return DropColumn(table, unquote(target.text))
        case ["RENAME", "TO"]:
            return RenameTable(table, unquote(target.text))
        case ["RENAME", _]:
            names = [token for token in rest if token.kind is not TokenKind.SEMICOLON]
            return RenameColumn(table, unquote(target.text), unquote(names[-1].text))
        case _:
            return None


def _pragma(code: list[Token]) -> Pragma:
    at = 3 if len(code) > 2 and code[2].text == "." else 1
    name = unquote(code[at].text) if len(code) > at else ""
    value = code[at + 2].text if len(code) > at + 2 and code[at + 1].text in ("=", "(") else ""
    return Pragma(name.lower(), unquote(value).lower())


def _name(code: list[Token]) -> str | None:
    names = (TokenKind.WORD, TokenKind.QUOTED, TokenKind.STRING)
    if len(code) > 2 and code[1].text == "." and code[2].kind in names:
        return unquote(code[2].text)
    return unquote(code[0].text) if code and code[0].kind in names else None


def _outside_parentheses(sql: str) -> Iterator[Token]:
    depth = 0
    for token in tokenize_code(sql):
        depth -= token.text == ")"
        if depth == 0 and token.kind is not TokenKind.SEMICOLON:
            yield token
        depth += token.text == "("


def _write(word: str, code: list[Token]) -> Write | None:
    words = [token.keyword for token in code]
    at = 3 if words[1:2] == ["OR"] else 1
    table = _name(code[at + 1 :] if words[at : at + 1] in (["INTO"], ["FROM"]) else code[at:])
    if table is None:
        return None
    guarded = word == "REPLACE" or words[2:3] in (["IGNORE"], ["REPLACE"]) or "CONFLICT" in words
    return _writing(word, table, bounded="WHERE" in words, guarded=guarded)


def _write_behind_with(sql: str) -> Write | None:
    from pulse_ci.sql.tree import find_write

    found = find_write(sql)
    return found and _writing(found.word, found.table, bounded=found.bounded, guarded=found.guarded)


def _writing(word: str, table: str, *, bounded: bool, guarded: bool) -> Write:
    match word:
        case "UPDATE":
            return Update(table, bounded)
        case "DELETE":
            return Delete(table, bounded)
        case _:
            return Insert(table, guarded)
