"""not-idempotent: what a second run does, and the guard that a remedy writes."""

from __future__ import annotations

import pytest

from pulse_ci.model import Severity
from tests.rules.example import findings

PATH = "migrations/001_a.sql"
TABLE = "CREATE TABLE IF NOT EXISTS a (id INTEGER PRIMARY KEY, v TEXT);\n"


def said(sql: str) -> list[tuple[int, Severity, str]]:
    return [(each.line, each.severity, each.remedy) for each in findings({PATH: TABLE + sql}, "not-idempotent")]


@pytest.mark.parametrize(
    ("sql", "guarded"),
    [
        ("CREATE TABLE b (x);", "CREATE TABLE IF NOT EXISTS b (x);"),
        ("CREATE UNIQUE INDEX i\n  ON a (v);", "CREATE UNIQUE INDEX IF NOT EXISTS i ON a (v);"),
        ("CREATE VIEW v AS SELECT 1;", "CREATE VIEW IF NOT EXISTS v AS SELECT 1;"),
        (
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;",
            "CREATE TRIGGER IF NOT EXISTS t AFTER INSERT ON a BEGIN SELECT 1; END;",
        ),
        ("CREATE VIRTUAL TABLE f USING fts5(x);", "CREATE VIRTUAL TABLE IF NOT EXISTS f USING fts5(x);"),
        ("CREATE /* a */ TABLE/* b */b (x);", "CREATE /* a */ TABLE IF NOT EXISTS/* b */b (x);"),
    ],
)
def test_the_remedy_is_the_statement_with_its_guard(sql: str, guarded: str) -> None:
    assert said(sql) == [(2, Severity.ERROR, f"`{guarded}`")]
    assert said(guarded) == []


def test_a_drop_is_guarded_too() -> None:
    sql = "CREATE TABLE IF NOT EXISTS gone (x);\nDROP TABLE gone;\nDROP TABLE IF EXISTS gone;\n"

    assert said(sql) == []  # made anew by the file itself, each time
    files = {PATH: "CREATE TABLE gone (x);", "migrations/002_b.sql": "DROP TABLE gone;"}
    assert [each.remedy for each in findings(files, "not-idempotent", baseline=1)] == ["`DROP TABLE IF EXISTS gone;`"]


@pytest.mark.parametrize(
    "sql", ["ALTER TABLE a ADD COLUMN x;", "ALTER TABLE a RENAME COLUMN v TO w;", "ALTER TABLE a DROP COLUMN v;"]
)
def test_what_sqlite_cannot_guard_is_a_warning(sql: str) -> None:
    found = findings({PATH: TABLE, "migrations/002_b.sql": sql}, "not-idempotent", baseline=1)

    assert [(each.line, each.severity) for each in found] == [(1, Severity.WARNING)]
    assert found[0].remedy.startswith("SQLite cannot guard it.")


@pytest.mark.parametrize(
    ("sql", "line"),
    [
        ("INSERT INTO a (v) VALUES ('x');", 2),
        ("INSERT INTO a (v) VALUES ('x');\nCREATE INDEX IF NOT EXISTS i ON a (v);", 2),
        ("INSERT OR IGNORE INTO a VALUES (1, 'x');\nUPDATE a SET v = v || 'x';", 3),
        ("INSERT OR REPLACE INTO a (v) VALUES ('x');", 2),
        ("INSERT OR IGNORE INTO a VALUES (1, 'x');\nUPDATE a SET v = v || 'x' WHERE id = 1;", 3),
    ],
)
def test_rows_that_change_again_are_reported_where_they_are_written(sql: str, line: int) -> None:
    assert [(at, severity) for at, severity, _ in said(sql)] == [(line, Severity.ERROR)]


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT OR IGNORE INTO a VALUES (1, 'x');",
        "INSERT INTO a VALUES (1, 'x') ON CONFLICT DO NOTHING;",
        "REPLACE INTO a VALUES (1, 'x');",
        "INSERT INTO a (v) SELECT 'x' WHERE NOT EXISTS (SELECT 1 FROM a);",
        "UPDATE a SET v = upper(v);",
        "DELETE FROM a;",
        "PRAGMA optimize;",
        "SELECT 1;",
    ],
)
def test_what_ends_where_it_was_is_fine(sql: str) -> None:
    assert said(sql) == []


def test_a_rebuild_that_ends_where_it_was_is_fine() -> None:
    assert (
        said(
            "CREATE TABLE a_new (id INTEGER PRIMARY KEY, v TEXT);\nINSERT INTO a_new SELECT id, v FROM a;\n"
            "DROP TABLE a;\nALTER TABLE a_new RENAME TO a;\n"
        )
        == []
    )


def test_statements_that_fail_alike_are_told_once() -> None:
    inserts = "".join(f"INSERT INTO a VALUES ({number}, 'x');\n" for number in range(2000))

    found = findings({PATH: TABLE + inserts}, "not-idempotent")

    assert [(each.line, each.message) for each in found] == [
        (
            2,
            "A second run of the file fails here: `UNIQUE constraint failed: a.id: SQLITE_CONSTRAINT "
            "(extended: SQLITE_CONSTRAINT_PRIMARYKEY)`. So do 1,999 more statements, on lines 3 to 2001.",
        )
    ]


def test_a_few_that_fail_alike_are_told_one_by_one() -> None:
    assert [line for line, _, _ in said("INSERT INTO a VALUES (1, 'x');\nINSERT INTO a VALUES (2, 'x');\n")] == [2, 3]
