"""Columns, SELECT and WHERE are read from statements of any spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_ci.sql.clauses import (
    InsertSelect,
    WhereCondition,
    add_or_ignore,
    find_insert_columns,
    find_insert_select,
    find_set_columns,
    find_where_condition,
    inserts_select_star,
)


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("INSERT INTO a SELECT b FROM c;", InsertSelect((), "SELECT b FROM c")),
        ('INSERT OR IGNORE INTO main.a AS x (b, "c") SELECT 1, 2', InsertSelect(("b", "c"), "SELECT 1, 2")),
        (
            "REPLACE INTO a WITH d AS (SELECT 1) SELECT * FROM d",
            InsertSelect((), "WITH d AS (SELECT 1) SELECT * FROM d"),
        ),
        (
            "INSERT INTO a SELECT b FROM c JOIN d ON d.x = c.y WHERE 1 ON CONFLICT (b) DO NOTHING",
            InsertSelect((), "SELECT b FROM c JOIN d ON d.x = c.y WHERE 1"),
        ),
        ("INSERT INTO a SELECT (SELECT 1 ON CONFLICT) RETURNING b", InsertSelect((), "SELECT (SELECT 1 ON CONFLICT)")),
        ("INSERT INTO a VALUES (1)", None),
        ("WITH d AS (SELECT 1) INSERT INTO a SELECT * FROM d", None),
        ("UPDATE a SET b = 1", None),
        ("", None),
    ],
)
def test_a_copy_is_its_columns_and_its_select(sql: str, found: InsertSelect | None) -> None:
    assert find_insert_select(sql) == found


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("INSERT INTO a (b, [c d]) VALUES (1, 2)", ("b", "c d")),
        ("INSERT INTO a VALUES (1)", ()),
        ("INSERT INTO a ((b)) VALUES (1)", ()),
        ("DELETE FROM a", ()),
    ],
)
def test_the_columns_of_an_insert_are_those_that_it_lists(sql: str, columns: tuple[str, ...]) -> None:
    assert find_insert_columns(sql) == columns


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ('UPDATE a SET b = 1, "C" = (SELECT d = 2 FROM e), f == 3 WHERE g = 4', {"b", "C", "f"}),
        ("UPDATE a SET (b, c) = (1, 2), d = x FROM e", {"b", "c", "d"}),
        ("UPDATE a SET b = c IS DISTINCT FROM d, e = 1 FROM f", {"b", "e"}),
        ("WITH x AS (SELECT 1) UPDATE a SET b = 1 RETURNING c", {"b"}),
        ("DELETE FROM a", set()),
        ("UPDATE a SET", set()),
    ],
)
def test_the_columns_of_an_update_are_those_that_it_sets(sql: str, columns: set[str]) -> None:
    assert find_set_columns(sql) == columns


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("DELETE FROM a WHERE b = 1 RETURNING c;", WhereCondition("b = 1", None)),
        (
            "UPDATE a AS x SET b = 1 WHERE x.b IN (SELECT c FROM d WHERE 1)",
            WhereCondition("x.b IN (SELECT c FROM d WHERE 1)", "x"),
        ),
        ("CREATE INDEX i ON a (b) WHERE b > 0", WhereCondition("b > 0", None)),
        ("UPDATE a SET b = 1 FROM c WHERE 1", None),
        ("DELETE FROM a WHERE b LIMIT 1", None),
        ("WITH c AS (SELECT 1) DELETE FROM a WHERE b", None),
        ("DELETE FROM a", None),
    ],
)
def test_a_where_is_read_where_it_alone_chooses_the_rows(sql: str, found: WhereCondition | None) -> None:
    assert find_where_condition(sql) == found


def test_or_ignore_is_added_to_a_plain_insert_alone() -> None:
    assert add_or_ignore("INSERT INTO a VALUES (1)") == "INSERT OR IGNORE INTO a VALUES (1)"
    assert add_or_ignore("INSERT OR FAIL INTO a VALUES (1)") is None


_PIECES = (
    "INSERT INTO REPLACE UPDATE SET WITH AS SELECT DISTINCT FROM WHERE ON CONFLICT RETURNING LIMIT a 'b' . ( ) , = ; *"
)


@given(st.lists(st.sampled_from(_PIECES.split()), max_size=14))
def test_no_sequence_of_words_is_an_error(words: list[str]) -> None:
    sql = " ".join(words)

    find_where_condition(sql)
    assert find_set_columns(sql) is not None
    assert find_insert_columns(sql) is not None
    assert inserts_select_star(sql) in (True, False)
    assert find_insert_select(sql) is None or "SELECT" in sql or "WITH" in sql
