"""A statement to what it does, as a small value; the only reader of sqlglot's tree.

sqlglot misreads some of SQLite without an error and cannot parse some of it, so the leading words decide what a
statement is, and sqlglot is asked (and loaded: it is slow to import) only for the shape of an INSERT, UPDATE or DELETE.
Whether a statement is valid is never decided here: the replay does that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from pulse_ci.sql.tokens import Token, TokenKind, tokenize_code, unquote

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

_TRANSACTION_WORDS = frozenset({"BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"})
_CREATABLE = {"TABLE", "INDEX", "VIEW", "TRIGGER"}
_LEADING_TOKENS = 12


@dataclass(frozen=True, slots=True)
class Create:
    """CREATE TABLE, INDEX, VIEW or TRIGGER; `guard_at` is where IF NOT EXISTS would go, None if it is there."""

    kind: str
    name: str
    guard_at: int | None


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
class Other:
    """Anything else; `word` is the statement's first."""

    word: str


Operation = (
    Create | Drop | AddColumn | DropColumn | RenameColumn | RenameTable | Insert | Update | Delete | Transaction | Other
)


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
        case "INSERT" | "REPLACE" | "UPDATE" | "DELETE" | "WITH":
            return _write(sql) or Other(word)
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
    make = Create if word == "CREATE" else Drop
    return make(kind, name, None if guarded else code[at].end)


def _alter(code: list[Token]) -> AddColumn | DropColumn | RenameColumn | RenameTable | None:
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
            return RenameColumn(table, unquote(target.text))
        case _:
            return None


def _name(code: list[Token]) -> str | None:
    names = (TokenKind.WORD, TokenKind.QUOTED, TokenKind.STRING)
    if len(code) > 2 and code[1].text == "." and code[2].kind in names:
        return unquote(code[2].text)
    return unquote(code[0].text) if code and code[0].kind in names else None


def _write(sql: str) -> Insert | Update | Delete | None:
    from sqlglot import exp

    tree = _parse(sql)
    if tree is None:
        return None
    table = tree.find(exp.Table)
    name = table.name if table else ""
    match tree:
        case exp.Insert():
            return Insert(name, bool(tree.args.get("alternative") or tree.args.get("conflict")))
        case exp.Update():
            return Update(name, tree.args.get("where") is not None)
        case exp.Delete():
            return Delete(name, tree.args.get("where") is not None)
        case _:
            return None


def _parse(sql: str) -> Expr | None:
    from sqlglot import ErrorLevel, parse_one
    from sqlglot.errors import SqlglotError

    try:
        return parse_one(sql, dialect="sqlite", error_level=ErrorLevel.RAISE)
    except (SqlglotError, RecursionError):
        return None
