"""Generated schemas: one meaning has one canonical text, whatever the spelling and the history."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import apsw
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pulse_ci.schema.diff import diff
from pulse_ci.schema.introspect import introspect
from tests.engine import pragmas
from tests.engine.arrivals import altered, written
from tests.engine.databases import database, rebuilt, schema
from tests.engine.mutations import mutants
from tests.engine.schemas import schemas

if TYPE_CHECKING:
    from tests.engine.specs import SchemaSpec

CHANCE = st.integers(0, 2**32).map(Random)
generated = settings(deadline=None, max_examples=100)


def grown(meant: SchemaSpec, chance: Random) -> apsw.Connection:
    """A database that has become what is meant by ALTER TABLE."""
    try:
        return database(*altered(meant, chance))
    except apsw.SQLError as refused:
        # SQLite itself cannot rename some columns, such as one that is both key and UNIQUE.
        assume("after rename" not in str(refused))
        raise


@generated
@given(schemas(), CHANCE, CHANCE)
def test_two_spellings_of_a_schema_are_no_change(meant: SchemaSpec, one: Random, other: Random) -> None:
    first, second = schema(*written(meant, one)), schema(*written(meant, other))

    assert diff(first, second) == ()
    assert first == second


@generated
@given(schemas(), CHANCE, CHANCE)
def test_a_schema_altered_into_being_is_no_change(meant: SchemaSpec, one: Random, other: Random) -> None:
    first, second = schema(*written(meant, one)), introspect(grown(meant, other))

    assert diff(first, second) == ()
    assert first == second


@generated
@given(schemas(), CHANCE)
def test_canonical_sql_makes_the_same_canonical_sql(meant: SchemaSpec, chance: Random) -> None:
    original = schema(*written(meant, chance))

    again = rebuilt(original)

    assert [each.normalized_sql for each in again.objects] == [each.normalized_sql for each in original.objects]


@settings(deadline=None, max_examples=20)
@given(schemas(), CHANCE)
def test_each_single_change_that_matters_is_seen(meant: SchemaSpec, chance: Random) -> None:
    before = schema(*written(meant, chance))

    for name, changed in mutants(meant, chance).items():
        after = schema(*written(changed, chance))

        assert diff(before, after), name
        assert before != after, name


@generated
@given(schemas(), CHANCE)
def test_the_reader_sees_what_the_pragmas_see(meant: SchemaSpec, chance: Random) -> None:
    connection = grown(meant, chance)

    found = introspect(connection)

    for table in found.tables:
        assert pragmas.read(found, table) == pragmas.reported(connection, table.name)
