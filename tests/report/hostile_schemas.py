"""Schemas that SQLite accepts, and whose every name, type and literal is whatever `name` gives."""

from __future__ import annotations

from itertools import count
from random import Random
from typing import TYPE_CHECKING

from pulse_ci.engine import EmbeddedD1
from pulse_ci.report.models import Schemas
from pulse_ci.sql.names import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def hostile_schemas(shape: int, name: Callable[[], str]) -> Schemas:
    """Return two schemas of a shape that the number decides: tables come, go and change, with what hangs on them."""
    choice = Random(shape)
    names = _unlike(name)
    tables = {next(names): [next(names) for _ in range(choice.randrange(1, 5))] for _ in range(choice.randrange(2, 5))}
    first, *others = tables
    with EmbeddedD1() as database:
        lonely = quote(next(names))
        database.run("".join(_table(table, tables, choice, names) for table in others))
        database.run(f"CREATE TABLE {lonely} ({quote(next(names))});")
        before = database.schema()
        database.run("".join(_altered(tables, first, others, choice, names)) + f"DROP TABLE {lonely};")
        return Schemas(before, database.schema())


def _unlike(name: Callable[[], str]) -> Iterator[str]:
    """Yield names that SQLite takes and tells apart, whatever `name` gives."""
    for number in count():
        text = "".join(each for each in name() if each != "\0" and not "\ud800" <= each <= "\udfff")
        yield f"{text}{number}"


def _table(table: str, tables: dict[str, list[str]], choice: Random, names: Iterator[str]) -> str:
    own = tables[table]
    columns = [f"{quote(own[0])} {quote(next(names))} PRIMARY KEY"]
    columns += [_column(column, tables, choice, names) for column in own[1:]]
    return f"CREATE TABLE {quote(table)} ({', '.join(columns)});"


def _column(column: str, tables: dict[str, list[str]], choice: Random, names: Iterator[str]) -> str:
    parent = choice.choice(list(tables))
    literal = next(names).replace("'", "''")
    constraint = choice.choice(
        [
            "",
            f"DEFAULT '{literal}'",
            f"NOT NULL CHECK ({quote(column)} <> '{literal}')",
            f"UNIQUE REFERENCES {quote(parent)} ({quote(tables[parent][0])}) ON DELETE CASCADE",
            f"REFERENCES {quote(next(names))}",
        ]
    )
    return f"{quote(column)} {choice.choice(['TEXT', 'INTEGER', quote(next(names)), ''])} {constraint}"


def _altered(
    tables: dict[str, list[str]], first: str, others: list[str], choice: Random, names: Iterator[str]
) -> Iterator[str]:
    yield _table(first, tables, choice, names)
    column, table = quote(tables[first][0]), quote(first)
    literal = next(names).replace("'", "''")
    yield f"CREATE UNIQUE INDEX {quote(next(names))} ON {table} ({column}) WHERE {column} <> '{literal}';"
    yield f"CREATE VIEW {quote(next(names))} AS SELECT '{literal}' AS {quote(next(names))} FROM {table};"
    yield f"CREATE TRIGGER {quote(next(names))} AFTER DELETE ON {table} BEGIN SELECT '{literal}'; END;"
    yield f"ALTER TABLE {quote(others[0])} ADD COLUMN {quote(next(names))} TEXT DEFAULT '{literal}';"
