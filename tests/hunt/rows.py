"""A seed and an application to the rows of one database, as people and programs leave them.

It knows nothing of the seeder of `pulse_ci`, and no value is taken from a pull request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.hunt.app import App, Column, Sort, Table

if TYPE_CHECKING:
    from random import Random

_NAMES = ("Ann", "ann", "Bob", "Bob", "Zoë", "O'Neil", "", "Ann Lee", "plum cake", "Plum", "x" * 60)
_WORDS = ("plum", "cake", "wind", "Stone", "river", "blue", "plum", "tree")
_JSON = (
    '{"zone":"UTC","n":1}',
    '{"zone":null}',
    "{}",
    "[]",
    '{"zone":"Europe/Berlin","tags":["a","b"]}',
    '{"n":2.5,"deep":{"zone":"x"}}',
    "null",
)
_DATES = (
    "2026-01-31 10:00:00",
    "2025-12-01",
    "2026-02-03T04:05:06Z",
    "2024-02-29T23:59:59.123Z",
    "2026-05-06 07:08:09",
)
_PHONES = ("0049301", "+33 1 23", "01067", "80331", "555-0100", "00", "12")
_PRICES = {
    "REAL": ("1.5", "20.0", "0.1", "-3.25"),
    "TEXT": ("'12,50'", "'3.5'", "'free'", "'7'"),
    "NUMERIC": ("5", "2.75"),
}


@dataclass(frozen=True)
class Row:
    """The values of a row, as literals by column."""

    table: str
    values: dict[str, str]

    @property
    def sql(self) -> str:
        """The INSERT that makes it."""
        return f"INSERT INTO {self.table} ({', '.join(self.values)}) VALUES ({', '.join(self.values.values())});"


@dataclass(frozen=True)
class Rows:
    """The statements that fill a database, and for each table a row that is not there yet."""

    statements: tuple[str, ...]
    spare: dict[str, Row]
    kept: dict[str, list[Row]]


def fill(random: Random, app: App) -> Rows:
    """Return the rows of a database: each table has some, or few, and some rows were deleted again."""
    writer = _Writer(random, app, dirty=random.random() < 0.25)
    statements = list[str]()
    for table in app.tables:
        count = random.choice((1, 2, 3, 5, 8))
        kept = writer.kept[table.name]
        for number in range(1, count + 1):
            kept.append(writer.row(table, number))
        statements += [row.sql for row in kept]
        if random.random() < 0.4:
            statements += [
                writer.row(table, count + 1).sql,
                f"DELETE FROM {table.name} WHERE id = {writer.key(table, count + 1)};",
            ]
    spare = {table.name: writer.row(table, 99) for table in app.tables}
    return Rows(tuple(statements), spare, writer.kept)


class _Writer:
    """Draws values; `dirty` databases hold what an older release wrote: empty text for JSON, words for dates."""

    def __init__(self, random: Random, app: App, *, dirty: bool) -> None:
        self._random, self._app, self._dirty = random, app, dirty
        self.kept: dict[str, list[Row]] = {table.name: [] for table in app.tables}

    def row(self, table: Table, number: int) -> Row:
        values = {}
        for column in table.columns:
            if column.expression or (column.sort is Sort.TOUCHED and number != 99 and self._random.random() < 0.2):
                continue
            values[column.name] = self._value(table, column, number)
        return Row(table.name, values)

    def key(self, table: Table, number: int) -> str:
        return str(number) if table.key.sort is Sort.NUMBER_KEY else f"'{table.name[0]}{997 * number % 89:02}'"

    def _value(self, table: Table, column: Column, number: int) -> str:
        if column.is_key:
            return self.key(table, number)
        if column.sort is Sort.PARENT:
            return self._reference(column)
        if not column.not_null and number != 99 and self._random.random() < 0.2:
            return "NULL"
        return self._content(table, column, number)

    def _reference(self, column: Column) -> str:
        there = self.kept[column.parent or ""]
        if not there or (not column.not_null and self._random.random() < 0.2):
            return "NULL"
        return self._random.choice(there[:3]).values["id"]

    def _content(self, table: Table, column: Column, number: int) -> str:
        random = self._random
        match column.sort:
            case Sort.LOOSE_PARENT:
                return (
                    random.choice(("1", "2", "77")) if column.type == "INTEGER" else random.choice(("'a19'", "'gone'"))
                )
            case Sort.CHOICE:
                return random.choice(column.values)
            case Sort.JSON:
                return self._json(table, column)
            case Sort.DATE | Sort.TOUCHED:
                odd = self._dirty and random.random() < 0.3 and column.sort is Sort.DATE
                return "'soon'" if odd else f"'{random.choice(_DATES)}'"
            case Sort.STAMP:
                return random.choice(("1767225600", "1735689600000", "0"))
            case Sort.MAIL:
                return self._mail(table, column, number)
            case Sort.PHONE:
                return f"'{random.choice(_PHONES)}'"
            case Sort.PRICE:
                return random.choice(_PRICES[column.type])
            case Sort.COUNT:
                return random.choice(("0", "1", "12", "-4"))
            case Sort.FLAG:
                return random.choice(("0", "1"))
            case Sort.PROSE:
                return f"'{' '.join(random.sample(_WORDS, 4))}'"
            case _:
                return "'" + random.choice(_NAMES).replace("'", "''") + "'"

    def _json(self, table: Table, column: Column) -> str:
        is_read = column.check or any(column.name in (each.expression or "") for each in table.columns)
        if self._dirty and not is_read and self._random.random() < 0.3:
            return "''"
        return f"'{self._random.choice(_JSON)}'"

    def _mail(self, table: Table, column: Column, number: int) -> str:
        guarded = column.unique or any(made.name == f"uq_{table.name}" for made in self._app.made)
        if guarded:  # another case is another value, unless the column says NOCASE
            is_variant = number % 3 == 0 and not column.collate
            return f"'USER{number - 1}@x.org'" if is_variant else f"'user{number}@x.org'"
        return f"'{self._random.choice(('ann@x.org', 'Ann@x.org', 'bob@x.org', 'c@x.org'))}'"
