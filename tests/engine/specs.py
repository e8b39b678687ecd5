"""Generated schemas, as values that say what is meant and not how it is written.

An expression is a tuple of tokens: `@x` is the name x, `'x'` a string, all else stands for itself.
"""

from __future__ import annotations

from dataclasses import dataclass

Tokens = tuple[str, ...]


@dataclass(frozen=True)
class Reference:
    parent: str
    parent_columns: tuple[str, ...]
    on_delete: str
    on_update: str
    deferred: bool
    is_key: bool


@dataclass(frozen=True)
class ColumnSpec:
    name: str
    type: str
    not_null: bool = False
    default: Tokens = ()
    collation: str = "BINARY"
    unique: bool = False
    check: Tokens = ()
    reference: Reference | None = None
    generated: Tokens = ()
    stored: bool = False


@dataclass(frozen=True)
class TableSpec:
    name: str
    columns: tuple[ColumnSpec, ...]
    key: tuple[str, ...] = ()
    autoincrement: bool = False
    uniques: tuple[tuple[str, ...], ...] = ()
    checks: tuple[Tokens, ...] = ()
    strict: bool = False
    without_rowid: bool = False

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


@dataclass(frozen=True)
class TermSpec:
    tokens: Tokens
    collation: str = ""
    descending: bool = False


@dataclass(frozen=True)
class IndexSpec:
    name: str
    table: str
    unique: bool
    terms: tuple[TermSpec, ...]
    where: Tokens


@dataclass(frozen=True)
class ViewSpec:
    name: str
    columns: tuple[str, ...]
    select: Tokens


@dataclass(frozen=True)
class TriggerSpec:
    name: str
    table: str
    time: str
    event: str
    columns: tuple[str, ...]
    when: Tokens
    body: tuple[Tokens, ...]


@dataclass(frozen=True)
class SchemaSpec:
    tables: tuple[TableSpec, ...]
    indexes: tuple[IndexSpec, ...]
    views: tuple[ViewSpec, ...]
    triggers: tuple[TriggerSpec, ...]
