"""What a generated sequence has made so far, as far as its generator knows: a statement may have been refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from random import Random

T = TypeVar("T")

_NAMES = ("users", "events", "sessions", "sites", "goals", "t", "a", "b", "order", "We Ird", "größe", "x1", "tmp")
_COLUMNS = ("id", "name", "site_id", "value", "created", "n", "flag", "data", "key", "Odd Col", "länge", "x", "y", "z")
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
_RESERVED = frozenset({"order"})


@dataclass
class Table:
    """A table or view that was asked for."""

    name: str
    columns: list[str]
    is_view: bool = False
    with_rowid: bool = True


@dataclass
class World:
    """The objects so far, and the dice."""

    dice: Random
    tables: list[Table] = field(default_factory=list)
    indexes: list[str] = field(default_factory=list)
    triggers: list[str] = field(default_factory=list)

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
        names = self.dice.sample(_COLUMNS, self.dice.randint(1, 5))
        return [*names, names[0].upper()] if self.chance(0.02) else names

    def spell(self, name: str) -> str:
        """Return a name as SQL, in one of its quotes where it needs one and at times where not."""
        if set(name) <= _PLAIN and name not in _RESERVED and not self.chance(0.15):
            return name.upper() if self.chance(0.05) else name
        return self.pick(f'"{name}"', f"`{name}`", f"[{name}]")
