"""INSERT … SELECT is read where it takes every row of one table once."""

from __future__ import annotations

import pytest

from pulse_ci.fixes.copied_columns import TableCopy, find_table_copy


@pytest.mark.parametrize(
    ("sql", "copy"),
    [
        ("INSERT INTO n SELECT * FROM p", TableCopy("n", None, ("*",), "p")),
        (
            "INSERT OR IGNORE INTO n (a, b) SELECT p.a, max(p.b, 1, 'x,y') FROM p;",
            TableCopy("n", ("a", "b"), ("a", "max(b, 1, 'x,y')"), "p"),
        ),
        ("REPLACE INTO main.n (a) SELECT a AS b FROM main.p q;", TableCopy("n", ("a",), ("a",), "p")),
        ("CREATE TABLE IF NOT EXISTS n AS SELECT q.* FROM p AS q", TableCopy("n", None, ("*",), "p")),
        ('INSERT INTO "n" ("a") SELECT "p"."a" FROM "p"', TableCopy("n", ("a",), ('"a"',), "p")),
        ("INSERT INTO n SELECT a FROM p JOIN q", None),
        ("INSERT INTO n SELECT DISTINCT a FROM p", None),
        ("INSERT INTO n SELECT a FROM p LIMIT 1", None),
        ("INSERT INTO n VALUES (1)", None),
        ("INSERT INTO n DEFAULT VALUES", None),
        ("INSERT INTO n SELECT FROM p", None),
        ("INSERT INTO", None),
        ("SELECT", None),
        ("", None),
    ],
)
def test_a_copy_is_read_where_it_takes_every_row_once(sql: str, copy: TableCopy | None) -> None:
    assert find_table_copy(sql) == copy
