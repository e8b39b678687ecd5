"""Generated migrations: a schema, and what a random author does to it. One number, one migration, always the same."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.errors import D1Refused
from pulse_ci.schema.diff import diff

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulse_ci.schema.schema import Schema, Table

TYPES = ("TEXT", "INTEGER", "REAL", "BLOB", "NUMERIC", "VARCHAR(20)")
ACTIONS = ("NO ACTION", "CASCADE", "SET NULL", "RESTRICT", "SET DEFAULT")
NAMES = ("a", "b", "c", "site_id", "order", "My Col", "rows", "é")


@dataclass(frozen=True)
class Generated:
    """The statements that make the schema before, and those of the migration."""

    before: tuple[str, ...]
    migration: tuple[str, ...]


def generated(number: int) -> Generated:
    """The migration of that number: one to five changes, each of which D1 takes, and which do not cancel out."""
    author = _Author(Random(number))
    before = [author.new_table(), author.new_table(), *(author.write(each) for each in _FURNITURE)]
    author.run_all(before)
    start, wanted, done = author.schema, author.chance.randint(1, 5), list[str]()
    while len(done) < wanted or not diff(start, author.schema):
        if (statements := author.change()) and author.run_all(statements):
            done.append("\n".join(statements))
    return Generated(tuple(author.accepted[: -len(done)]), tuple(done))


class _Author:
    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.database = EmbeddedD1()
        self.accepted: list[str] = []
        self._names = 0

    @property
    def schema(self) -> Schema:
        return self.database.schema()

    def run_all(self, statements: list[str]) -> bool:
        """Run them as one request; what is refused leaves no trace."""
        text = "\n".join(filter(None, statements))
        try:
            self.database.run(text)
        except D1Refused:
            return False
        self.accepted.append(text)
        return True

    def change(self) -> list[str]:
        """The statements of one random change; none where there is no room for it."""
        return list(filter(None, [self.write(self.chance.choice(_CHANGES))]))

    def write(self, change: Callable[[_Author], str]) -> str:
        try:
            return change(self)
        except IndexError:
            return ""

    def new_name(self, kind: str) -> str:
        self._names += 1
        return f"{kind}{self._names}"

    def table(self) -> Table:
        return self.chance.choice([table for table in self.schema.tables if not table.is_virtual])

    def maybe(self, text: str, chance: float = 0.3) -> str:
        return text if self.chance.random() < chance else ""

    def default(self) -> str:
        return " DEFAULT " + self.chance.choice(("'x'", "5", "-1.5", "x'00'", "(1 + 2)", "CURRENT_TIMESTAMP"))

    def column(self, name: str) -> str:
        default = self.maybe(self.default())
        check = self.maybe(f' CHECK ("{name}" IS NOT 99)', 0.2)
        collation = self.maybe(" COLLATE NOCASE", 0.1)
        tables = [table.name for table in self.schema.tables if table.rowid_alias]
        link = f' REFERENCES "{self.chance.choice(tables)}" ON DELETE {self.chance.choice(ACTIONS)}' if tables else ""
        type_ = self.chance.choice(TYPES)
        unique = self.maybe(" UNIQUE", 0.1)
        return f'"{name}" {type_}{self.maybe(" NOT NULL")}{default}{collation}{unique}{check}{self.maybe(link)}'

    def definition(self, name: str, columns: list[str]) -> str:
        key = self.chance.choice(
            (
                "id INTEGER PRIMARY KEY",
                "id INTEGER PRIMARY KEY AUTOINCREMENT",
                "id TEXT PRIMARY KEY NOT NULL",
                "id INTEGER",
            )
        )
        written = [key, *map(self.column, columns)]
        if columns:
            written += [
                self.maybe(f'UNIQUE (id, "{columns[0]}")', 0.2),
                self.maybe(f'CHECK ("{columns[0]}" <> id)', 0.2),
            ]
            written.insert(-2, self.maybe(f'"made" AS ("{columns[-1]}" || \'!\')', 0.2))
        options = self.maybe(" WITHOUT ROWID", 0.2) if "PRIMARY KEY" in key and "AUTO" not in key else ""
        return f'CREATE TABLE "{name}" ({", ".join(filter(None, written))}){options};'

    def new_table(self) -> str:
        names = self.chance.sample(NAMES, self.chance.randint(1, 4))
        return self.definition(self.new_name("t"), names)


def _create_table(author: _Author) -> str:
    return author.new_table()


def _drop_table(author: _Author) -> str:
    return f'DROP TABLE "{author.table().name}";'


def _rename_table(author: _Author) -> str:
    return f'ALTER TABLE "{author.table().name}" RENAME TO "{author.new_name("t")}";'


def _add_column(author: _Author) -> str:
    return f'ALTER TABLE "{author.table().name}" ADD COLUMN {author.column(author.new_name("n"))};'


def _drop_column(author: _Author) -> str:
    table = author.table()
    return f'ALTER TABLE "{table.name}" DROP COLUMN "{author.chance.choice(table.columns).name}";'


def _rename_column(author: _Author) -> str:
    table = author.table()
    old = author.chance.choice(table.columns).name
    return f'ALTER TABLE "{table.name}" RENAME COLUMN "{old}" TO "{author.new_name("r")}";'


def _create_index(author: _Author) -> str:
    table = author.table()
    column = author.chance.choice(table.columns).name
    unique, where = author.maybe("UNIQUE "), author.maybe(f' WHERE "{column}" IS NOT NULL')
    return f'CREATE {unique}INDEX {author.new_name("i")} ON "{table.name}" ("{column}"{author.maybe(" DESC")}){where};'


def _drop_index(author: _Author) -> str:
    return f"DROP INDEX {author.chance.choice(author.schema.indexes).name};"


def _create_view(author: _Author) -> str:
    table = author.table()
    column = author.chance.choice([*(column.name for column in table.columns)])
    return f'CREATE VIEW {author.new_name("v")} AS SELECT "{column}" AS x, count(*) FROM "{table.name}" GROUP BY 1;'


def _drop_view(author: _Author) -> str:
    return f"DROP VIEW {author.chance.choice(author.schema.views).name};"


def _create_trigger(author: _Author) -> str:
    table, other = author.table(), author.table()
    column = author.chance.choice(other.columns).name
    event = author.chance.choice(("INSERT", "UPDATE", "DELETE"))
    body = f'UPDATE "{other.name}" SET "{column}" = NULL WHERE "{column}" = 4711'
    return f'CREATE TRIGGER {author.new_name("g")} AFTER {event} ON "{table.name}" BEGIN {body}; END;'


def _drop_trigger(author: _Author) -> str:
    return f"DROP TRIGGER {author.chance.choice(author.schema.triggers).name};"


def _search(author: _Author) -> str:
    table = author.table()
    content = author.maybe(f", content='{table.name}'", 0.5)
    column = author.chance.choice(table.columns).name
    return f'CREATE VIRTUAL TABLE {author.new_name("f")} USING fts5 ("{column}"{content});'


def _drop_search(author: _Author) -> str:
    return f"DROP TABLE {author.chance.choice([each.name for each in author.schema.tables if each.is_virtual])};"


def _rebuild(author: _Author) -> str:
    """A table made anew with some of its columns, in another order and otherwise defined."""
    table, new = author.table(), author.new_name("new")
    plain = [column.name for column in table.columns if column.name != "id" and not column.generated]
    kept = author.chance.sample(plain, author.chance.randint(0, len(plain)))
    copied = ", ".join(f'"{name}"' for name in ["id", *kept] if table.find_column(name))
    return (
        f"{author.definition(new, kept)}\n"
        f'INSERT INTO {new} ({copied}) SELECT {copied} FROM "{table.name}";\n'
        f'DROP TABLE "{table.name}";\n'
        f'ALTER TABLE {new} RENAME TO "{table.name}";'
    )


_FURNITURE = (_create_index, _create_index, _create_view, _create_trigger)
_CHANGES = (
    *(_create_table, _drop_table, _rename_table, _add_column, _add_column, _drop_column, _drop_column),
    *(_rename_column, _create_index, _drop_index, _create_view, _drop_view, _create_trigger, _drop_trigger),
    *(_search, _drop_search, _rebuild, _rebuild, _rebuild),
)
