"""A generated application: its tables, triggers, views and FTS5 tables, as values that render to SQL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Sort(StrEnum):
    """What a column holds, which decides what its rows look like."""

    NUMBER_KEY = "number key"
    TEXT_KEY = "text key"
    PARENT = "parent"
    LOOSE_PARENT = "parent without a foreign key"
    CHOICE = "choice"
    JSON = "json"
    DATE = "date"
    STAMP = "stamp"
    NAME = "name"
    MAIL = "mail"
    PHONE = "phone"
    PRICE = "price"
    COUNT = "count"
    FLAG = "flag"
    PROSE = "prose"
    TOUCHED = "touched"
    GENERATED = "generated"


@dataclass(frozen=True)
class Column:
    """One column; `parent` and `action` of a foreign key, `choices` of a CHECK, `expression` of a generated one."""

    name: str
    sort: Sort
    type: str
    not_null: bool = False
    default: str | None = None
    unique: bool = False
    collate: str | None = None
    parent: str | None = None
    action: str = ""
    choices: tuple[str, ...] = ()
    check: str | None = None
    expression: str | None = None

    @property
    def is_key(self) -> bool:
        """Whether it is the primary key."""
        return self.sort in (Sort.NUMBER_KEY, Sort.TEXT_KEY)

    @property
    def values(self) -> tuple[str, ...]:
        """The choices as literals."""
        return tuple(f"'{choice}'" for choice in self.choices)


@dataclass(frozen=True)
class Table:
    """One table; its first column is its primary key."""

    name: str
    columns: tuple[Column, ...]
    autoincrement: bool = False
    strict: bool = False
    without_rowid: bool = False
    unique: tuple[str, ...] = ()

    @property
    def key(self) -> Column:
        """The primary key."""
        return self.columns[0]

    @property
    def written(self) -> tuple[str, ...]:
        """The names of the columns that an INSERT names."""
        return tuple(column.name for column in self.columns if not column.expression)

    def of(self, *sorts: Sort) -> list[Column]:
        """Return the columns of some sorts."""
        return [column for column in self.columns if column.sort in sorts]

    def column(self, name: str) -> Column:
        """Return a column by name."""
        return next(column for column in self.columns if column.name == name)

    def with_column(self, old: str, new: Column) -> Table:
        """Return the table with another column in the place of one."""
        return replace(self, columns=tuple(new if column.name == old else column for column in self.columns))

    def without(self, name: str) -> Table:
        """Return the table without a column."""
        return replace(self, columns=tuple(column for column in self.columns if column.name != name))

    def sql(self, name: str | None = None, *, quote: str = "", prefix: str = "CREATE TABLE") -> str:
        """Return the CREATE TABLE, by another name if one is given."""
        lines = [_column_sql(column, self, quote) for column in self.columns]
        if self.unique:
            lines.append(f"UNIQUE ({', '.join(self.unique)})")
        options = ["STRICT"] * self.strict + ["WITHOUT ROWID"] * self.without_rowid
        body = ",\n  ".join(lines)
        return f"{prefix} {quote}{name or self.name}{quote} (\n  {body}\n)" + (" " + ", ".join(options)).rstrip() + ";"


def _column_sql(column: Column, table: Table, quote: str) -> str:
    words = [f"{quote}{column.name}{quote} {column.type}"]
    if column.is_key:
        words.append("PRIMARY KEY" + " AUTOINCREMENT" * table.autoincrement)
    words += ["NOT NULL"] * column.not_null + ["UNIQUE"] * column.unique
    words += [f"DEFAULT {column.default}"] if column.default is not None else []
    words += [f"COLLATE {column.collate}"] if column.collate else []
    if column.expression:
        words.append(f"GENERATED ALWAYS AS ({column.expression}) VIRTUAL")
    if column.choices:
        words.append(f"CHECK ({column.name} IN ({', '.join(column.values)}))")
    if column.check:
        words.append(f"CHECK ({column.check})")
    if column.parent:
        words.append(f"REFERENCES {column.parent} (id){' ' * bool(column.action)}{column.action}")
    return " ".join(words)


@dataclass(frozen=True)
class Made:
    """An index, trigger, view or FTS5 table: its CREATE, the table that it belongs to, and those that it reads."""

    kind: str
    name: str
    table: str
    sql: str
    reads: frozenset[str] = frozenset()


@dataclass(frozen=True)
class App:
    """The merged schema; parents come before their children.

    `seeded` are the rows that the merged file makes: table and key.
    """

    tables: tuple[Table, ...]
    made: tuple[Made, ...]
    seeded: tuple[tuple[str, str], ...] = ()

    def table(self, name: str) -> Table:
        """Return a table by name."""
        return next(table for table in self.tables if table.name == name)

    def children(self, name: str) -> list[Table]:
        """Return the tables with a foreign key to one."""
        return [table for table in self.tables if any(column.parent == name for column in table.columns)]

    def on(self, table: str, *kinds: str) -> list[Made]:
        """Return what belongs to a table."""
        return [made for made in self.made if made.table == table and made.kind in kinds]

    def reading(self, table: str) -> list[Made]:
        """Return the views and other tables' triggers that name a table."""
        return [made for made in self.made if table in made.reads and made.kind in ("view", "trigger")]

    def statements(self) -> Iterator[str]:
        """Yield the statements of the merged file."""
        yield from (table.sql() for table in self.tables)
        yield from (made.sql for made in self.made)
        for table, key in self.seeded:
            yield insert_needed(self.table(table), key)


def needs_no_parent(table: Table) -> bool:
    """Return whether a row needs no more than its key and names."""
    return all(column.default or not column.not_null or column.sort is Sort.NAME for column in table.columns[1:])


def insert_needed(table: Table, key: str, verb: str = "INSERT INTO", end: str = "") -> str:
    """Return the INSERT of a row with a key and what else must not be NULL."""
    needed = [column.name for column in table.columns[1:] if column.not_null and not column.default]
    names, values = ", ".join(["id", *needed]), ", ".join([key, *("'seed'" for _ in needed)])
    return f"{verb} {table.name} ({names}) VALUES ({values}){end};"
