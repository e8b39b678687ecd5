"""The lists of words, held against SQLite's own."""

from __future__ import annotations

import apsw
import pytest

from pulse_ci.schema.schema import make_comparison_key
from pulse_ci.sql import names
from tests.engine.databases import database, rebuilt, schema

LISTED = names.RESERVED_WORDS | names.MOSTLY_KEYWORDS | names.MOSTLY_NAMES | names.CONTEXT_KEYWORDS | names.CLOCK_WORDS


def can_be_a_name(word: str) -> bool:
    try:
        database(f"CREATE TABLE t ({word})")
    except apsw.SQLError:
        return False
    return True


def test_every_keyword_of_sqlite_is_in_one_list() -> None:
    assert set(apsw.keywords) == LISTED


@pytest.mark.parametrize("word", sorted(apsw.keywords))
def test_reserved_words_are_those_that_sqlite_takes_for_no_name(word: str) -> None:
    assert can_be_a_name(word) == (word not in names.RESERVED_WORDS)


@pytest.mark.parametrize("word", sorted(apsw.keywords))
def test_a_column_named_like_a_keyword_is_the_same_column_quoted_or_not(word: str) -> None:
    quoted = schema(
        f'CREATE TABLE t ("{word}" CHECK ("{word}" > 1))',
        f'CREATE VIEW v AS SELECT t."{word}" FROM t ORDER BY t."{word}" DESC',
    )

    assert rebuilt(quoted) == quoted
    if can_be_a_name(word) and word not in {"CAST", "RAISE"}:
        bare = schema(
            f"CREATE TABLE t ({word} CHECK ([{word}] > 1))",
            f"CREATE VIEW v AS SELECT t.{word} FROM t ORDER BY t.`{word}` DESC",
        )
        assert bare == quoted


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("events", "events"),
        ("order", '"order"'),
        ("Key", '"Key"'),
        ("my col", '"my col"'),
        ('x"y', '"x""y"'),
        ("1st", '"1st"'),
        ("", '""'),
    ],
)
def test_a_name_is_quoted_where_it_could_be_something_else(name: str, spelled: str) -> None:
    assert names.quote_if_needed(name) == spelled


def test_meaning_folds_names_and_keeps_strings() -> None:
    assert make_comparison_key("""SELECT "It's", A FROM T WHERE b = 'It''s "X"'""") == (
        """select "it's", a from t where b = 'It''s "X"'"""
    )
