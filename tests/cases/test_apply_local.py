"""`apply --local`: what blocks it, what it says, and what is in the file afterwards."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.cases.product import judge_directory, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cases.product import Judged

BASE = """
CREATE TABLE houses (id TEXT PRIMARY KEY NOT NULL, old TEXT, name TEXT);
CREATE TABLE rooms (id TEXT PRIMARY KEY NOT NULL, house_id TEXT NOT NULL REFERENCES houses (id) ON DELETE CASCADE);
CREATE INDEX rooms_house ON rooms (house_id);
"""
ROWS = "INSERT INTO houses (id) VALUES ('h'); INSERT INTO rooms VALUES ('r1', 'h'), ('r2', 'h'), ('r3', 'h');"
REBUILD = """
CREATE TABLE houses_v2 (id TEXT PRIMARY KEY NOT NULL, old TEXT, name TEXT NOT NULL DEFAULT '');
INSERT INTO houses_v2 (id, old) SELECT id, old FROM houses;
DROP TABLE houses;
ALTER TABLE houses_v2 RENAME TO houses;
"""
RECORDS = (
    "CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, "
    "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL);\n"
    "INSERT INTO d1_migrations (name) VALUES ('0001_base.sql');"
)


def apply(folder: Path, *words: str) -> Judged:
    return judge_directory(folder, "apply", "--local", "app.sqlite", *words)


def database(folder: Path, script: str) -> None:
    with closing(sqlite3.connect(folder / "app.sqlite")) as connection:
        connection.executescript(script)


def count(folder: Path, table: str) -> int:
    with closing(sqlite3.connect(folder / "app.sqlite")) as connection:
        (found,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(found)


@pytest.fixture
def with_rows(tmp_path: Path) -> Path:
    """A repository whose second file empties `rooms`, and a database with the first file and rows."""
    write(tmp_path, {"migrations/0001_base.sql": BASE, "migrations/0002_name.sql": REBUILD})
    database(tmp_path, BASE + RECORDS + ROWS)
    return tmp_path


def test_a_database_without_rows_is_not_blocked(tmp_path: Path) -> None:
    drop = "ALTER TABLE houses DROP COLUMN old;\n"
    write(tmp_path, {"migrations/0001_base.sql": BASE, "migrations/0002_drop.sql": drop})
    database(tmp_path, "")

    assert apply(tmp_path).status == 0
    assert count(tmp_path, "d1_migrations") == 2


def test_a_loss_is_blocked_with_the_tables_and_their_rows(with_rows: Path) -> None:
    judged = apply(with_rows, "--skip", "conventions")

    assert judged.status == 2
    assert count(with_rows, "rooms") == 3
    assert "3 rows" in judged.said
    assert "--allow lost-rows" in judged.said


def test_an_allowed_loss_is_reported(with_rows: Path) -> None:
    judged = apply(with_rows, "--skip", "conventions", "--allow", "lost-rows")

    assert judged.status == 0
    assert count(with_rows, "rooms") == 0
    assert "3" in judged.said
    assert "rooms" in judged.said


def test_findings_are_not_allowed_as_a_whole(with_rows: Path) -> None:
    assert apply(with_rows, "--allow", "findings").status == 2
    assert count(with_rows, "rooms") == 3


def test_conventions_do_not_block(tmp_path: Path) -> None:
    change = {"migrations/0002_more.sql": "ALTER TABLE houses ADD COLUMN size INTEGER;\n"}
    write(tmp_path, {"migrations/0001_base.sql": BASE, **change})
    database(tmp_path, BASE + RECORDS + ROWS)

    assert apply(tmp_path).status == 0
    assert count(tmp_path, "rooms") == 3
