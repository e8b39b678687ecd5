"""Run twice and undone with rows in the tables: what an empty database would not show."""

from __future__ import annotations

import pytest

from pulse_ci.analysis.proofs import UnrestoredRows
from tests.rules.example import findings, review

BASE = "migrations/001_a.sql"
PATH = "migrations/002_b.sql"
SCHEMA = """
CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT, size INTEGER NOT NULL, at TEXT DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id) ON DELETE CASCADE);
CREATE TABLE touched (id INTEGER PRIMARY KEY, at TEXT);
CREATE TRIGGER g AFTER UPDATE ON touched WHEN new.at = old.at
BEGIN UPDATE touched SET at = datetime() WHERE id = new.id; END;
"""


def twice(sql: str) -> list[str]:
    return [each.message for each in findings({BASE: SCHEMA, PATH: sql}, "not-idempotent", baseline=1)]


def unrestored(sql: str, reverse: str) -> tuple[UnrestoredRows, ...]:
    text = f"{sql}\n-- Reverse:\n" + "".join(f"-- {line}\n" for line in reverse.splitlines())
    return review({BASE: SCHEMA, PATH: text}, baseline=1).analyses[0].reversibility.unrestored


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE p SET size = size + 1;",
        "UPDATE p SET name = name || '!' WHERE name IS NOT NULL;",
        "INSERT INTO c (p) SELECT id FROM p;",
        "DELETE FROM c WHERE id = (SELECT min(id) FROM c);",
    ],
)
def test_a_second_run_that_changes_rows_is_found_though_the_migrations_bring_none(sql: str) -> None:
    table = sql.replace("INTO ", "").replace("FROM ", "").split()[1]

    assert twice(sql) == [f"A second run of the file changes the rows of `{table}` again."]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE p SET name = upper(name);",
        "UPDATE p SET size = 0 WHERE size < 0;",
        "DELETE FROM c WHERE p IS NULL;",
        "UPDATE p SET at = CURRENT_TIMESTAMP;",
        "UPDATE p SET name = hex(randomblob(8));",
        "UPDATE touched SET at = at;",
        "INSERT INTO p (id, size) SELECT 77, 1 WHERE NOT EXISTS (SELECT 1 FROM p WHERE id = 77);",
        "REPLACE INTO p (id, size) VALUES (77, 1);",
    ],
)
def test_a_second_run_that_leaves_all_as_it_is_or_only_knows_another_time_is_none(sql: str) -> None:
    assert twice(sql) == []


@pytest.mark.parametrize(
    ("sql", "reverse", "left"),
    [
        ("ALTER TABLE p DROP COLUMN name;", "ALTER TABLE p ADD COLUMN name TEXT;", None),
        ("UPDATE p SET size = 0;", "SELECT 1;", ("p", ("size",))),
        ("DELETE FROM c WHERE id = 1;", "SELECT 1;", ("c", ())),
        ("DELETE FROM p WHERE id = 1;", "INSERT INTO p (id, size) VALUES (1, 5);", ("p", ("name", "size", "at"))),
        ("ALTER TABLE p RENAME COLUMN name TO title;", "ALTER TABLE p RENAME COLUMN title TO name;", ("", ())),
        ("ALTER TABLE p ADD COLUMN x;", "ALTER TABLE p DROP COLUMN x;", ("", ())),
        ("ALTER TABLE c RENAME TO d;", "ALTER TABLE d RENAME TO c;", ("", ())),
    ],
)
def test_what_a_reverse_does_not_bring_back_is_named(
    sql: str, reverse: str, left: tuple[str, tuple[str, ...]] | None
) -> None:
    found = {each.table: each.columns for each in unrestored(sql, reverse)}

    if left is None:  # the column comes back behind the others: the schema is not what it was either
        assert found == {}
        assert findings({BASE: SCHEMA, PATH: f"{sql}\n-- Reverse:\n-- {reverse}\n"}, "reverse-incomplete", baseline=1)
        return
    assert found.get(left[0], ()) == left[1]
    assert bool(found) == bool(left[0])


def test_the_values_of_a_dropped_column_stay_gone() -> None:
    found = unrestored("ALTER TABLE touched DROP COLUMN at;", "ALTER TABLE touched ADD COLUMN at TEXT;")

    assert found == ()  # the trigger needs the column: D1 refuses to drop it
    schema = SCHEMA.replace("size INTEGER NOT NULL, at TEXT DEFAULT CURRENT_TIMESTAMP", "size INTEGER")
    text = "ALTER TABLE p DROP COLUMN size;\n-- Reverse:\n-- ALTER TABLE p ADD COLUMN size INTEGER;\n"
    evidence = review({BASE: schema, PATH: text}, baseline=1).analyses[0]
    assert evidence.reversibility.holds
    assert evidence.reversibility.unrestored == (UnrestoredRows("p", 1, 2, ("size",)),)


def test_a_reverse_that_fails_on_rows_alone_is_found() -> None:
    reverse = "-- ALTER TABLE p DROP COLUMN x;\n-- ALTER TABLE c ADD COLUMN y NOT NULL;\n"
    text = f"ALTER TABLE p ADD COLUMN x;\n-- Reverse:\n{reverse}"

    (found,) = findings({BASE: SCHEMA, PATH: text}, "reverse-fails", baseline=1)

    assert "Cannot add a NOT NULL column with default value NULL" in found.message


def test_a_reverse_that_takes_rows_of_other_tables_is_told() -> None:
    there_and_back = "DELETE FROM p;\nINSERT INTO p SELECT id, name, size, at FROM n;\nDROP TABLE n;"

    (found,) = unrestored(
        "CREATE INDEX i ON p (name);", f"DROP INDEX i;\nCREATE TABLE n AS SELECT * FROM p;\n{there_and_back}"
    )

    assert (found.table, found.columns) == ("c", ())


def test_a_delete_that_children_would_stop_is_a_warning_that_names_them() -> None:
    schema = "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE c (p INT REFERENCES p (id));"

    (found,) = findings({BASE: schema, PATH: "DELETE FROM p WHERE name = 'gone';"}, "replay-fails", baseline=1)

    assert found.severity == "warning"
    assert found.message.startswith(
        "D1 rejects this statement if rows of other tables refer to those that it deletes from `p`"
    )
    assert found.remedy == "First delete or move what refers to them, in `c` or below."
    (unbounded,) = findings({BASE: schema, PATH: "DELETE FROM p;"}, "replay-fails", baseline=1)
    assert unbounded.severity == "warning"  # it runs where no row of `c` is


def test_a_reverse_whose_own_values_meet_synthetic_ones_is_judged_without_these() -> None:
    schema = "CREATE TABLE plans (id INTEGER PRIMARY KEY, name TEXT NOT NULL);"
    text = "DELETE FROM plans WHERE name = 'free';\n-- Reverse:\n-- INSERT INTO plans (id, name) VALUES (1, 'free');\n"

    evidence = review({BASE: schema, PATH: text}, baseline=1).analyses[0]

    assert evidence.seeded_run.counts == {"plans": (3, 2)}
    assert evidence.reversibility.holds
    assert findings({BASE: schema, PATH: text}, "reverse-fails", baseline=1) == []
