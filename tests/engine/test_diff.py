"""Which changes a diff tells, and in which order."""

from __future__ import annotations

from pulse_ci.schema.diff import diff
from pulse_ci.schema.schema import Schema
from tests.engine.databases import database, schema

T = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)"


def told(before: Schema, after: Schema) -> list[tuple[str, str, str, str]]:
    return [(change.action, change.kind, change.table, change.name) for change in diff(before, after)]


def test_a_new_table_is_one_change_and_one_for_each_object_on_it() -> None:
    after = schema(
        T.replace("a TEXT", "a TEXT UNIQUE"),
        "CREATE INDEX i ON t (a)",
        "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END",
        "CREATE VIEW s AS SELECT a FROM t",
    )

    assert told(Schema(), after) == [
        ("added", "view", "s", "s"),
        ("added", "table", "t", "t"),
        ("added", "index", "t", "i"),
        ("added", "trigger", "t", "g"),
    ]
    assert told(after, Schema()) == [
        ("removed", "view", "s", "s"),
        ("removed", "table", "t", "t"),
        ("removed", "index", "t", "i"),
        ("removed", "trigger", "t", "g"),
    ]


def test_a_change_carries_canonical_sql_of_both_sides() -> None:
    (change,) = diff(schema(T), schema(T.replace("a TEXT", "a  text default 'x' not null")))

    assert change.before == "a TEXT"
    assert change.after == "a TEXT NOT NULL DEFAULT 'x'"


def test_columns_are_changes_of_their_own_in_their_order() -> None:
    before, after = schema("CREATE TABLE t (z, b, a INT)"), schema("CREATE TABLE t (z, a TEXT, y, x)")

    assert told(before, after) == [
        ("removed", "column", "t", "b"),
        ("modified", "column", "t", "a"),
        ("added", "column", "t", "y"),
        ("added", "column", "t", "x"),
    ]


def test_a_renamed_column_is_removed_and_added() -> None:
    before, after = schema(T), schema(T, "ALTER TABLE t RENAME a TO b")

    assert told(before, after) == [("removed", "column", "t", "a"), ("added", "column", "t", "b")]


def test_what_is_in_no_column_is_a_change_of_the_table() -> None:
    before = schema("CREATE TABLE t (a TEXT, b TEXT)")

    for after in (
        "CREATE TABLE t (b TEXT, a TEXT)",
        "CREATE TABLE t (a TEXT, b TEXT, UNIQUE (a, b))",
        "CREATE TABLE t (a TEXT, b TEXT, CHECK (a < b))",
        "CREATE TABLE t (a TEXT, b TEXT) STRICT",
    ):
        assert told(before, schema(after)) == [("modified", "table", "t", "t")], after


def test_a_column_in_the_middle_is_no_change_of_the_others() -> None:
    assert told(schema("CREATE TABLE t (a, c)"), schema("CREATE TABLE t (a, b, c)")) == [("added", "column", "t", "b")]


def test_a_changed_index_view_or_trigger_is_one_change() -> None:
    def made(value: str) -> Schema:
        return schema(
            T,
            f"CREATE INDEX i ON t (a) WHERE a <> '{value}'",
            f"CREATE VIEW v AS SELECT '{value}'",
            f"CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT '{value}'; END",
        )

    assert told(made("x"), made("y")) == [
        ("modified", "index", "t", "i"),
        ("modified", "trigger", "t", "g"),
        ("modified", "view", "v", "v"),
    ]


def test_a_table_that_becomes_virtual_is_one_change() -> None:
    before, after = schema("CREATE TABLE f (a)"), schema("CREATE VIRTUAL TABLE f USING fts5(a)")

    assert told(before, after) == [("modified", "table", "f", "f")]


def test_a_child_that_names_no_column_is_no_change_when_its_parent_goes() -> None:
    p, c = "CREATE TABLE p (id INTEGER PRIMARY KEY)", "CREATE TABLE c (a REFERENCES p)"

    assert told(schema(p, c), schema(c)) == [("removed", "table", "p", "p")]


def test_a_view_of_a_dropped_column_is_no_change_of_its_own() -> None:
    view = 'CREATE VIEW v AS SELECT "a" FROM t'

    assert told(schema(T, view), schema(T.replace("a TEXT", "b TEXT"), view)) == [
        ("removed", "column", "t", "a"),
        ("added", "column", "t", "b"),
    ]


def test_a_rebuild_that_changes_nothing_is_no_change() -> None:
    before = "CREATE TABLE t (id INTEGER PRIMARY KEY, up INTEGER REFERENCES t (id), a TEXT DEFAULT 'x')"
    after = (
        before,
        "CREATE TABLE t_new (id INTEGER PRIMARY KEY, up INTEGER REFERENCES t_new, a TEXT DEFAULT 'x')",
        "INSERT INTO t_new SELECT * FROM t",
        "DROP TABLE t",
        "ALTER TABLE t_new RENAME TO t",
    )

    assert diff(schema(before), schema(*after)) == ()
    assert database(*after)
