"""A safe rebuild loses nothing, whatever refers to the table."""

from __future__ import annotations

import pytest

from pulse_ci.errors import MigrationError
from pulse_ci.rewrite.safe_rebuild import replace_table
from pulse_ci.rewrite.verify_script import verify_script
from pulse_ci.schema.diff import diff
from tests.repair.databases import after, rebuild_of, schema, seeded
from tests.repair.families import ACTIONS, FAMILIES, NEW_PARENT, PARENT, SAME, child


@pytest.mark.parametrize("statements", FAMILIES.values(), ids=FAMILIES)
def test_a_rebuild_keeps_every_row_of_the_family(statements: list[str]) -> None:
    snapshot, before = seeded(*statements), schema(*statements)

    rebuilding = rebuild_of(before, "p", NEW_PARENT, SAME)

    proof = verify_script(snapshot, rebuilding, replace_table(before, "p", NEW_PARENT))
    assert (proof.rejection, proof.changes, proof.changed_tables, proof.violations) == (None, (), (), ())
    assert rebuilding[-1] == "PRAGMA foreign_key_check;"


@pytest.mark.parametrize("action", ACTIONS)
def test_a_table_that_refers_to_itself_keeps_every_row(action: str) -> None:
    old, new = child(action, "s", "s"), child(action, "s", "s").replace("note TEXT", "note TEXT NOT NULL")
    snapshot, before = seeded(old, rows=5), schema(old)

    rebuilding = rebuild_of(before, "s", new, {"id": "id", "up": "up", "note": "coalesce(note, '')"})

    proof = verify_script(snapshot, rebuilding, schema(new))
    assert proof.succeeded
    assert [(each.before, each.after, each.columns) for each in proof.changed_tables] in ([(5, 5, ("note",))], [])


@pytest.mark.parametrize("first", ACTIONS)
@pytest.mark.parametrize("second", ACTIONS)
def test_tables_that_refer_to_one_another_keep_every_row(first: str, second: str) -> None:
    circle = [child(first, "a", "b"), child(second, "b", "a")]
    new = circle[0].replace("note TEXT", "note TEXT CHECK (note <> 'x')")
    snapshot, before = seeded(*circle), schema(*circle)

    rebuilding = rebuild_of(before, "a", new, {"id": "id", "up": "up", "note": "note"})

    proof = verify_script(snapshot, rebuilding, schema(new, circle[1]))
    assert proof.succeeded
    assert not proof.changed_tables


def test_an_autoincrement_table_goes_on_counting_where_it_was() -> None:
    old = "CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT)"
    new = old.replace("name TEXT", "name TEXT CHECK (name <> 'x')")
    snapshot = after(seeded(old), "INSERT INTO p VALUES (4711, 'gone'); DELETE FROM p WHERE id = 4711;").take_snapshot()

    rebuilding = rebuild_of(schema(old), "p", new, {"id": "id", "name": "name"})

    rebuilt = after(snapshot, *rebuilding, "INSERT INTO p (name) VALUES ('next');")
    assert rebuilt.query("SELECT id FROM p WHERE name = 'next'") == [(4712,)]
    assert rebuilt.query("SELECT name, seq FROM sqlite_sequence") == [("p", 4712)]


def test_an_empty_autoincrement_table_goes_on_counting_too() -> None:
    old = "CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT)"
    new = old.replace("name TEXT", "name TEXT CHECK (name <> 'x')")
    snapshot = after(seeded(old), "DELETE FROM p; UPDATE sqlite_sequence SET seq = 99;").take_snapshot()

    rebuilding = rebuild_of(schema(old), "p", new, {"id": "id", "name": "name"})

    assert after(snapshot, *rebuilding).query("SELECT name, seq FROM sqlite_sequence") == [("p", 99)]


def test_rowids_stay_where_a_full_text_index_counts_on_them() -> None:
    statements = ["CREATE TABLE p (name TEXT)", "CREATE VIRTUAL TABLE f USING fts5 (name, content='p')"]
    snapshot = after(
        seeded(*statements), "DELETE FROM p; INSERT INTO p (rowid, name) VALUES (5, 'a'), (9, 'b');"
    ).take_snapshot()
    new = "CREATE TABLE p (name TEXT NOT NULL)"

    rebuilding = rebuild_of(schema(*statements), "p", new, {"name": "name"})

    assert after(snapshot, *rebuilding).query("SELECT rowid, name FROM p") == [(5, "a"), (9, "b")]


def test_rows_that_are_referred_to_by_a_unique_index_are_kept_with_their_children() -> None:
    old = "CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT NOT NULL)"
    rest = ["CREATE UNIQUE INDEX by_code ON p (code)", "CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p (code))"]
    new = old.replace("code TEXT", "code VARCHAR(9)")
    snapshot = seeded(old, *rest)

    rebuilding = rebuild_of(schema(old, *rest), "p", new, {"id": "id", "code": "code"})

    proof = verify_script(snapshot, rebuilding, schema(new, *rest))
    assert (proof.rejection, proof.changes, proof.changed_tables, proof.violations) == (None, (), (), ())


def test_generated_columns_are_computed_and_not_copied() -> None:
    old = "CREATE TABLE p (a INTEGER, b INTEGER AS (a * 2) STORED, c AS (a + 1))"
    new = "CREATE TABLE p (a INTEGER, b INTEGER AS (a * 3) STORED, c AS (a + 1))"
    snapshot = after(seeded(old), "DELETE FROM p; INSERT INTO p (a) VALUES (7);").take_snapshot()

    rebuilding = rebuild_of(schema(old), "p", new, {"a": "a", "b": "b", "c": "c"})

    assert after(snapshot, *rebuilding).query("SELECT a, b, c FROM p") == [(7, 21, 8)]


def test_a_table_without_rowid_is_rebuilt_with_its_children() -> None:
    old = "CREATE TABLE p (a TEXT, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID"
    statements = [old, "CREATE TABLE c (a, b, FOREIGN KEY (a, b) REFERENCES p (a, b) ON DELETE CASCADE)"]
    new = old.removesuffix(" WITHOUT ROWID")

    rebuilding = rebuild_of(schema(*statements), "p", new, {"a": "a", "b": "b"})

    proof = verify_script(seeded(*statements), rebuilding, schema(new, statements[1]))
    assert proof.succeeded
    assert not proof.changed_tables


IN_PLACE = {
    "a column more": (
        "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT, size INTEGER, kind TEXT NOT NULL DEFAULT 'x')",
        SAME,
        ["ALTER TABLE p ADD COLUMN kind TEXT NOT NULL DEFAULT 'x';"],
    ),
    "a column more, filled": (
        "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT, size INTEGER, kind TEXT)",
        {**SAME, "kind": "lower(name)"},
        ["ALTER TABLE p ADD COLUMN kind TEXT;", "UPDATE p SET kind = lower(name);"],
    ),
    "a column less": (
        "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT)",
        SAME,
        ["ALTER TABLE p DROP COLUMN size;"],
    ),
    "another name": (
        "CREATE TABLE p (id INTEGER PRIMARY KEY, title TEXT, size INTEGER)",
        {"id": "id", "title": "name", "size": "size"},
        ["ALTER TABLE p RENAME COLUMN name TO title;"],
    ),
}


@pytest.mark.parametrize(("new", "copy", "statements"), IN_PLACE.values(), ids=IN_PLACE)
def test_what_can_be_altered_in_place_is_not_rebuild_of(new: str, copy: dict[str, str], statements: list[str]) -> None:
    family = [PARENT, child("CASCADE")]

    rebuilding = rebuild_of(schema(*family), "p", new, copy)

    assert list(rebuilding) == statements
    assert verify_script(seeded(*family), rebuilding, schema(new, child("CASCADE"))).succeeded


@pytest.mark.parametrize(
    "column",
    [
        "kind TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP",
        "kind TEXT DEFAULT (hex(1))",
        "kind TEXT NOT NULL DEFAULT 'x' CHECK (kind <> 'x')",
        "kind INTEGER DEFAULT 1 REFERENCES p (id)",
        "kind TEXT UNIQUE",
        "kind TEXT AS (name) STORED",
    ],
)
def test_a_column_that_cannot_be_added_to_rows_takes_a_rebuild(column: str) -> None:
    new = f"CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT, size INTEGER, {column})"
    copy = {**SAME, "kind": "'y'"} if "CHECK" in column else {**SAME, "kind": "id"} if "REF" in column else SAME
    family = [PARENT, child("CASCADE")]

    rebuilding = rebuild_of(schema(*family), "p", new, copy)

    proof = verify_script(seeded(*family), rebuilding, schema(new, child("CASCADE")))
    assert proof.succeeded
    assert not proof.changed_tables
    assert "ADD COLUMN" not in "".join(rebuilding)


def test_an_index_that_does_not_fit_the_new_table_is_told() -> None:
    before = schema(PARENT, "CREATE INDEX i ON p (size)")

    with pytest.raises(MigrationError, match=r"cannot be rebuilt: CREATE INDEX[\s\S]*no such column: size"):
        rebuild_of(before, "p", "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT UNIQUE)", SAME)


def test_a_table_that_is_not_there_is_told() -> None:
    with pytest.raises(MigrationError, match="There is no table `q` to rebuild"):
        rebuild_of(schema(PARENT), "q", "CREATE TABLE q (x)", {})


def test_a_proof_tells_which_rows_are_gone_and_which_columns_differ() -> None:
    family = [PARENT, child("CASCADE")]
    naive = [
        "CREATE TABLE p_new (id INTEGER PRIMARY KEY, name TEXT, size INTEGER);",
        "INSERT INTO p_new SELECT id, upper(name), size FROM p;",
        "DROP TABLE p;",
        "ALTER TABLE p_new RENAME TO p;",
    ]

    proof = verify_script(seeded(*family), naive, schema(*family))

    assert proof.succeeded
    assert {each.table: (each.before, each.after) for each in proof.changed_tables}["c"] == (3, 1)
    assert not diff(schema(*family), after(seeded(*family), *naive).schema())
