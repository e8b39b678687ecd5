"""Drawn schemas, each twice: said otherwise, or changed in one way that matters."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import apsw

from pulse_ci.engine import D1Refused, EmbeddedD1
from pulse_ci.sql.names import quote_if_needed
from tests.engine.arrivals import altered, written
from tests.engine.databases import schema
from tests.engine.mutations import mutants
from tests.engine.schemas import Pick, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.schema.schema import Schema


class Case(NamedTuple):
    """What the files make, and what the database is that was made by these statements instead."""

    what: str
    expected: Schema
    actual: Schema
    statements: tuple[str, ...]


def changed(seed: int) -> Iterator[Case]:
    """Cases without end, each changed in one way that matters, all ways in turn."""
    chance, told = Random(seed), Counter[str]()
    while True:
        meant = whole(Pick(chance.randrange))
        files = written(meant, chance)
        if not takes_rows(files):
            continue
        choices = mutants(meant, chance)
        for what in sorted(choices, key=lambda name: (told[name], chance.random()))[:6]:
            statements = written(choices[what], chance)
            if takes_rows(statements):
                told[what] += 1
                yield Case(what, schema(*files), schema(*statements), tuple(statements))


def takes_rows(statements: list[str]) -> bool:
    """Whether D1 takes a schema, and rows in each of its tables: where a foreign key fits nothing it takes none."""
    with EmbeddedD1() as database:
        try:
            database.run(";\n".join(statements))
            for table in database.schema().tables:
                database.query(f"EXPLAIN DELETE FROM {quote_if_needed(table.name)}")
                database.query(f"EXPLAIN INSERT INTO {quote_if_needed(table.name)} DEFAULT VALUES")
        except D1Refused:
            return False
    return True


def respelled(seed: int) -> Iterator[Case]:
    """Cases without end, each made in two ways that SQLite takes for the same."""
    chance = Random(seed)
    while True:
        meant = whole(Pick(chance.randrange))
        statements = altered(meant, chance)
        try:
            yield Case("history", schema(*written(meant, chance)), schema(*statements), tuple(statements))
        except apsw.SQLError:  # SQLite itself cannot rename some columns
            continue
