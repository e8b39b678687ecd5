"""Pairs of spellings that mean the same, and pairs that do not."""

from __future__ import annotations

import pytest

from pulse_ci.schema.diff import diff
from tests.engine.databases import rebuilt, schema
from tests.engine.pairs import DIFFERENT, EQUAL, Pair


@pytest.mark.parametrize("pair", EQUAL, ids=lambda pair: pair.name)
def test_another_spelling_is_no_change(pair: Pair) -> None:
    one, other = schema(pair.one), schema(pair.other)

    assert diff(one, other) == ()
    assert one == other
    assert hash(one) == hash(other)


@pytest.mark.parametrize("pair", DIFFERENT, ids=lambda pair: pair.name)
def test_another_meaning_is_a_change(pair: Pair) -> None:
    one, other = schema(pair.one), schema(pair.other)

    assert diff(one, other)
    assert diff(other, one)
    assert one != other


@pytest.mark.parametrize("pair", [*EQUAL, *DIFFERENT], ids=lambda pair: pair.name)
def test_canonical_sql_makes_the_same_schema_again(pair: Pair) -> None:
    for sql in (pair.one, pair.other):
        original = schema(sql)

        again = rebuilt(original)

        assert [each.normalized_sql for each in again.objects] == [each.normalized_sql for each in original.objects]
