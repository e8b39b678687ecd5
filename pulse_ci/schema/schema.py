"""A database's schema as values that are equal when they mean the same.

Every object carries `sql` (as SQLite stores it), `normalized_sql` (the same in one fixed spelling, valid SQL) and
`comparison_key` (the normalized text with the case of names folded): two objects are equal when their keys are. The
names of columns of tables and views keep their case, since D1 returns rows by these names, which a Worker reads.
"""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, ClassVar, NamedTuple, TypeVar

from pulse_ci.model import ObjectKind
from pulse_ci.sql.names import fold
from pulse_ci.sql.tokens import build_quoted_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


_STRING_OR_CODE = re.compile(
    "|".join((build_quoted_pattern("'"), build_quoted_pattern('"'), r"""[^'"]+""", r"""['"]"""))
)


def make_comparison_key(normalized_sql: str, *spelled: str) -> str:
    """Fold the case of all but string literals; the names that are `spelled` keep theirs.

    These are the columns of tables and views: D1 returns rows by them.
    """
    parts: list[str] = _STRING_OR_CODE.findall(normalized_sql)
    folded = "".join(piece if piece[0] == "'" else fold(piece) for piece in parts)
    return "\n".join([folded, *spelled])


class _ComparedByKey:
    """Equality and hash by `comparison_key`."""

    __slots__ = ()
    comparison_key: str

    def __eq__(self, other: object) -> bool:
        return self.comparison_key == other.comparison_key if isinstance(other, type(self)) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.comparison_key)


@dataclass(frozen=True, slots=True)
class IndexedColumn:
    """One column or expression of a key or an index; the collation is None where it is the column's own."""

    column: str | None
    expression: str | None = None
    collation: str | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True)
class KeyConstraint:
    """A PRIMARY KEY or a UNIQUE constraint."""

    indexed_columns: tuple[IndexedColumn, ...]
    on_conflict: str | None = None
    autoincrement: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns, in order."""
        return tuple(term.column for term in self.indexed_columns if term.column is not None)


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key; `parent_columns` is empty where none are written and the parent has no primary key."""

    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]
    on_delete: str = "NO ACTION"
    on_update: str = "NO ACTION"
    deferred: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Column(_ComparedByKey):
    """A column with all that concerns it alone; `primary_key_position` is its place in the key from 1, or 0."""

    name: str
    type: str
    not_null: bool
    default: str | None
    collation: str | None
    primary_key_position: int
    unique: bool
    generated: str | None
    stored: bool
    checks: tuple[str, ...]
    references: tuple[ForeignKey, ...]
    normalized_sql: str
    comparison_key: str


@dataclass(frozen=True, slots=True, eq=False)
class Table(_ComparedByKey):
    """A table; `table_level_key` compares all but its columns, `rowid_alias` is its INTEGER PRIMARY KEY."""

    kind: ClassVar = ObjectKind.TABLE
    name: str
    columns: tuple[Column, ...] = ()
    primary_key: KeyConstraint | None = None
    uniques: tuple[KeyConstraint, ...] = ()
    checks: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    strict: bool = False
    without_rowid: bool = False
    rowid_alias: str | None = None
    module: str | None = None
    arguments: tuple[str, ...] = ()
    _: KW_ONLY
    sql: str
    normalized_sql: str
    comparison_key: str
    table_level_key: str

    def find_column(self, name: str) -> Column | None:
        """Return the column of that name, in any case."""
        return _find(self.columns, name)

    @property
    def table(self) -> str:
        """Its own name, as sqlite_master has it."""
        return self.name

    @property
    def autoincrement(self) -> bool:
        """Whether rowids are never used again."""
        return self.primary_key is not None and self.primary_key.autoincrement

    @property
    def is_virtual(self) -> bool:
        """Whether a module keeps its rows."""
        return self.module is not None


@dataclass(frozen=True, slots=True, eq=False)
class Index(_ComparedByKey):
    """An index made by CREATE INDEX; those that SQLite makes for constraints are the table's keys."""

    kind: ClassVar = ObjectKind.INDEX
    name: str
    table: str
    unique: bool
    indexed_columns: tuple[IndexedColumn, ...]
    where: str | None
    sql: str
    normalized_sql: str
    comparison_key: str


@dataclass(frozen=True, slots=True, eq=False)
class View(_ComparedByKey):
    """A view; `columns` are the names that it lists, if any."""

    kind: ClassVar = ObjectKind.VIEW
    name: str
    columns: tuple[str, ...]
    sql: str
    normalized_sql: str
    comparison_key: str

    @property
    def table(self) -> str:
        """Its own name, as sqlite_master has it."""
        return self.name


@dataclass(frozen=True, slots=True, eq=False)
class Trigger(_ComparedByKey):
    """A trigger; `columns` are those of UPDATE OF, `body` its statements in normalized form."""

    kind: ClassVar = ObjectKind.TRIGGER
    name: str
    table: str
    time: str
    event: str
    columns: tuple[str, ...]
    when: str | None
    body: tuple[str, ...]
    sql: str
    normalized_sql: str
    comparison_key: str


class MasterRow(NamedTuple):
    """A row of sqlite_master."""

    type: str
    name: str
    table: str
    sql: str


SchemaObject = Table | Index | View | Trigger
_Named = TypeVar("_Named", Column, Table, Index, View, Trigger)


@dataclass(frozen=True)
class Schema:
    """The user's objects of a database, each kind sorted by folded name."""

    tables: tuple[Table, ...] = ()
    indexes: tuple[Index, ...] = ()
    views: tuple[View, ...] = ()
    triggers: tuple[Trigger, ...] = ()

    @cached_property
    def by_identity(self) -> dict[tuple[ObjectKind, str], SchemaObject]:
        """Every object by its kind and folded name."""
        return {(each.kind, fold(each.name)): each for each in self.objects}

    @cached_property
    def _tables(self) -> dict[str, Table]:
        return {fold(table.name): table for table in self.tables}

    @cached_property
    def _indexes_by_table(self) -> dict[str, tuple[Index, ...]]:
        by_table = sorted(self.indexes, key=lambda index: fold(index.table))  # stable: each group keeps its order
        return {table: tuple(group) for table, group in groupby(by_table, lambda index: fold(index.table))}

    @property
    def objects(self) -> Iterator[SchemaObject]:
        """Yield every object: tables, indexes, views, triggers."""
        yield from self.tables
        yield from self.indexes
        yield from self.views
        yield from self.triggers

    @property
    def names(self) -> frozenset[str]:
        """The folded names of all objects."""
        return frozenset(fold(each.name) for each in self.objects)

    def find(self, kind: ObjectKind, name: str) -> SchemaObject | None:
        """Return the object of that kind and name, in any case; None for a column."""
        return self.by_identity.get((kind, fold(name)))

    def find_table(self, name: str) -> Table | None:
        """Return the table of that name, in any case."""
        return self._tables.get(fold(name))

    def find_index(self, name: str) -> Index | None:
        """Return the index of that name, in any case."""
        return _find(self.indexes, name)

    def find_view(self, name: str) -> View | None:
        """Return the view of that name, in any case."""
        return _find(self.views, name)

    def find_trigger(self, name: str) -> Trigger | None:
        """Return the trigger of that name, in any case."""
        return _find(self.triggers, name)

    def list_indexes(self, table: str) -> tuple[Index, ...]:
        """Return the indexes of a table, without those that SQLite makes for constraints."""
        return self._indexes_by_table.get(fold(table), ())

    def list_triggers(self, table: str) -> tuple[Trigger, ...]:
        """Return the triggers of a table or a view."""
        return tuple(trigger for trigger in self.triggers if fold(trigger.table) == fold(table))

    def list_children(self, table: str) -> tuple[tuple[Table, ForeignKey], ...]:
        """Return each foreign key that points to a table, with the table that has it (it can be itself)."""
        return tuple(
            (child, key) for child in self.tables for key in child.foreign_keys if fold(key.parent) == fold(table)
        )

    def find_descendants(self, tables: Iterable[str]) -> frozenset[str]:
        """Return the folded names of these tables and of all that refer to them, directly or not."""
        found, queue = set[str](), [fold(name) for name in tables]
        while queue:
            name = queue.pop()
            if name not in found:
                found.add(name)
                queue += [fold(child.name) for child, _ in self.list_children(name)]
        return frozenset(found)


def _find(among: Sequence[_Named], name: str) -> _Named | None:
    folded = fold(name)
    return next((each for each in among if fold(each.name) == folded), None)
