"""Which earlier migrations a file needs: enough of them, no more than that, and by column where columns came later."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from pulse_ci.engine import D1Refused, EmbeddedD1
from tests.rules.example import review

PULSE = {int(path.name[:3]): path for path in sorted(Path("migrations").glob("[0-9]*.sql"))}
TABLE = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);"
OTHER = "CREATE TABLE u (id INTEGER PRIMARY KEY, b TEXT);"
COLUMN = "ALTER TABLE t ADD COLUMN c TEXT;"


def needs(*files: str) -> dict[int, tuple[str, ...]]:
    """Return what the last of the files needs: numbers from 1, each with names."""
    paths = {f"migrations/{number:03}_x.sql": text for number, text in enumerate(files, start=1)}
    last = review(paths, baseline=len(files) - 1).analyses[-1]
    return {int(each.migration.number or 0): each.names for each in last.depends_on}


@cache
def of_pulse() -> dict[int, frozenset[int]]:
    found = review({f"migrations/{path.name}": path.read_text() for path in PULSE.values()})
    return {
        int(each.migration.number or 0): frozenset(int(needed.migration.number or 0) for needed in each.depends_on)
        for each in found.analyses
    }


def closure(number: int) -> set[int]:
    """Return all that a file of PULSE's needs, and what those need in turn."""
    direct = of_pulse()[number]
    return set(direct).union(*map(closure, direct))


def works(number: int, others: set[int]) -> bool:
    """Return whether a file runs with the `others` alone, and every table, view and trigger can then be used."""
    with EmbeddedD1() as database:
        try:
            for each in (*sorted(others), number):
                database.run(PULSE[each].read_text())
            schema = database.schema()
            database.run("PRAGMA foreign_key_check")
            for view in schema.views:
                database.query(f"SELECT * FROM {view.name}")
            for table in schema.tables:
                columns = [column.name for column in table.columns if not column.generated]
                if not table.is_virtual:
                    database.query(
                        f"EXPLAIN UPDATE {table.name} SET {', '.join(f'{name} = {name}' for name in columns)}"
                    )
                    database.query(f"EXPLAIN INSERT INTO {table.name} DEFAULT VALUES")
                    database.query(f"EXPLAIN DELETE FROM {table.name}")
        except D1Refused:
            return False
    return True


@pytest.mark.parametrize("number", PULSE)
def test_a_file_of_pulse_runs_on_what_it_needs_and_nothing_else(number: int) -> None:
    assert works(number, closure(number))


@pytest.mark.parametrize("number", PULSE)
def test_a_file_of_pulse_does_not_work_without_any_of_what_it_needs(number: int) -> None:
    for needed in of_pulse()[number]:
        others = {other for other in range(1, number) if other != needed and needed not in closure(other)}

        assert not works(number, others), needed


def test_pulse_needs_the_column_that_another_file_added() -> None:
    assert of_pulse()[11] == {2, 10}
    assert of_pulse()[21] == {1, 2, 4, 10, 14}
    assert of_pulse()[1] == frozenset()


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE INDEX i ON t (c);",
        "CREATE INDEX i ON t (a) WHERE c > 1;",
        "CREATE INDEX i ON t (lower(c));",
        "UPDATE t SET c = 1;",
        "UPDATE t SET a = c;",
        "DELETE FROM t WHERE C IS NULL;",
        "INSERT INTO t (id, c) VALUES (1, 'x');",
        "INSERT INTO t VALUES (1, 'x', 'y');",
        "ALTER TABLE t DROP COLUMN c;",
        "ALTER TABLE t RENAME COLUMN c TO d;",
        "CREATE VIEW v AS SELECT c FROM t;",
        "CREATE VIEW v AS SELECT * FROM t;",
        "CREATE TABLE n AS SELECT * FROM t;",
        "CREATE TRIGGER g AFTER DELETE ON u BEGIN UPDATE t SET c = 1; END;",
        "CREATE TRIGGER g AFTER UPDATE ON t WHEN old.c <> new.c BEGIN SELECT 1; END;",
    ],
)
def test_what_names_a_column_needs_the_file_that_added_it(sql: str) -> None:
    assert needs(TABLE + OTHER, COLUMN, sql)[2] == ("t.c",)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE INDEX i ON t (a);",
        "UPDATE t SET a = 1;",
        "INSERT INTO t (id) VALUES (1);",
        "CREATE VIEW v AS SELECT a FROM t;",
        "ALTER TABLE t ADD COLUMN d TEXT;",
        "UPDATE u SET b = 'c';",
    ],
)
def test_what_does_not_name_it_does_not(sql: str) -> None:
    assert needs(TABLE + OTHER, COLUMN, sql).keys() == {1}


def test_a_column_that_a_rebuild_or_a_rename_brings_is_of_that_file() -> None:
    rebuild = "CREATE TABLE n (id INTEGER PRIMARY KEY, a, c); DROP TABLE t; ALTER TABLE n RENAME TO t;"

    assert needs(TABLE, rebuild, "UPDATE t SET c = 1;") == {1: ("t",), 2: ("t.c",)}
    assert needs(TABLE, "ALTER TABLE t RENAME COLUMN a TO c;", "UPDATE t SET c = 1;") == {1: ("t",), 2: ("t.c",)}
    assert needs(TABLE, COLUMN, "ALTER TABLE t RENAME TO n;", "UPDATE n SET c = 1;") == {3: ("n",)}


def test_what_triggers_and_foreign_keys_do_besides_is_no_need() -> None:
    family = "CREATE TABLE k (t INT REFERENCES t (id) ON DELETE CASCADE);"
    trigger = "CREATE TRIGGER g AFTER DELETE ON t BEGIN DELETE FROM u; END;"

    assert needs(TABLE, OTHER, family, trigger, "DELETE FROM t WHERE a = 'x';") == {1: ("t",)}


def test_a_key_to_a_column_that_came_later_needs_it() -> None:
    files = TABLE, f"{COLUMN} CREATE UNIQUE INDEX i ON t (c);", "CREATE TABLE k (c TEXT REFERENCES t (c));"

    assert needs(*files) == {1: ("t",), 2: ("t.c",)}


def test_only_the_added_columns_own_parent_is_needed() -> None:
    first = f"{TABLE} {OTHER} CREATE TABLE k (t INT REFERENCES t (id));"

    assert needs(first, "CREATE TABLE p (id INTEGER PRIMARY KEY);", "ALTER TABLE k ADD COLUMN p REFERENCES p;") == {
        1: ("k",),
        2: ("p",),
    }


@pytest.mark.parametrize(
    ("earlier", "file", "found"),
    [
        ((TABLE, "DROP TABLE t;", OTHER), "INSERT INTO u VALUES (1, 'x');", {3: ("u",)}),
        ((TABLE, "drop/**/table t;" + OTHER), "DELETE FROM u;", {2: ("u",)}),
        ((TABLE, "ALTER TABLE t RENAME TO u;", "CREATE TABLE t (x);"), "DROP TABLE u;", {2: ("u",)}),
        ((OTHER + "DROP TABLE u;" + TABLE, OTHER), "DROP TABLE u;", {2: ("u",)}),
    ],
)
def test_what_stands_where_another_object_stood_has_a_maker_of_its_own(
    earlier: tuple[str, ...], file: str, found: dict[int, tuple[str, ...]]
) -> None:
    assert needs(*earlier, file) == found
