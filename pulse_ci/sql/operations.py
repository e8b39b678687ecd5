"""A statement to what it does, as a small value.

Words outside parentheses decide what a statement is; only where they do not, behind a WITH, is its tree looked at.
Whether a statement is valid is never decided here: the replay does that.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from pulse_ci.sql.names import unquote
from pulse_ci.sql.tokens import Token, TokenKind, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterator

_TRANSACTION_WORDS = frozenset({"BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"})
_OBJECT_KINDS = {"TABLE", "INDEX", "VIEW", "TRIGGER"}
_LEADING_TOKENS = 12


@dataclass(frozen=True, slots=True)
class Create:
    """CREATE TABLE, INDEX, VIEW or TRIGGER; `guard_at` is where IF NOT EXISTS would go, None if it is there.

    `from_select` tells a table that takes its columns from a SELECT.
    """

    kind: str
    name: str
    if_exists_position: int | None
    is_from_select: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """DROP TABLE, INDEX, VIEW or TRIGGER; `guard_at` is where IF EXISTS would go, None if it is there."""

    kind: str
    name: str
    if_exists_position: int | None


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
    new_name: str


@dataclass(frozen=True, slots=True)
class RenameTable:
    """ALTER TABLE … RENAME TO …."""

    table: str
    new_name: str


@dataclass(frozen=True, slots=True)
class Insert:
    """INSERT or REPLACE; `guarded` where a repeated row is passed over or replaced instead of added."""

    table: str
    ignores_conflicts: bool


@dataclass(frozen=True, slots=True)
class Update:
    """UPDATE; `bounded` where it has a WHERE."""

    table: str
    has_where: bool


@dataclass(frozen=True, slots=True)
class Delete:
    """DELETE; `bounded` where it has a WHERE."""

    table: str
    has_where: bool


@dataclass(frozen=True, slots=True)
class TransactionControl:
    """BEGIN, COMMIT, END, ROLLBACK, SAVEPOINT or RELEASE."""

    keyword: str


@dataclass(frozen=True, slots=True)
class Pragma:
    """PRAGMA name = value, or name(value); both in lower case, the value empty where there is none."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class OtherStatement:
    """Anything else; `word` is the statement's first."""

    keyword: str


Alteration = AddColumn | DropColumn | RenameColumn | RenameTable
Write = Insert | Update | Delete
Operation = Create | Drop | Alteration | Write | TransactionControl | Pragma | OtherStatement


def parse_operation(sql: str) -> Operation:
    """Return what one statement does."""
    code = list(islice(tokenize_code(sql), _LEADING_TOKENS))
    word = code[0].keyword if code else ""
    match word:
        case "CREATE" | "DROP":
            return _parse_create_or_drop(word, code) or OtherStatement(word)
        case "ALTER":
            return _parse_alter(code) or OtherStatement(word)
        case "INSERT" | "REPLACE" if "conflict" not in sql.lower():
            # Its rows say nothing: there may be thousands.
            return _parse_write(word, code) or OtherStatement(word)
        case "INSERT" | "REPLACE" | "UPDATE" | "DELETE":
            return _parse_write(word, list(_tokenize_top_level(sql))) or OtherStatement(word)
        case "WITH":
            return _parse_write_after_with(sql) or OtherStatement(word)
        case "PRAGMA":
            return _parse_pragma(code)
        case _:
            return TransactionControl(word) if word in _TRANSACTION_WORDS else OtherStatement(word)


def is_transaction_control(sql: str) -> bool:
    """Return whether a statement is one of those that D1 refuses because it keeps the transaction itself."""
    first = next(tokenize_code(sql), None)
    return first is not None and first.keyword in _TRANSACTION_WORDS


def _parse_create_or_drop(word: str, code: list[Token]) -> Create | Drop | None:
    at = next((index for index, token in enumerate(code) if token.keyword in _OBJECT_KINDS), None)
    if at is None or at > 3:
        return None
    kind, rest = code[at].keyword.lower(), code[at + 1 :]
    if_exists = ["IF", "NOT", "EXISTS"] if word == "CREATE" else ["IF", "EXISTS"]
    has_if_exists = [token.keyword for token in rest[: len(if_exists)]] == if_exists
    name = _read_name(rest[len(if_exists) :] if has_if_exists else rest)
    if name is None:
        return None
    if_exists_position = None if has_if_exists else code[at].end
    if word == "DROP":
        return Drop(kind, name, if_exists_position)
    after_name = rest[len(if_exists) :] if has_if_exists else rest
    after_name = after_name[3:] if len(after_name) > 1 and after_name[1].text == "." else after_name[1:]
    return Create(
        kind, name, if_exists_position, kind == "table" and [token.keyword for token in after_name[:1]] == ["AS"]
    )


def _parse_alter(code: list[Token]) -> Alteration | None:
    qualified = len(code) > 3 and code[3].text == "."
    table, rest = _read_name(code[2:]), code[5:] if qualified else code[3:]
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


def _parse_pragma(code: list[Token]) -> Pragma:
    at = 3 if len(code) > 2 and code[2].text == "." else 1
    name = unquote(code[at].text) if len(code) > at else ""
    value = code[at + 2].text if len(code) > at + 2 and code[at + 1].text in ("=", "(") else ""
    return Pragma(name.lower(), unquote(value).lower())


def _read_name(code: list[Token]) -> str | None:
    names = (TokenKind.WORD, TokenKind.QUOTED, TokenKind.STRING)
    if len(code) > 2 and code[1].text == "." and code[2].kind in names:
        return unquote(code[2].text)
    return unquote(code[0].text) if code and code[0].kind in names else None


def _tokenize_top_level(sql: str) -> Iterator[Token]:
    depth = 0
    for token in tokenize_code(sql):
        depth -= token.text == ")"
        if depth == 0 and token.kind is not TokenKind.SEMICOLON:
            yield token
        depth += token.text == "("


def _parse_write(word: str, code: list[Token]) -> Write | None:
    words = [token.keyword for token in code]
    at = 3 if words[1:2] == ["OR"] else 1
    table = _read_name(code[at + 1 :] if words[at : at + 1] in (["INTO"], ["FROM"]) else code[at:])
    if table is None:
        return None
    ignores_conflicts = word == "REPLACE" or words[2:3] in (["IGNORE"], ["REPLACE"]) or "CONFLICT" in words
    return _make_write(word, table, has_where="WHERE" in words, ignores_conflicts=ignores_conflicts)


def _parse_write_after_with(sql: str) -> Write | None:
    from pulse_ci.sql.tree import find_write

    found = find_write(sql)
    return found and _make_write(
        found.keyword, found.table, has_where=found.has_where, ignores_conflicts=found.ignores_conflicts
    )


def _make_write(word: str, table: str, *, has_where: bool, ignores_conflicts: bool) -> Write:
    match word:
        case "UPDATE":
            return Update(table, has_where)
        case "DELETE":
            return Delete(table, has_where)
        case _:
            return Insert(table, ignores_conflicts)
