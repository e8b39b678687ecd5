"""Statements that change the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.workerd.generate.expressions import expression, literal, select
from tests.workerd.generate.world import Table

if TYPE_CHECKING:
    from tests.workerd.generate.world import World

_TYPES = ("INTEGER", "TEXT", "REAL", "BLOB", "NUMERIC", "", "VARCHAR(20)", "BOOLEAN", "DATETIME", "INT", "ANY")
_STRICT_TYPES = ("INTEGER", "TEXT", "REAL", "BLOB", "ANY", "INT", "DATETIME")
_REACTIONS = ("CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION")
_CONFLICTS = ("REPLACE", "IGNORE", "ABORT", "FAIL")


def create_table(world: World) -> str:
    table = Table(world.new_name(), world.new_columns())
    strict, rowid = world.chance(0.1), not world.chance(0.12)
    parts = [_column(world, table, column, number, strict) for number, column in enumerate(table.columns)]
    parts += _table_constraints(world, table)
    if not rowid and "PRIMARY KEY" not in " ".join(parts):
        parts.append(f"PRIMARY KEY ({world.column_of(table)})")
    options = ", ".join(option for option, on in (("STRICT", strict), ("WITHOUT ROWID", not rowid)) if on)
    world.tables.append(table)
    guard = world.maybe(0.3, "IF NOT EXISTS ")
    return f"CREATE TABLE {guard}{world.spell(table.name)} ({', '.join(parts)}) {options}".rstrip()


def _column(world: World, table: Table, name: str, number: int, strict: bool) -> str:
    words = [world.spell(name), world.pick(*(_STRICT_TYPES if strict else _TYPES))]
    if number == 0 and world.chance(0.5):
        integer = world.chance(0.6)
        words[1] = "INTEGER" if integer else words[1]
        words.append(
            "PRIMARY KEY" + world.maybe(0.2 if integer else 0.02, " AUTOINCREMENT") + world.maybe(0.03, " DESC")
        )
    words += _column_constraints(world, table)
    return " ".join(filter(None, words))


def _column_constraints(world: World, table: Table) -> list[str]:
    conflict = world.maybe(0.1, f" ON CONFLICT {world.pick(*_CONFLICTS)}")
    return [
        world.maybe(0.2, f"NOT NULL{conflict}"),
        world.maybe(0.1, f"UNIQUE{conflict}"),
        world.maybe(0.25, f"DEFAULT {_default(world)}"),
        world.maybe(0.1, f"{world.maybe(0.3, 'CONSTRAINT k ')}CHECK ({expression(world, table, 1)})"),
        world.maybe(0.05, f"COLLATE {world.pick('NOCASE', 'RTRIM', 'BINARY')}"),
        world.maybe(0.12, references(world)),
        world.maybe(0.04, f"AS ({expression(world, table, 1)}){world.pick('', ' STORED', ' VIRTUAL')}"),
    ]


def _default(world: World) -> str:
    return f"({expression(world, None, 1)})" if world.chance(0.2) else literal(world)


def references(world: World) -> str:
    parent = world.table()
    column = world.maybe(0.7, f" ({world.column_of(parent)})")
    delete = world.maybe(0.5, f" ON DELETE {world.pick(*_REACTIONS)}")
    update = world.maybe(0.2, f" ON UPDATE {world.pick(*_REACTIONS)}")
    deferred = world.maybe(0.15, " DEFERRABLE INITIALLY DEFERRED")
    return f"REFERENCES {world.spell(parent.name)}{column}{delete}{update}{deferred}"


def _table_constraints(world: World, table: Table) -> list[str]:
    columns = ", ".join(world.columns_of(table, 2))
    choices = (
        (0.04, f"PRIMARY KEY ({columns})"),
        (0.08, f"UNIQUE ({columns})"),
        (0.08, f"CHECK ({expression(world, table)})"),
        (0.08, f"FOREIGN KEY ({world.column_of(table)}) {references(world)}"),
    )
    return [text for share, text in choices if world.chance(share)]


def create_table_as(world: World) -> str:
    source = select(world, simple=True)
    table = Table(world.new_name(), ["e", "id", "name"])
    world.tables.append(table)
    return f"CREATE TABLE {world.spell(table.name)} AS {source}"


def create_index(world: World) -> str:
    table = world.base_table()
    name = f"i{world.dice.randint(1, 6)}"
    world.indexes.append(name)
    terms = [column + world.pick("", "", " DESC", " COLLATE NOCASE") for column in world.columns_of(table)]
    if world.chance(0.15):
        terms.append(expression(world, table, 1))
    where = world.maybe(0.15, f" WHERE {expression(world, table, 1)}")
    kind = world.maybe(0.25, "UNIQUE ") + "INDEX" + world.maybe(0.4, " IF NOT EXISTS")
    return f"CREATE {kind} {name} ON {world.spell(table.name)} ({', '.join(terms)}){where}"


def create_view(world: World) -> str:
    source = select(world)
    table = Table(f"v{world.dice.randint(1, 4)}", ["e", "id", "name"], is_view=True)
    world.tables.append(table)
    return f"CREATE {world.maybe(0.03, 'TEMP ')}VIEW {world.maybe(0.3, 'IF NOT EXISTS ')}{table.name} AS {source}"


def alter_table(world: World) -> str:
    table = world.base_table()
    start = f"ALTER TABLE {world.spell(table.name)}"
    match world.dice.randint(0, 9):
        case 0 | 1:
            new = world.pick("_cf_new", "sqlite_new") if world.chance(0.04) else world.new_name()
            world.tables.append(Table(new, table.columns))
            return f"{start} RENAME TO {world.spell(new)}"
        case 2 | 3:
            old, new = world.dice.choice(table.columns), f"r{world.dice.randint(1, 5)}"
            table.columns = [new if column == old else column for column in table.columns]
            return f"{start} RENAME {world.maybe(0.7, 'COLUMN ')}{world.spell(old)} TO {new}"
        case 4 | 5 | 6:
            name = f"c{world.dice.randint(1, 9)}"
            added = _column(world, table, name, 1, strict=False)
            table.columns = [*table.columns, name]
            return f"{start} ADD {world.maybe(0.8, 'COLUMN ')}{added}"
        case 7 | 8:
            gone = world.dice.choice(table.columns)
            return f"{start} DROP COLUMN {world.spell(gone)}"
        case _:
            column = world.column_of(table)
            forms = (
                f"ALTER COLUMN {column} SET NOT NULL",
                f"ADD CONSTRAINT k CHECK ({column} > 0)",
                "DROP CONSTRAINT k",
            )
            return f"{start} {world.pick(*forms)}"


def drop(world: World) -> str:
    guard = world.maybe(0.4, "IF EXISTS ")
    match world.dice.randint(0, 5):
        case 0 if world.indexes:
            return f"DROP INDEX {guard}{world.dice.choice(world.indexes)}"
        case 1 if world.triggers:
            return f"DROP TRIGGER {guard}{world.dice.choice(world.triggers)}"
        case _:
            table = world.table()
            kind = "VIEW" if table.is_view != world.chance(0.05) else "TABLE"
            return f"DROP {kind} {guard}{world.spell(table.name)}"


def rebuild(world: World) -> str:
    """Return the statements of a table rebuild, joined."""
    table = world.base_table()
    name, columns = world.spell(table.name), ", ".join(f'"{column}"' for column in table.columns)
    pragma = world.pick("", "", "PRAGMA defer_foreign_keys = ON; ", "PRAGMA foreign_keys = OFF; ")
    return (
        f"{pragma}CREATE TABLE rebuilt ({columns}); INSERT INTO rebuilt ({columns}) SELECT {columns} FROM {name}; "
        f"DROP TABLE {name}; ALTER TABLE rebuilt RENAME TO {name}"
    )
