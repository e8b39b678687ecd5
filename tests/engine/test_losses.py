"""Rows followed through a file: what a statement meant to do to them is told apart from what it did besides."""

from __future__ import annotations

import pytest

from pulse_ci.analysis.seeded_run import SeededRun, run_on_seeded_rows
from pulse_ci.engine import EmbeddedD1
from pulse_ci.sql.split import split_statements

FAMILY = """
    CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE c (id INTEGER PRIMARY KEY, up INTEGER REFERENCES p (id) ON DELETE SET NULL, note TEXT);
    CREATE TABLE d (id INTEGER PRIMARY KEY, up INTEGER REFERENCES p (id) ON DELETE CASCADE);
    INSERT INTO p VALUES (1, 'a'), (2, 'b'), (3, 'c');
    INSERT INTO c VALUES (1, 1, 'x'), (2, NULL, 'y');
    INSERT INTO d VALUES (1, 1), (2, 2);
"""
REBUILD = """
    CREATE TABLE p_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    INSERT INTO p_new SELECT id, upper(name) FROM p;
    DROP TABLE p;
    ALTER TABLE p_new RENAME TO p;
"""
KEPT_D = "CREATE TABLE kept AS SELECT * FROM d;"


def on_rows(sql: str, schema: str = FAMILY) -> SeededRun:
    with EmbeddedD1() as database:
        database.run(schema)
        before = database.schema()
        return run_on_seeded_rows(database, tuple(split_statements(sql)), before, before.names)


@pytest.mark.parametrize(
    ("sql", "losses"),
    [
        (REBUILD, [("c", 2, 2, 1, "DROP TABLE p"), ("d", 2, 0, 0, "DROP TABLE p")]),
        (f"UPDATE c SET note = 'z';{REBUILD}", [("c", 2, 2, 1, "DROP TABLE p"), ("d", 2, 0, 0, "DROP TABLE p")]),
        (f"{KEPT_D}{REBUILD}INSERT INTO d SELECT * FROM kept;", [("c", 2, 2, 1, "DROP TABLE p")]),
        ("UPDATE p SET name = 'z'; UPDATE d SET up = 3;", []),
        ("DELETE FROM p WHERE id = 3;", [("p", 3, 2, 0, "DELETE FROM p WHERE id = 3")]),
        ("DELETE FROM p WHERE id = 3; INSERT INTO p VALUES (3, 'c');", []),
        ("ALTER TABLE c DROP COLUMN note;", []),
        (
            "ALTER TABLE c RENAME COLUMN note TO NOTES; ALTER TABLE c RENAME TO notes; ALTER TABLE notes RENAME TO C;",
            [],
        ),
        ("CREATE TABLE mine (id INTEGER PRIMARY KEY); INSERT INTO mine VALUES (1); DELETE FROM mine;", []),
        (
            "ALTER TABLE p RENAME TO q; DELETE FROM q WHERE id = 1;",
            [
                ("c", 2, 2, 1, "DELETE FROM q WHERE id = 1"),
                ("d", 2, 1, 0, "DELETE FROM q WHERE id = 1"),
                ("p", 3, 2, 0, "DELETE FROM q WHERE id = 1"),
            ],
        ),
    ],
)
def test_a_loss_is_what_no_statement_asked_for_of_that_table(sql: str, losses: list[tuple[object, ...]]) -> None:
    found = on_rows(sql).losses

    assert [
        (each.table, each.before, each.after, each.altered, each.statement and each.statement.sql.rstrip(";"))
        for each in found
    ] == losses


def test_the_way_to_a_renamed_tables_children_is_told_by_the_names_before_the_file() -> None:
    found = {loss.table: loss for loss in on_rows("ALTER TABLE p RENAME TO q; DELETE FROM q WHERE id = 1;").losses}

    assert (found["d"].target, [table for table, _ in found["d"].path]) == ("p", ["d"])
    assert (found["p"].target, found["p"].path) == ("p", ())


def test_a_table_that_takes_the_place_of_another_is_compared_with_it() -> None:
    rebuilt = on_rows(REBUILD.replace("FROM p;", "FROM p WHERE id > 1;"))

    assert rebuilt.counts == {"p": (3, 2), "c": (2, 2), "d": (2, 0)}
    assert ("p", 3, 2, "DROP TABLE p;") in [
        (loss.table, loss.before, loss.after, loss.statement and loss.statement.sql) for loss in rebuilt.losses
    ]


def test_a_table_that_is_put_aside_has_lost_nothing() -> None:
    sql = "ALTER TABLE c RENAME TO c_archive; CREATE TABLE c (id INTEGER PRIMARY KEY, note TEXT);"

    assert on_rows(sql).counts["c"] == (2, 2)
    assert on_rows(sql).losses == ()


def test_values_that_a_new_table_of_its_own_kind_loses_are_seen() -> None:
    schema = """
        CREATE TABLE s (id INTEGER PRIMARY KEY, up INTEGER REFERENCES s (id) ON DELETE SET NULL);
        INSERT INTO s VALUES (1, NULL), (2, 1), (3, 1);
    """
    sql = """
        CREATE TABLE s_new (id INTEGER PRIMARY KEY, up INTEGER REFERENCES s (id) ON DELETE SET NULL);
        INSERT INTO s_new SELECT * FROM s;
        DROP TABLE s;
        ALTER TABLE s_new RENAME TO s;
    """

    assert [(loss.table, loss.before, loss.after, loss.altered) for loss in on_rows(sql, schema).losses] == [
        ("s", 3, 3, 2)
    ]


@pytest.mark.parametrize(
    ("key", "sql", "action"),
    [
        ("ON DELETE CASCADE", "DELETE FROM p;", "ON DELETE CASCADE"),
        ("ON UPDATE SET NULL ON DELETE CASCADE", "UPDATE p SET id = id + 10;", "ON UPDATE SET NULL"),
        ("ON DELETE SET NULL", "REPLACE INTO p SELECT * FROM p;", "ON DELETE SET NULL"),
        (
            "ON UPDATE SET NULL",
            "INSERT INTO p VALUES (1) ON CONFLICT DO UPDATE SET id = 7;",
            "ON UPDATE SET NULL",
        ),
    ],
)
def test_a_loss_names_what_its_foreign_key_says(key: str, sql: str, action: str) -> None:
    schema = f"""
        CREATE TABLE p (id INTEGER PRIMARY KEY);
        CREATE TABLE c (up INTEGER REFERENCES p (id) {key});
        INSERT INTO p VALUES (1);
        INSERT INTO c VALUES (1);
    """

    assert {loss.table: loss.action for loss in on_rows(sql, schema).losses}["c"] == action


def test_children_that_follow_their_parent_to_another_key_lose_nothing() -> None:
    schema = """
        CREATE TABLE p (id INTEGER PRIMARY KEY);
        CREATE TABLE c (up INTEGER REFERENCES p (id) ON UPDATE CASCADE);
        INSERT INTO p VALUES (1);
        INSERT INTO c VALUES (1);
    """

    assert on_rows("UPDATE p SET id = 7;", schema).losses == ()
