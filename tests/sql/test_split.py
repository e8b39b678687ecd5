from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_ci.sql.split import LineIndex, split_statements
from tests.workerd.corpus.splitting import SHAPES

# fmt: off
WORDS = (
    "CREATE", "create", "TEMP", "Temporary", "TRIGGER", "Trigger", "BEGIN", "END", "end", "EXPLAIN", "CASE", "x",
    ";", ";", " ", "\n", "\t", "\r\n", "\f", "'", '"', "`", "[", "]", "--", "/*", "*/", "-", "/", "*", "''",
    "'a;b'", '"c;d"', "`e;f`", "[g;h]", "-- i;\n", "/* j; */", "@END", ":END", "$END", "#END", "1END", "é", "日",
    "\ufeff", "\u00a0", "\v", "x'00'", "?", ".", "END;", "; END ;", "BEGIN SELECT 1; END;", "CREATE TRIGGER t ",
)
# fmt: on
SQL = st.one_of(st.lists(st.sampled_from(WORDS), max_size=40).map("".join), st.text(max_size=30)).filter(
    lambda sql: "\0" not in sql
)


def sqlite_cuts(sql: str) -> list[int]:
    """Where SQLite's own state machine is between statements, just behind a semicolon."""
    ends, start = [], 0
    for position, character in enumerate(sql, 1):
        if character == ";" and sqlite3.complete_statement(sql[start:position]):
            if not is_empty(sql[start:position]):
                ends.append(position)
            start = position
    return ends


def is_empty(statement: str) -> bool:
    # Behind `SELECT 1` and a space, all that SQLite could still see makes the text incomplete.
    return sqlite3.complete_statement(";" + statement[:-1])


@given(SQL)
def test_every_cut_is_where_sqlite_says_that_a_statement_is_complete(sql: str) -> None:
    cuts = [statement.start + len(statement.sql) for statement in split_statements(sql) if statement.terminated]

    assert cuts == sqlite_cuts(sql)


@given(SQL)
def test_a_tail_without_a_semicolon_is_a_statement_that_sqlite_calls_incomplete(sql: str) -> None:
    for statement in split_statements(sql):
        assert sqlite3.complete_statement(statement.sql) == statement.terminated


@given(SQL)
def test_nothing_but_space_comments_and_semicolons_is_left_out(sql: str) -> None:
    position = 0
    for statement in split_statements(sql):
        assert sqlite3.complete_statement(sql[position : statement.start] + ";")
        assert sql.startswith(statement.sql, statement.start)
        position = statement.start + len(statement.sql)


@given(SQL)
def test_line_and_column_point_at_the_statement(sql: str) -> None:
    lines = sql.split("\n")
    for statement in split_statements(sql):
        assert lines[statement.line - 1][statement.column - 1 :].startswith(statement.sql.split("\n")[0])
        assert statement.end_line == statement.line + statement.sql[:-1].count("\n")


@pytest.mark.parametrize("name", [name for name in SHAPES if "NUL" not in name])  # where C's strings end
def test_known_shapes_are_cut_as_sqlite_cuts_them(name: str) -> None:
    sql = SHAPES[name]

    cuts = [statement.start + len(statement.sql) for statement in split_statements(sql) if statement.terminated]

    assert cuts == sqlite_cuts(sql)


def test_a_line_ends_at_the_line_feed_of_a_crlf() -> None:
    first, second = split_statements("SELECT 1;\r\n\r\n  SELECT\r\n2;")

    assert (first.line, first.column, first.end_line) == (1, 1, 1)
    assert (second.line, second.column, second.end_line) == (3, 3, 4)


def test_an_offset_at_the_end_of_a_text_is_on_its_last_line() -> None:
    assert LineIndex("a\nbc").locate(4) == (2, 3)
