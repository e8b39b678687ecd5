"""What a generated sequence has made so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import apsw

if TYPE_CHECKING:
    from random import Random

    from pulse_ci.engine import EmbeddedD1

T = TypeVar("T")

_NAMES = ("users", "events", "sessions", "sites", "goals", "t", "a", "b", "order", "We Ird", "größe", "x1", "tmp")
_COLUMNS = ("id", "name", "site_id", "value", "created", "n", "flag", "data", "key", "Odd Col", "länge", "x", "y", "z")
_HIDING = ("rowid", "oid")
_KINDS = ("table", "view", "index", "trigger")
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
_RESERVED = frozenset({"order"})


@dataclass
class Table:
    """A table or view."""

    name: str
    columns: list[str]
    is_view: bool = False


def _columns(connection: apsw.Connection, table: str) -> list[str]:
    try:
        found = connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
    except apsw.SQLError:  # a view over what is gone
        return []
    return [str(name) for (name,) in found]


@dataclass
class World:
    """The objects so far, and the dice."""

    dice: Random
    tables: list[Table] = field(default_factory=list)
    indexes: list[str] = field(default_factory=list)
    triggers: list[str] = field(default_factory=list)

    def look(self, database: EmbeddedD1) -> None:
        """Take in what is in the database: a statement may have been refused."""
        with database.open_unrestricted() as connection:
            objects = connection.execute("SELECT type, name FROM sqlite_master ORDER BY rowid").fetchall()
            names = {kind: [str(name) for other, name in objects if other == kind] for kind in _KINDS}
            own = ("_cf_", "sqlite_")
            tables = [Table(name, _columns(connection, name)) for name in names["table"] if not name.startswith(own)]
            views = [Table(name, _columns(connection, name), is_view=True) for name in names["view"]]
        self.tables = [table for table in tables + views if table.columns]
        self.indexes = [name for name in names["index"] if not name.startswith("sqlite_")]
        self.triggers = names["trigger"]

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    def pick(self, *choices: T) -> T:
        return self.dice.choice(choices)

    def maybe(self, share: float, text: str) -> str:
        return text if self.chance(share) else ""

    def table(self) -> Table:
        """Return some table, at times one that is not there."""
        if not self.tables or self.chance(0.03):
            return Table("nosuch", ["a", "b"])
        return self.dice.choice(self.tables)

    def base_table(self) -> Table:
        """Return some table that is no view, if there is one."""
        tables = [table for table in self.tables if not table.is_view]
        return self.dice.choice(tables) if tables and not self.chance(0.05) else self.table()

    def column_of(self, table: Table) -> str:
        """Return some column, at times one that is not there, spelled in some way."""
        if self.chance(0.03):
            return self.pick("nosuch", '"nosuch"', "rowid", "[nosuch]", "_rowid_")
        return self.spell(self.dice.choice(table.columns))

    def columns_of(self, table: Table, most: int = 3) -> list[str]:
        count = min(self.dice.randint(1, most), len(table.columns))
        return [self.spell(name) for name in self.dice.sample(table.columns, count)]

    def new_name(self) -> str:
        return self.dice.choice(_NAMES) + self.maybe(0.3, str(self.dice.randint(1, 3)))

    def new_columns(self) -> list[str]:
        names = self.dice.sample(_COLUMNS + _HIDING, self.dice.randint(1, 5))
        return [*names, names[0].upper()] if self.chance(0.02) else names

    def spell(self, name: str) -> str:
        """Return a name as SQL, in one of its quotes where it needs one and at times where not."""
        if set(name) <= _PLAIN and name not in _RESERVED and not self.chance(0.15):
            return name.upper() if self.chance(0.05) else name
        return self.pick(f'"{name}"', f"`{name}`", f"[{name}]")
