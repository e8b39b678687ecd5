"""What a reverse leaves behind is found by running it, and each remedy undoes just that."""

from __future__ import annotations

import pytest

from tests.rules.example import findings

HEADER = "-- Migration: Example\n-- Created: 2024-03-05\n-- Reason: shows something\n"
SITES = "CREATE TABLE sites (site_id INTEGER PRIMARY KEY, url TEXT);\n"
FIRST, SECOND = "migrations/001_sites.sql", "migrations/002_next.sql"
REVERSE = "migrations/reverse/002_next.sql"


def said(rule: str, sql: str, reverse: str | None = None, *, before: str = SITES) -> list[tuple[int, str, str]]:
    """Line, message and remedy of one rule's findings on a second migration and its reverse."""
    files = {FIRST: f"{HEADER}{before}", SECOND: f"{HEADER}{sql}"} | ({REVERSE: reverse} if reverse else {})
    found = findings(files, rule, baseline=1)
    return [(finding.line, finding.message, finding.remedy) for finding in found]


UNDER = f"Add to `{REVERSE}` under the header `-- Reverse migration 002`: "


@pytest.mark.parametrize(
    ("sql", "what", "drop"),
    [
        ("CREATE TABLE a (b);", "table `a`", "DROP TABLE IF EXISTS a;"),
        ("CREATE INDEX i ON sites (url);", "index `i`", "DROP INDEX IF EXISTS i;"),
        ("CREATE VIEW v AS SELECT 1;", "view `v`", "DROP VIEW IF EXISTS v;"),
        (
            "CREATE TRIGGER t AFTER INSERT ON sites BEGIN SELECT 1; END;",
            "trigger `t`",
            "DROP TRIGGER IF EXISTS t;",
        ),
        ("CREATE VIRTUAL TABLE f USING fts5(x);", "table `f`", "DROP TABLE IF EXISTS f;"),
        ("ALTER TABLE sites ADD COLUMN x;", "column `x` of `sites`", "ALTER TABLE sites DROP COLUMN x;"),
        ('CREATE TABLE "order" (b);', "table `order`", 'DROP TABLE IF EXISTS "order";'),
        ('CREATE TABLE "a b" (c);', "table `a b`", 'DROP TABLE IF EXISTS "a b";'),
        ('CREATE TABLE "a""b" (c);', 'table `a"b`', 'DROP TABLE IF EXISTS "a""b";'),
    ],
)
def test_what_is_made_and_never_dropped_is_named_with_its_drop(sql: str, what: str, drop: str) -> None:
    assert said("missing-drop", sql) == [(4, f"No rollback: nothing drops {what}.", f"{UNDER}`{drop}`")]
    assert said("missing-drop", sql, f"-- Reverse migration 002\n{drop}\n") == []
    assert said("reverse-fails", sql, f"-- Reverse migration 002\n{drop}\n") == []


def test_what_the_reverse_forgets_is_added_to_the_reverse() -> None:
    reverse = "-- Reverse migration 002\nDROP TABLE a;\n"

    assert said("missing-drop", "CREATE TABLE a (x);\nCREATE TABLE b (x);", reverse) == [
        (5, "No rollback: nothing drops table `b`.", f"Add to `{REVERSE}`: `DROP TABLE IF EXISTS b;`")
    ]


def test_a_reverse_that_drops_a_table_drops_its_index_and_trigger_too() -> None:
    sql = "CREATE TABLE a (x);\nCREATE INDEX i ON a (x);\nCREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;"

    assert said("missing-drop", sql, "-- Reverse migration 002\nDROP TABLE a;\n") == []


@pytest.mark.parametrize(
    ("sql", "gone", "back"),
    [
        ("ALTER TABLE sites RENAME TO places;", "table `sites`", "ALTER TABLE places RENAME TO sites;"),
        (
            "ALTER TABLE sites RENAME TO a;\nALTER TABLE a RENAME TO 'group';",
            "table `sites`",
            'ALTER TABLE "group" RENAME TO sites;',
        ),
        (
            "ALTER TABLE sites RENAME COLUMN url TO address;",
            "column `url` of `sites`",
            "ALTER TABLE sites RENAME COLUMN address TO url;",
        ),
    ],
)
def test_a_rename_is_taken_back_and_not_dropped(sql: str, gone: str, back: str) -> None:
    assert said("missing-drop", sql) == []
    assert [each[1:] for each in said("reverse-incomplete", sql)] == [
        (
            f"No rollback: these stay changed: {gone} is gone.",
            f"In the reverse: `{back}`",
        )
    ]
    assert said("reverse-incomplete", sql, f"-- Reverse migration 002\n{back}\n") == []


@pytest.mark.parametrize(
    ("sql", "reverse", "difference", "remedy"),
    [
        (
            "ALTER TABLE sites DROP COLUMN url;",
            "SELECT 1;",
            "column `url` of `sites` is gone",
            "In the reverse: `ALTER TABLE sites ADD COLUMN url TEXT;`",
        ),
        (
            "ALTER TABLE sites DROP COLUMN url;",
            "ALTER TABLE sites ADD COLUMN url VARCHAR;",
            "column `url` of `sites` differs",
            "In the reverse, restore `url`: it was `url TEXT`.",
        ),
        (
            "DROP INDEX i;",
            "CREATE INDEX i ON sites (site_id DESC);",
            "index `i` differs",
            "In the reverse, create it again: `CREATE INDEX i ON sites (site_id)`",
        ),
        (
            "ALTER TABLE sites DROP COLUMN a;",
            "ALTER TABLE sites ADD COLUMN a;",
            "table `sites` has its columns in another order",
            "In the reverse, create it again: `CREATE TABLE sites ( site_id INTEGER PRIMARY KEY, a, url TEXT )`",
        ),
    ],
)
def test_what_is_not_as_it_was_is_shown(sql: str, reverse: str, difference: str, remedy: str) -> None:
    before = "CREATE TABLE sites (site_id INTEGER PRIMARY KEY, a, url TEXT);\nCREATE INDEX i ON sites (site_id);\n"

    found = said("reverse-incomplete", sql, f"-- Reverse migration 002\n{reverse}\n", before=before)

    assert [each[1:] for each in found] == [
        (f"The reverse of `002_next.sql` does not restore the schema: {difference}.", remedy)
    ]


def test_a_reverse_that_d1_refuses_is_found_at_its_line() -> None:
    assert said("reverse-fails", "CREATE TABLE a (x);", "-- Reverse migration 002\nDROP TABLE b;\n") == [
        (
            2,
            "The reverse of `002_next.sql` does not run: D1 answers `no such table: b: SQLITE_ERROR`.",
            "Drop what refers to an object before the object itself, with IF EXISTS; no BEGIN or COMMIT.",
        )
    ]


def test_a_transaction_of_ones_own_in_a_reverse_is_refused_too() -> None:
    reverse = "-- Reverse migration 002\nBEGIN;\nDROP TABLE a;\nCOMMIT;\n"

    assert [line for line, _, _ in said("reverse-fails", "CREATE TABLE a (x);", reverse)] == [2, 4]


@pytest.mark.parametrize(
    "words",
    ["Reverse: just drop it", "Rollback: not needed", "Down: see the wiki", "Down: drop it by hand", "Down: none"],
)
def test_prose_in_a_trailing_comment_is_not_a_reverse(words: str) -> None:
    sql = f"CREATE TABLE a (x);\n-- {words}\n"

    assert said("reverse-fails", sql) == []
    assert said("missing-drop", sql) != []


def test_words_within_a_commented_reverse_are_told_from_sql() -> None:
    sql = "CREATE TABLE a (x);\n-- Reverse: DROP TABLE a; and then rest\n"

    assert [line for line, _, _ in said("reverse-fails", sql)] == [5]


def test_a_file_that_does_not_run_is_not_asked_for_a_reverse() -> None:
    sql = "CREATE TABLE a (x);\nSELECT missing FROM a;\n"

    assert said("replay-fails", sql)
    assert said("missing-drop", sql) == said("reverse-incomplete", sql) == said("reverse-fails", sql) == []


def test_a_reverse_that_undoes_another_migration_is_a_wrong_header() -> None:
    reverse = "-- Reverse migration 002\nDROP TABLE sites;\n"

    found = said("reverse-header", "CREATE TABLE a (x);", reverse)

    assert [message for _, message, _ in found] == [
        "The reverse of `002_next.sql` drops `sites`, which that file did not make, and nothing that it made."
    ]
    assert said("reverse-incomplete", "CREATE TABLE a (x);", reverse) == []


def test_a_reverse_file_without_its_migration_is_reported_with_and_without_a_header() -> None:
    for text in ("DROP TABLE x;", "-- Reverse migration 009\nDROP TABLE x;"):
        files = {FIRST: HEADER + SITES, "migrations/reverse/009_x.sql": text}
        assert [finding.message for finding in findings(files, "reverse-header")] == [
            "There is no migration 009 to undo."
        ]


def test_an_undone_migration_and_its_shipped_rollback_are_each_others_reverse() -> None:
    files = {FIRST: HEADER + SITES, SECOND: "-- Reverse migration 001\n-- Created: 2024-03-05\nDROP TABLE sites;\n"}

    for rule in ("missing-drop", "reverse-incomplete", "reverse-fails", "reverse-header", "missing-header"):
        assert findings(files, rule) == []
