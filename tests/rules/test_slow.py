"""slow-statement on row counts that no test could hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pulse_ci.rules.examples import make_example_on_schema
from pulse_ci.rules.lint import lint
from tests.rules.example import review_of

EVENTS = "CREATE TABLE IF NOT EXISTS events (event_id INTEGER PRIMARY KEY, path TEXT, kind TEXT);\n"


def slow(sql: str, rows: int) -> list[tuple[int, str, str]]:
    """Line, message and remedy of what is found slow in a file, on so many events."""
    example = replace(make_example_on_schema(EVENTS, sql), rows={"events": rows})
    found = lint(review_of(example))
    return [(each.line, each.message, each.remedy) for each in found if each.rule == "slow-statement"]


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("UPDATE events SET kind = 'view' WHERE kind IS NULL;", 4_000_000),
        ("DELETE FROM events WHERE kind = 'bot';", 4_000_000),
        ("ALTER TABLE events DROP COLUMN kind;", 4_000_000),
        ("CREATE INDEX by_path ON events (path);", 4_000_000),
        ("CREATE TABLE copied AS SELECT * FROM events;", 4_000_000),
    ],
)
def test_what_writes_every_row_of_a_large_table_is_slow(sql: str, rows: int) -> None:
    ((line, message, remedy),) = slow(sql, rows)

    assert line == 4
    assert "D1 will need some 40 seconds, and ends a request after 30" in message
    assert remedy
    assert slow(sql, rows // 2) == []


def test_what_a_where_may_leave_out_is_a_bound() -> None:
    ((_, message, remedy),) = slow("UPDATE events SET kind = 'view' WHERE kind IS NULL;", 4_000_000)

    assert "writes at most 4,000,000" in message
    assert "`… WHERE rowid IN (SELECT rowid FROM events WHERE … LIMIT 10000)`" in remedy


@pytest.mark.parametrize("sql", ["ALTER TABLE events ADD COLUMN host TEXT;", "DROP TABLE events;", "SELECT 1;"])
def test_what_leaves_the_rows_alone_is_quick_on_any_table(sql: str) -> None:
    assert slow(sql, 10**9) == []


def test_statements_that_are_quick_alone_may_be_slow_together() -> None:
    ((line, message, _),) = slow("CREATE INDEX a ON events (path);\nCREATE INDEX b ON events (kind);\n", 2_000_000)

    assert line == 1
    assert "together" in message


def test_rows_that_nobody_counted_are_not_guessed() -> None:
    example = replace(make_example_on_schema(EVENTS, "CREATE INDEX by_path ON events (path);"), rows={"others": 10**9})

    assert [each for each in lint(review_of(example)) if each.rule == "slow-statement"] == []
