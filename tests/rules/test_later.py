from __future__ import annotations

import pytest

from pulse_ci.rules.examples import EXAMPLE_HEADER
from pulse_ci.rules.lint import lint
from tests.rules.example import review

SITES = EXAMPLE_HEADER + "CREATE TABLE sites (site_id INTEGER PRIMARY KEY, title TEXT, big AS (title || 'x'));\n"
WITH_VIEW = SITES + "CREATE VIEW titles AS SELECT title FROM sites;\n"


def said(sql: str, rule: str, before: str = WITH_VIEW) -> list[str]:
    seen = review({"migrations/001_a.sql": before, "migrations/002_b.sql": EXAMPLE_HEADER + sql}, baseline=1)
    return [finding.message for finding in lint(seen) if finding.rule == rule]


@pytest.mark.parametrize(
    ("sql", "effect"),
    [
        ("CREATE VIEW v AS SELECT json_pretty(title) FROM sites;", "each query of view `v` fails"),
        ("CREATE VIEW v AS SELECT * FROM _cf_METADATA;", "each query of view `v` fails"),
        ("CREATE VIEW v AS SELECT median(site_id) FROM sites;", "each query of view `v` fails"),
        (
            "CREATE TRIGGER g AFTER INSERT ON sites BEGIN SELECT unistr(new.title); END;",
            "each INSERT on `sites`, which fires trigger `g`, fails",
        ),
        (
            "CREATE TRIGGER g BEFORE DELETE ON sites BEGIN DELETE FROM _cf_METADATA; END;",
            "each DELETE on `sites`, which fires trigger `g`, fails",
        ),
        (
            "CREATE TRIGGER g UPDATE OF title ON sites WHEN power(2, 2) BEGIN SELECT 1; END;",
            "each UPDATE on `sites`, which fires trigger `g`, fails",
        ),
        (
            "CREATE TRIGGER g INSTEAD OF UPDATE ON titles BEGIN SELECT power(2, 2); END;",
            "each UPDATE on `titles`, which fires trigger `g`, fails",
        ),
    ],
)
def test_what_is_made_but_can_never_be_used_is_reported(sql: str, effect: str) -> None:
    (message,) = said(sql, "broken-object")

    assert effect in message


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE VIEW v AS SELECT json(title) FROM sites;",
        "CREATE TRIGGER g AFTER UPDATE ON sites BEGIN SELECT json(new.title); END;",
        "CREATE TRIGGER g INSTEAD OF INSERT ON titles BEGIN INSERT INTO sites (title) VALUES (new.title); END;",
        "CREATE VIEW v AS SELECT json_pretty(title) FROM sites; DROP VIEW v;",
    ],
)
def test_what_can_be_used_now_or_once_a_table_is_there_is_not(sql: str) -> None:
    assert said(sql, "broken-object") == []


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO d1_migrations (name) VALUES ('x');",
        'UPDATE "D1_MIGRATIONS" SET name = 1;',
        "DELETE FROM d1_migrations;",
        "CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY);",
        "DROP TABLE IF EXISTS d1_migrations;",
        "WITH x AS (SELECT 1) DELETE FROM d1_migrations;",
    ],
)
def test_a_statement_that_changes_the_record_is_reported_and_no_advice_is_given_to_make_the_table(sql: str) -> None:
    assert len(said(sql, "migrations-table")) == 1
    assert said(sql, "replay-fails") == []


def test_no_table_takes_the_name_of_the_record() -> None:
    sql = "ALTER TABLE sites RENAME TO d1_migrations;"

    assert len(said(sql, "migrations-table")) == 1
    assert ["already another table" in each for each in said(sql, "replay-fails")] == [True]


def test_the_record_may_be_read() -> None:
    assert said("SELECT * FROM d1_migrations;", "migrations-table") == []
