"""A written reverse restores the schema, and says truly what it does not restore."""

from __future__ import annotations

import pytest

from pulse_ci.rewrite.reverse import ReversePlan, plan_reverse
from pulse_ci.rewrite.verify_script import verify_script
from pulse_ci.schema.diff import diff
from tests.repair.databases import after, schema, seeded

SITES = "CREATE TABLE sites (id INTEGER PRIMARY KEY, name TEXT, url TEXT)"
PAGES = "CREATE TABLE pages (id INTEGER PRIMARY KEY, site INTEGER REFERENCES sites (id) ON DELETE CASCADE)"
BOTH = [SITES, PAGES]


def reverse_of(before: list[str], *migration: str) -> ReversePlan:
    """The reverse of a migration, after it was seen to hold on rows."""
    snapshot, start = seeded(*before), schema(*before)
    with after(snapshot, *migration) as database:
        plan = plan_reverse(start, database.schema())
        proof = verify_script(database.take_snapshot(), plan.statements, start)
    assert plan.problem is None
    assert (proof.rejection, proof.changes, proof.violations) == (None, (), ())
    return plan


CASES = {
    "a new table": (
        BOTH,
        "CREATE TABLE x (a REFERENCES sites (id));",
        ["DROP TABLE IF EXISTS x;"],
        [],
    ),
    "new tables, the child first": (
        BOTH,
        "CREATE TABLE a (x PRIMARY KEY); CREATE TABLE b (x REFERENCES a (x)); CREATE TABLE c (x REFERENCES b (x));",
        ["DROP TABLE IF EXISTS c;", "DROP TABLE IF EXISTS b;", "DROP TABLE IF EXISTS a;"],
        [],
    ),
    "new tables in a circle": (
        BOTH,
        "CREATE TABLE a (x PRIMARY KEY REFERENCES b (x)); CREATE TABLE b (x PRIMARY KEY REFERENCES a (x));",
        ["PRAGMA defer_foreign_keys = ON;", "DROP TABLE IF EXISTS b;", "DROP TABLE IF EXISTS a;"],
        [],
    ),
    "a dropped table": (
        BOTH,
        "DROP TABLE pages;",
        [
            "CREATE TABLE IF NOT EXISTS pages (id INTEGER PRIMARY KEY, "
            "site INTEGER REFERENCES sites (id) ON DELETE CASCADE);"
        ],
        ["Rows of `pages` cannot be restored."],
    ),
    "a new column with its index": (
        BOTH,
        "ALTER TABLE sites ADD COLUMN kind TEXT; CREATE INDEX k ON sites (kind);",
        ["DROP INDEX IF EXISTS k;", "ALTER TABLE sites DROP COLUMN kind;"],
        [],
    ),
    "a new column that a view reads": (
        [*BOTH, "CREATE VIEW v AS SELECT name FROM sites"],
        "ALTER TABLE sites ADD COLUMN kind TEXT; DROP VIEW v; CREATE VIEW v AS SELECT kind FROM sites;",
        [
            "DROP VIEW IF EXISTS v;",
            "ALTER TABLE sites DROP COLUMN kind;",
            "CREATE VIEW IF NOT EXISTS v AS SELECT name FROM sites;",
        ],
        [],
    ),
    "the last column dropped": (
        BOTH,
        "ALTER TABLE sites DROP COLUMN url;",
        ["ALTER TABLE sites ADD COLUMN url TEXT;"],
        ["Values of `sites`.`url` cannot be restored."],
    ),
    "a table renamed": (
        [*BOTH, "CREATE VIEW v AS SELECT name FROM sites"],
        "ALTER TABLE sites RENAME TO places;",
        ["ALTER TABLE places RENAME TO sites;"],
        [],
    ),
    "a column renamed": (
        [*BOTH, "CREATE INDEX i ON sites (name)"],
        "ALTER TABLE sites RENAME COLUMN name TO title;",
        ["ALTER TABLE sites RENAME COLUMN title TO name;"],
        [],
    ),
    "indexes, views, triggers": (
        [
            *BOTH,
            "CREATE INDEX i ON sites (name)",
            "CREATE VIEW v AS SELECT 1 AS x",
            "CREATE VIEW w AS SELECT * FROM v",
            "CREATE TRIGGER g AFTER INSERT ON sites begin -- says nothing\n  SELECT 1;\nEND",
        ],
        "DROP INDEX i; DROP VIEW v; DROP VIEW w; DROP TRIGGER g; CREATE UNIQUE INDEX i ON sites (id);",
        [
            "DROP INDEX IF EXISTS i;",
            "CREATE INDEX IF NOT EXISTS i ON sites (name);",
            "CREATE VIEW IF NOT EXISTS v AS SELECT 1 AS x;",
            "CREATE VIEW IF NOT EXISTS w AS SELECT * FROM v;",
            "CREATE TRIGGER IF NOT EXISTS g AFTER INSERT ON sites BEGIN SELECT 1; END;",
        ],
        [],
    ),
    "a full-text index of a table": (
        [*BOTH, "CREATE VIRTUAL TABLE f USING fts5 (name, content='sites', content_rowid='id')"],
        "DROP TABLE f;",
        [
            "CREATE VIRTUAL TABLE IF NOT EXISTS f USING fts5 (name, content='sites', content_rowid='id');",
            "INSERT INTO f (f) VALUES ('rebuild');",
        ],
        [],
    ),
    "a full-text table with rows of its own": (
        [*BOTH, "CREATE VIRTUAL TABLE f USING fts5 (name)"],
        "DROP TABLE f;",
        ["CREATE VIRTUAL TABLE IF NOT EXISTS f USING fts5 (name);"],
        ["Rows of `f` cannot be restored."],
    ),
}


@pytest.mark.parametrize(("before", "migration", "statements", "losses"), CASES.values(), ids=CASES)
def test_the_reverse_is_the_shortest_that_serves(
    before: list[str], migration: str, statements: list[str], losses: list[str]
) -> None:
    plan = reverse_of(before, migration)

    assert (list(plan.statements), list(plan.loss_sentences)) == (statements, losses)


def test_a_changed_definition_is_rebuilt_with_the_children_and_keeps_all_rows() -> None:
    before = ["CREATE TABLE sites (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT '-')", PAGES]
    migration = [
        "ALTER TABLE sites ADD COLUMN title TEXT;",
        "UPDATE sites SET title = name;",
        "ALTER TABLE sites DROP COLUMN name;",
        "ALTER TABLE sites RENAME COLUMN title TO name;",
    ]

    plan = reverse_of(before, *migration)

    with after(seeded(*before), *migration, "INSERT INTO sites VALUES (99, NULL);", *plan.statements) as restored:
        assert restored.query("SELECT name FROM sites WHERE id = 99") == [("-",)]
        assert restored.query("SELECT count(*) FROM pages") == [(3,)]
    assert plan.loss_sentences == ("NULLs in `sites`.`name` become '-'.",)


def test_a_column_between_others_comes_back_in_its_place() -> None:
    plan = reverse_of(BOTH, "ALTER TABLE sites DROP COLUMN name;")

    assert plan.statements[0] == "ALTER TABLE sites RENAME TO sites_old;"
    assert plan.statements[-1] == "PRAGMA foreign_key_check;"
    assert plan.loss_sentences == ("Values of `sites`.`name` cannot be restored.",)


@pytest.mark.parametrize(
    ("column", "stand_in"),
    [
        ("c TEXT NOT NULL", "''"),
        ("c INTEGER NOT NULL", "0"),
        ("c BLOB NOT NULL", "x''"),
        ("c TEXT NOT NULL CHECK (c IN ('a', 'b'))", "'a'"),
        ("c TEXT NOT NULL UNIQUE", "CAST(rowid AS TEXT)"),
        ("c INTEGER NOT NULL UNIQUE", "rowid"),
    ],
)
def test_a_value_stands_in_where_a_column_must_have_one(column: str, stand_in: str) -> None:
    before = [f"CREATE TABLE t (a INTEGER, {column})"]

    plan = reverse_of(
        before, "CREATE TABLE n (a INTEGER); INSERT INTO n SELECT a FROM t; DROP TABLE t;", "ALTER TABLE n RENAME TO t;"
    )

    assert plan.loss_sentences == (f"Values of `t`.`c` cannot be restored; they become {stand_in}.",)


def test_what_can_keep_a_reverse_from_running_is_said() -> None:
    before = [
        "CREATE TABLE t (a INTEGER NOT NULL, b TEXT CHECK (b <> ''), UNIQUE (a))",
        "CREATE UNIQUE INDEX u ON t (b)",
    ]

    plan = reverse_of(
        before,
        "CREATE TABLE n (a INTEGER, b TEXT); INSERT INTO n SELECT * FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;",
    )

    assert plan.conditions == (
        "NULLs in `t`.`a` make the reverse fail.",
        "Rows of `t` that violate `CHECK (b <> '')` make the reverse fail.",
        "Rows of `t` that violate `UNIQUE (a)` make the reverse fail.",
        "Rows of `t` that violate the unique index `u` make the reverse fail.",
    )


def test_a_type_that_took_from_values_is_told() -> None:
    before = ["CREATE TABLE t (a TEXT)"]

    plan = reverse_of(
        before, "CREATE TABLE n (a INTEGER); INSERT INTO n SELECT * FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;"
    )

    assert plan.loss_sentences == (
        "Values of `t`.`a` that became INTEGER are converted back to TEXT; "
        "what the first conversion changed stays lost.",
    )


def test_two_columns_that_could_both_be_the_renamed_one_are_dropped_and_added() -> None:
    before = ["CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT)"]

    plan = reverse_of(before, "ALTER TABLE t RENAME COLUMN a TO x; ALTER TABLE t RENAME COLUMN b TO y;")

    assert plan.loss_sentences == ("Values of `t`.`a` cannot be restored.", "Values of `t`.`b` cannot be restored.")


def test_a_table_that_was_split_gets_its_foreign_key_back() -> None:
    plan = reverse_of(
        BOTH,
        "CREATE TABLE owners (id INTEGER PRIMARY KEY);",
        "ALTER TABLE sites ADD COLUMN owner INTEGER REFERENCES owners (id) ON DELETE SET NULL;",
    )

    assert plan.statements == ("ALTER TABLE sites DROP COLUMN owner;", "DROP TABLE IF EXISTS owners;")


def test_hostile_names_stay_names() -> None:
    name = "a\n; DROP TABLE sites; --`"
    quoted = '"' + name + '"'

    plan = reverse_of([SITES, f"CREATE TABLE {quoted} (x)"], f"DROP TABLE {quoted};")

    assert plan.loss_sentences == ("Rows of `a\\n; DROP TABLE sites; --``  cannot be restored.".replace("  ", " "),)


def test_nothing_to_undo_takes_no_statement() -> None:
    assert plan_reverse(schema(*BOTH), schema(*BOTH)) == ReversePlan(())


@pytest.mark.parametrize("case", [name for name in CASES if "renamed" not in name and "column" not in name])
def test_a_reverse_of_guarded_statements_runs_twice(case: str) -> None:
    before, migration, _, _ = CASES[case]
    plan = reverse_of(before, migration)

    with after(seeded(*before), migration, *plan.statements, *plan.statements) as database:
        assert not diff(database.schema(), schema(*before))
