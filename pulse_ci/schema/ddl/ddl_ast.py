"""A CREATE TABLE as it is written, before it is known what its names mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.format import is_enclosed, strip_parentheses
from pulse_ci.schema.ddl.reader import NAME_KINDS, TokenReader, UnreadableDdlError
from pulse_ci.sql.names import fold, unquote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulse_ci.schema.constraints import ForeignKey
    from pulse_ci.schema.ddl.classify import Tokens
    from pulse_ci.sql.tokens import Token


@dataclass(slots=True)
class IndexedColumnDraft:
    """One term of a key or an index; `column` is None for an expression."""

    column: str | None
    expression: Tokens
    collation: str | None
    descending: bool


@dataclass(slots=True)
class KeyDraft:
    """A PRIMARY KEY or UNIQUE, in a column or in the table."""

    is_primary: bool
    indexed_columns: list[IndexedColumnDraft]
    on_conflict: str | None
    is_in_column: bool
    autoincrement: bool = False


@dataclass(slots=True)
class ColumnDraft:
    """A column without its keys, checks and references, which stand in the table's draft."""

    name: str
    type: str = ""
    not_null: bool = False
    not_null_on_conflict: str | None = None
    default: Tokens | None = None
    collation: str | None = None
    generated: Tokens | None = None
    stored: bool = False


@dataclass(slots=True)
class TableDraft:
    """All parts of a CREATE TABLE, in the order of the text."""

    columns: list[ColumnDraft] = field(default_factory=list)
    keys: list[KeyDraft] = field(default_factory=list)
    checks: list[Tokens] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    strict: bool = False
    without_rowid: bool = False


def read_indexed_column(tokens: Sequence[Token]) -> IndexedColumnDraft:
    """Read one term of PRIMARY KEY (…), UNIQUE (…) or CREATE INDEX."""
    descending = bool(tokens) and tokens[-1].keyword == "DESC"
    if len(tokens) > 1 and tokens[-1].keyword in ("ASC", "DESC"):
        tokens = tokens[:-1]
    collation, tokens = _split_collation(strip_parentheses(tokens))
    if not tokens:
        raise UnreadableDdlError
    is_column = len(tokens) == 1 and tokens[0].kind in NAME_KINDS
    return IndexedColumnDraft(unquote(tokens[0].text) if is_column else None, tuple(tokens), collation, descending)


def _split_collation(tokens: Sequence[Token]) -> tuple[str | None, Sequence[Token]]:
    collation = None
    # COLLATE binds tighter than any operator: in a || b COLLATE x it belongs to b.
    while len(tokens) > 2 and tokens[-2].keyword == "COLLATE" and is_operand(tokens[:-2]):
        collation = collation or read_collation(tokens[-1])
        tokens = strip_parentheses(tokens[:-2])
    return collation, tokens


def read_collation(token: Token) -> str:
    """Return the name of a collation; SQLite's own are known in capitals."""
    return unquote(token.text).upper()


def is_operand(tokens: Sequence[Token]) -> bool:
    """Tell whether an operator after these tokens is about all of them, COLLATE aside."""
    while len(tokens) > 2 and tokens[-2].keyword == "COLLATE":
        tokens = tokens[:-2]
    arguments = tokens[1:] if tokens[0].kind in NAME_KINDS else tokens
    return len(tokens) == 1 or is_enclosed(arguments)


def read_on_conflict(reader: TokenReader) -> str | None:
    """Read ON CONFLICT …; ABORT is the default."""
    if not reader.accept("ON", "CONFLICT"):
        return None
    action = reader.take().keyword
    return None if action == "ABORT" else action


def is_same_name(one: str | None, other: str | None) -> bool:
    """Tell whether SQLite takes both for one name."""
    return one is not None and other is not None and fold(one) == fold(other)
