"""No row goes without a finding that names its table, however the statements are put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse_ci.report.rows import count_rows
from pulse_ci.rules.lint import lint
from tests.rules.example import review

if TYPE_CHECKING:
    from pulse_ci.analysis.rule import Review

BEFORE = """
CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT, u TEXT UNIQUE);
CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id) ON DELETE CASCADE, v TEXT);
CREATE TABLE n (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id) ON DELETE SET NULL);
CREATE TABLE s (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE log (id INTEGER PRIMARY KEY, s INTEGER);
CREATE TRIGGER t AFTER DELETE ON s BEGIN DELETE FROM log WHERE 1; END;
"""
STATEMENTS = (
    "DROP TABLE s;",
    "DROP TABLE IF EXISTS c;",
    "DROP TABLE p;",
    "DROP TABLE n;",
    "DROP TABLE log;",
    "DROP TABLE s_old;",
    "DROP TABLE p2;",
    "DROP TRIGGER t;",
    "CREATE TABLE s (id INTEGER PRIMARY KEY, name TEXT, x);",
    "CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id) ON DELETE CASCADE, v TEXT);",
    "CREATE TABLE s2 (id INTEGER PRIMARY KEY, name TEXT);",
    "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT, u TEXT UNIQUE);",
    "CREATE TABLE log (id INTEGER PRIMARY KEY, s INTEGER);",
    "CREATE TABLE b AS SELECT * FROM s;",
    "ALTER TABLE s2 RENAME TO s;",
    "ALTER TABLE s RENAME TO s_old;",
    "ALTER TABLE p RENAME TO p2;",
    "ALTER TABLE p2 RENAME TO p;",
    "ALTER TABLE c DROP COLUMN v;",
    "ALTER TABLE s ADD COLUMN z;",
    "INSERT INTO s2 SELECT id, name FROM s;",
    "INSERT INTO s2 SELECT id, name FROM s WHERE id > 1;",
    "INSERT INTO s (id, name) SELECT id, name FROM s_old;",
    "INSERT INTO s SELECT * FROM b;",
    "INSERT INTO p SELECT * FROM p2;",
    "INSERT INTO log (s) SELECT id FROM s;",
    "INSERT OR REPLACE INTO p SELECT id, name, 'k' FROM p;",
    "REPLACE INTO p (id, name) VALUES (1, 'x');",
    "UPDATE OR REPLACE p SET u = 'x';",
    "UPDATE p SET id = id + 100;",
    "DELETE FROM p;",
    "DELETE FROM p WHERE id = 1;",
    "DELETE FROM c;",
    "DELETE FROM s WHERE name IS NOT NULL;",
    "PRAGMA defer_foreign_keys = ON;",
)


def reviewed(*files: str, baseline: int = 1) -> Review:
    """Return what the rules see of files that follow on `BEFORE`."""
    texts = {f"migrations/{number:03}_a.sql": sql for number, sql in enumerate((BEFORE, *files), start=1)}
    return review(texts, baseline=baseline)


def said(found: Review) -> str:
    """Return what the errors and warnings say."""
    return " ".join(each.message for each in lint(found) if each.severity != "notice")


@settings(deadline=None)
@given(st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=6), st.integers(1, 6), st.sampled_from([0, 1]))
def test_a_table_that_loses_rows_is_named(statements: list[str], cut: int, baseline: int) -> None:
    files = [each for each in ("\n".join(statements[:cut]), "\n".join(statements[cut:])) if each]
    found = reviewed(*files, baseline=baseline)

    problems = said(found)

    for table in count_rows(found):
        assert f"`{table.table}`" in problems or (table.after >= table.before and not table.cause)


MADE_ANEW = "DROP TABLE s;\nCREATE TABLE s (id INTEGER PRIMARY KEY, name TEXT, more TEXT);"


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        (MADE_ANEW, "The table is dropped and recreated without all of its rows: all rows of `s` are deleted."),
        ("ALTER TABLE s RENAME TO s_old;\nDROP TABLE s_old;", "Dropping table `s` deletes its rows"),
        ("ALTER TABLE c RENAME COLUMN v TO w;\nALTER TABLE c DROP COLUMN w;", "Dropping column `v` of `c`"),
    ],
)
def test_what_is_dropped_by_a_detour_is_told_all_the_same(sql: str, error: str) -> None:
    assert error in said(reviewed(sql))


@pytest.mark.parametrize("sql", ["ALTER TABLE s RENAME TO s_old;", "ALTER TABLE c RENAME COLUMN v TO w;"])
def test_what_is_only_renamed_keeps_its_rows(sql: str) -> None:
    assert "Dropping" not in said(reviewed(sql))


def test_a_table_of_the_same_change_has_no_rows_to_lose() -> None:
    found = reviewed("CREATE TABLE draft (id INTEGER PRIMARY KEY);", "DROP TABLE draft;")

    assert "Dropping" not in said(found)
    assert "draft" not in [each.table for each in count_rows(found)]


@pytest.mark.parametrize("between", ["INSERT INTO draft SELECT id FROM s;", "ALTER TABLE s RENAME TO draft;"])
def test_a_table_of_the_same_change_that_was_given_rows_has_some_to_lose(between: str) -> None:
    make = "CREATE TABLE draft (id INTEGER PRIMARY KEY);" if between.startswith("INSERT") else ""

    assert "Dropping table `draft`" in said(reviewed(f"{make}\n{between}", "DROP TABLE draft;"))


def test_where_all_files_are_reviewed_a_table_of_an_earlier_one_may_have_rows() -> None:
    assert "all rows of `s` are deleted" in said(reviewed(MADE_ANEW, baseline=0))
