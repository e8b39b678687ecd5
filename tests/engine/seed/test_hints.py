"""Rows that a migration's own conditions look for, so that a WHERE or a CHECK meets something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulse_ci.analysis.seed import read_hints, seed
from pulse_ci.sql.split import split_statements
from tests.engine.seed.judge import damage, database
from tests.rules.example import review

if TYPE_CHECKING:
    from pulse_ci.analysis.seeded_run import SeededRun

FAMILY = """
    CREATE TABLE p (id INTEGER PRIMARY KEY, kind TEXT, size INT, code TEXT UNIQUE);
    CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p (id) ON DELETE CASCADE, note TEXT);
    CREATE TABLE g (id INTEGER PRIMARY KEY, c INT NOT NULL REFERENCES c (id) ON DELETE CASCADE);
"""
REBUILD = "INSERT INTO n SELECT id, kind, size, code FROM p; DROP TABLE p; ALTER TABLE n RENAME TO p;"


def on_rows(sql: str, schema: str = FAMILY) -> SeededRun:
    return review({"migrations/001_a.sql": schema, "migrations/002_b.sql": sql}, baseline=1).analyses[0].seeded_run


@pytest.mark.parametrize(
    "condition",
    [
        "kind = 'x'",
        "'y' <> kind AND kind = 'x'",
        "p.kind IN ('x', 'z')",
        'kind IS "x" AND 1',
        "kind LIKE 'x%'",
        "kind GLOB '*x*'",
        "size > 100",
        "size <= -7",
        "size BETWEEN 1000 AND 2000",
        "(kind = 'x' AND size >= 77)",
        "code = 'abc' OR size = 4711",
        "NOT (kind <> 'x')",
    ],
)
def test_what_a_condition_looks_for_is_there_with_children_and_grandchildren(condition: str) -> None:
    sql = f"DELETE FROM p WHERE {condition};"

    assert {loss.table for loss in on_rows(sql).losses} == {"p", "c", "g"}


def test_an_update_is_tried_on_the_rows_of_its_where_and_not_of_its_set() -> None:
    with database(FAMILY) as filled:
        schema = filled.schema()

        update = "UPDATE p SET kind = 'new', size = 3 WHERE kind = 'old' AND size = 5"
        hints = read_hints(split_statements(update), schema, {"p", "c"})

    assert hints.requested == {"p": [{"kind": "old", "size": 5}]}


@pytest.mark.parametrize("check", ["size >= 0", "size < 1000", "kind <> 'nobody'", "kind NOT IN ('a', 'b')"])
def test_a_new_check_is_tried_with_what_breaks_it(check: str) -> None:
    sql = f"CREATE TABLE n (id INTEGER PRIMARY KEY, kind TEXT, size INT, code TEXT, CHECK ({check})); {REBUILD}"

    refusals = [refusal.message for refusal in on_rows(sql).run.rejections]

    assert len(refusals) == 1
    assert refusals[0].startswith("CHECK constraint failed")


def test_rows_that_constraints_forbid_are_left_out_and_nothing_else_suffers() -> None:
    schema = """
        CREATE TABLE p (id INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('a', 'b')), size INT) STRICT;
        CREATE TABLE c (id INTEGER PRIMARY KEY, p INT NOT NULL REFERENCES p (id));
    """
    with database(schema) as filled:
        before = filled.schema()
        hints = read_hints(
            split_statements("DELETE FROM p WHERE kind = 'c' OR size = 'text' OR id = 1; DELETE FROM c WHERE p = 99"),
            before,
            {"p", "c"},
        )

        seeded = seed(filled, hints=hints)

        assert [(table.name, table.rows) for table in seeded.tables] == [("c", 2), ("p", 2)]
        assert damage(filled) == []


def test_the_same_hints_give_the_same_rows_also_where_rows_are_there_already() -> None:
    statements = split_statements("DELETE FROM p WHERE kind = 'x' AND size > 9")
    contents = []
    for _ in range(2):
        with database(FAMILY) as filled:
            schema = filled.schema()
            seed(filled)
            seed(filled, hints=read_hints(statements, schema, {"p", "c"}))
            contents.append([filled.query(f"SELECT * FROM {table}") for table in ("p", "c", "g")])

    assert contents[0] == contents[1]
    assert [row for row in contents[0][0] if row[1] == "x" and isinstance(row[2], int) and row[2] > 9]
    assert len(contents[0][1]) > 2


def test_a_rebuild_that_keeps_its_checks_asks_for_no_further_rows() -> None:
    table = "(id INTEGER PRIMARY KEY, kind TEXT CHECK (kind IN ('a', 'b')), size INT CHECK (size > 3))"
    with database(f"CREATE TABLE p {table}") as filled:
        assert read_hints(split_statements(f"CREATE TABLE p_new {table}"), filled.schema(), {"p"}).requested == {}
