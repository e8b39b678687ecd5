"""One schema for each kind of constraint, and what cannot be filled."""

from __future__ import annotations

import time

import pytest

from pulse_ci.analysis.seed import seed
from tests.engine.seed.cases import FILLED, HOSTILE, UNFILLED, Case, Unfilled
from tests.engine.seed.judge import all_rows, column_of, damage, database, rows_of, too_few, uncovered

# Columns that a constraint keeps from being NULL, though none says NOT NULL.
NEVER_NULL = {
    "dates": ["t.d is never NULL"],
    "typeof": ["t.a is never NULL"],
    "generated-not-null": ["t.a is never NULL"],
    "trigger-that-needs-a-value": ["t.a is never NULL"],
}


@pytest.mark.parametrize("case", FILLED, ids=lambda case: case.name)
def test_a_schema_is_filled(case: Case) -> None:
    with database(case.sql) as filled:
        seeded = seed(filled)

        assert too_few(seeded) == []
        assert damage(filled) == []
        assert list(uncovered(filled, filled.schema().tables)) == NEVER_NULL.get(case.name, [])


@pytest.mark.parametrize("case", UNFILLED, ids=lambda case: case.name)
def test_a_table_that_cannot_be_filled_is_named_with_the_reason(case: Unfilled) -> None:
    with database(case.sql) as filled:
        seeded = seed(filled)

        assert damage(filled) == []
        assert [failure.table for failure in seeded.failures] == [table for table, _ in case.reasons]
        for failure, (_, reason) in zip(seeded.failures, case.reasons, strict=True):
            assert reason in failure.reason


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case.name)
def test_a_hostile_schema_is_stopped(case: Unfilled) -> None:
    with database(case.sql) as filled:
        start = time.thread_time()

        seeded = seed(filled)

        assert time.thread_time() - start < 8  # of the processor: a busy machine is no failure
        assert damage(filled) == []
        reasons = {failure.table: failure.reason for failure in seeded.failures}
        assert all(reason in reasons[table] for table, reason in case.reasons)


def test_one_table_that_cannot_be_filled_leaves_the_others_filled() -> None:
    with database("CREATE TABLE a (x INT NOT NULL CHECK (x > x))", "CREATE TABLE b (x INT NOT NULL)") as filled:
        seeded = seed(filled)

        assert [table.name for table in seeded.tables] == ["b"]
        assert [failure.table for failure in seeded.failures] == ["a"]


def test_a_table_for_one_row_has_one_and_says_why_no_more() -> None:
    with database("CREATE TABLE settings (id INTEGER PRIMARY KEY CHECK (id = 1), theme TEXT)") as filled:
        (table,) = seed(filled).tables

        assert (table.rows, table.inserted) == (1, 1)
        assert "UNIQUE constraint failed: settings.id" in (table.shortfall or "")


def test_rows_that_are_there_are_kept_and_completed() -> None:
    with database(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE)", "INSERT INTO t VALUES (1, 'mine')"
    ) as filled:
        (found,) = seed(filled).tables

        assert (found.rows, found.inserted) == (2, 1)
        assert rows_of(filled, "t")[0] == (1, "mine")


def test_children_refer_to_different_parents() -> None:
    with database("CREATE TABLE p (id TEXT PRIMARY KEY)", "CREATE TABLE c (p TEXT NOT NULL REFERENCES p)") as filled:
        seed(filled)

        assert sorted(map(str, column_of(filled, "c", "p"))) == sorted(map(str, column_of(filled, "p", "id")))


@pytest.mark.parametrize("case", [case for case in FILLED if case.name.startswith("self")], ids=lambda case: case.name)
def test_a_row_refers_to_another_row_of_its_own_table(case: Case) -> None:
    with database(case.sql) as filled:
        seed(filled)

        assert any(row[0] != row[1] and row[1] is not None for row in rows_of(filled, "t"))


def test_boundary_values_are_among_the_rows() -> None:
    columns = ", ".join(f"n{place} INT NOT NULL, s{place} TEXT NOT NULL" for place in range(6))
    with database(f"CREATE TABLE t ({columns})") as filled:
        seed(filled)

        values = {value for row in rows_of(filled, "t") for value in row}
        assert {0, -1, 9007199254740993, "", "Zoë ✓ 日本語 😀", "it's"} <= values


def test_a_parent_key_that_is_no_text_is_no_parent() -> None:
    parent = "CREATE TABLE p (id TEXT PRIMARY KEY); INSERT INTO p VALUES (CAST(x'ff' AS TEXT)), (CAST(x'fe' AS TEXT))"
    with database(parent, "CREATE TABLE c (p TEXT NOT NULL REFERENCES p)") as filled:
        seeded = seed(filled)

        assert [failure.table for failure in seeded.failures] == ["c"]


def test_the_constraints_of_one_spelling_are_not_those_of_another() -> None:
    for name in ("T", "t"):
        with database(f"CREATE TABLE {name} (a INT NOT NULL, CONSTRAINT {name}_a CHECK (a > 70))") as filled:
            assert [table.name for table in seed(filled).tables] == [name]


def test_views_are_left_out() -> None:
    with database("CREATE TABLE t (a)", "CREATE VIEW v AS SELECT a FROM t") as filled:
        assert [table.name for table in seed(filled).tables] == ["t"]


def test_pragmas_that_a_migration_left_do_not_let_bad_rows_in() -> None:
    with database(
        "CREATE TABLE p (id INTEGER PRIMARY KEY)", "CREATE TABLE c (p INT NOT NULL REFERENCES p CHECK (p > 8))"
    ) as filled:
        filled.run("PRAGMA ignore_check_constraints = ON")

        seed(filled)

        assert filled.query("PRAGMA ignore_check_constraints") == [(1,)]
        filled.run("PRAGMA ignore_check_constraints = OFF")
        assert damage(filled) == []


def test_what_d1_forbids_stays_forbidden_in_triggers() -> None:
    trigger = "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT sqlite_version(); END"
    with database("CREATE TABLE t (a)", trigger) as filled:
        (failure,) = seed(filled).failures

        assert "not authorized to use function: sqlite_version" in failure.reason


def test_the_schema_can_be_given() -> None:
    with database("CREATE TABLE a (x)", "CREATE TABLE b (x)") as filled:
        with database("CREATE TABLE b (x)") as other:
            schema = other.schema()

        seed(filled, schema)

        assert {name: len(rows) for name, rows in all_rows(filled).items()} == {"a": 0, "b": 2}
