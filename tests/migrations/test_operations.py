"""What a statement does, read from its leading words."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pulse_ci.sql.clauses import inserts_select_star
from pulse_ci.sql.operations import (
    AddColumn,
    Create,
    Delete,
    Drop,
    DropColumn,
    Insert,
    Operation,
    OtherStatement,
    Pragma,
    RenameColumn,
    RenameTable,
    TransactionControl,
    Update,
    parse_operation,
)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CREATE TABLE a (b);", Create("table", "a", 12, is_from_select=False)),
        ('create  table if not exists main."a b" (b);', Create("table", "a b", None, is_from_select=False)),
        ("CREATE TABLE a AS SELECT 1;", Create("table", "a", 12, is_from_select=True)),
        ("CREATE TABLE main.a AS SELECT 1;", Create("table", "a", 12, is_from_select=True)),
        ("CREATE UNIQUE INDEX /* IF NOT EXISTS */ i ON a (b);", Create("index", "i", 19, is_from_select=False)),
        ("CREATE VIRTUAL TABLE f USING fts5(a);", Create("table", "f", 20, is_from_select=False)),
        ("CREATE VIEW [v] AS SELECT 1;", Create("view", "v", 11, is_from_select=False)),
        ("CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;", Create("trigger", "t", 14, is_from_select=False)),
        ("DROP TABLE a;", Drop("table", "a", 10)),
        ("DROP INDEX IF EXISTS 'i';", Drop("index", "i", None)),
        ("ALTER TABLE a ADD COLUMN b TEXT;", AddColumn("a", "b")),
        ("ALTER TABLE a ADD b TEXT;", AddColumn("a", "b")),
        ("ALTER TABLE main.a ADD COLUMN `b c` TEXT;", AddColumn("a", "b c")),
        ("ALTER TABLE a DROP COLUMN b;", DropColumn("a", "b")),
        ("ALTER TABLE a DROP b;", DropColumn("a", "b")),
        ("ALTER TABLE a RENAME TO b;", RenameTable("a", "b")),
        ("ALTER TABLE a RENAME COLUMN b TO c;", RenameColumn("a", "b", "c")),
        ('ALTER TABLE a RENAME b TO "c d" ;', RenameColumn("a", "b", "c d")),
        ("ALTER TABLE a RENAME COLUMN b TO c", RenameColumn("a", "b", "c")),
        ("ALTER TABLE a ADD CONSTRAINT c CHECK (b);", OtherStatement("ALTER")),
        ("INSERT INTO a VALUES (1);", Insert("a", ignores_conflicts=False)),
        ("INSERT OR IGNORE INTO a VALUES (1);", Insert("a", ignores_conflicts=True)),
        ("INSERT OR REPLACE INTO a VALUES (1);", Insert("a", ignores_conflicts=True)),
        ("INSERT OR FAIL INTO a VALUES (1);", Insert("a", ignores_conflicts=False)),
        ("REPLACE INTO a VALUES (1);", Insert("a", ignores_conflicts=True)),
        ("INSERT INTO a VALUES (1) ON CONFLICT DO NOTHING;", Insert("a", ignores_conflicts=True)),
        ("WITH x AS (SELECT 1) INSERT INTO a SELECT * FROM x;", Insert("a", ignores_conflicts=False)),
        (
            "WITH RECURSIVE x (n) AS NOT MATERIALIZED (SELECT 1 WHERE 2), y AS (SELECT 3) DELETE FROM main.a WHERE b;",
            Delete("a", has_where=True),
        ),
        ("WITH x AS (SELECT 1 WHERE 2) REPLACE INTO a SELECT * FROM x", Insert("a", ignores_conflicts=True)),
        ("WITH x AS (SELECT 1 WHERE 2) UPDATE OR FAIL a SET b = 1", Update("a", has_where=False)),
        ("WITH x AS (SELECT 1) SELECT * FROM x;", OtherStatement("WITH")),
        ("WITH x\n::error::y ALTER TABLE t ADD b", OtherStatement("WITH")),
        ("UPDATE a SET b = 1;", Update("a", has_where=False)),
        ("UPDATE OR IGNORE a SET b = 1 WHERE c;", Update("a", has_where=True)),
        ("UPDATE a SET b = (SELECT 1 WHERE 2);", Update("a", has_where=False)),
        ("UPDATE a SET b = 'WHERE';", Update("a", has_where=False)),
        ("DELETE FROM a;", Delete("a", has_where=False)),
        ("DELETE FROM a WHERE b;", Delete("a", has_where=True)),
        ("BEGIN TRANSACTION;", TransactionControl("BEGIN")),
        ("end;", TransactionControl("END")),
        ("/* x */ SAVEPOINT s;", TransactionControl("SAVEPOINT")),
        ("PRAGMA foreign_keys = OFF;", Pragma("foreign_keys", "off")),
        ("PRAGMA main.Defer_Foreign_Keys(ON);", Pragma("defer_foreign_keys", "on")),
        ("PRAGMA optimize;", Pragma("optimize", "")),
        ("PRAGMA", Pragma("", "")),
        ("SELECT 1;", OtherStatement("SELECT")),
        ("REINDEX;", OtherStatement("REINDEX")),
        ("", OtherStatement("")),
        ("'x'", OtherStatement("")),
    ],
)
def test_a_statement_is_what_its_words_say(sql: str, expected: Operation) -> None:
    assert parse_operation(sql) == expected


@pytest.mark.parametrize("word", ["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT x", "RELEASE x"])
def test_a_transaction_of_ones_own_is_known(word: str) -> None:
    assert isinstance(parse_operation(f"-- x\n{word.lower()};"), TransactionControl)


@pytest.mark.parametrize(
    "sql", ["", "SELECT 'BEGIN';", '"BEGIN"', "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;"]
)
def test_other_statements_are_no_transaction(sql: str) -> None:
    assert not isinstance(parse_operation(sql), TransactionControl)


@pytest.mark.parametrize(
    ("sql", "copies"),
    [
        ("INSERT INTO b SELECT * FROM a;", True),
        ("INSERT INTO b SELECT x, y FROM a;", False),
        ("INSERT INTO b SELECT a.* FROM a;", True),
        ("INSERT INTO b SELECT count(*), 2 * x FROM a;", False),
        ("INSERT INTO b WITH c AS (SELECT x FROM a) SELECT * FROM c;", True),
        ("WITH c AS (SELECT x FROM a) INSERT INTO b SELECT * FROM c;", True),
        ("INSERT INTO b (x) SELECT * FROM a;", False),
        ("INSERT INTO b VALUES (1);", False),
        ("nonsense (", False),
    ],
)
def test_a_copy_of_every_column_is_known(sql: str, copies: bool) -> None:
    assert inserts_select_star(sql) is copies


_KEYWORDS = """
    CREATE DROP ALTER TABLE INDEX VIEW TRIGGER UNIQUE VIRTUAL IF NOT EXISTS ADD COLUMN RENAME TO INSERT OR IGNORE INTO
    REPLACE UPDATE SET DELETE FROM WHERE WITH AS SELECT VALUES PRAGMA BEGIN ON CONFLICT
"""
_PIECES = ["a", "'b'", "`d`", "[e]", ".", "(", ")", ",", "=", ";", "*", "1", "?1", "/*", "--", "é"]
_WORDS = [*_KEYWORDS.split(), *_PIECES]


@given(st.lists(st.sampled_from(_WORDS), max_size=10))
@example(["INSERT", "a"])
@example(["REPLACE"])
@example(["ALTER", "TABLE", "a", "RENAME"])
def test_no_sequence_of_words_is_an_error(words: list[str]) -> None:
    sql = " ".join(words)

    assert parse_operation(sql) is not None
    assert inserts_select_star(sql) in (True, False)
