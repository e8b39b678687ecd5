"""Thousands of statements that can lose nothing are looked at together, and what can lose rows at once."""

from __future__ import annotations

import pytest

from pulse_ci.analysis.row_check_batch import RowCheckBatch
from pulse_ci.engine import EmbeddedD1
from pulse_ci.engine.access import Access
from pulse_ci.sql.split import split_statements
from tests.engine.test_losses import on_rows

SCHEMA = """
    CREATE TABLE p (id INTEGER PRIMARY KEY, n INT);
    CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p (id) ON UPDATE CASCADE);
    CREATE TABLE log (n INT);
    CREATE TABLE fired (n INT);
    CREATE TRIGGER t AFTER INSERT ON fired BEGIN DELETE FROM log; END;
"""


def held_back(sql: str) -> list[bool]:
    """Return for each statement whether it need not be looked at yet."""
    statements = tuple(split_statements(sql))
    with EmbeddedD1() as database:
        database.run(SCHEMA)
        quiet = RowCheckBatch(database.schema(), statements)
    return [quiet.add(statement, Access()) == () for statement in statements]


@pytest.mark.parametrize(
    ("sql", "quiet"),
    [
        ("INSERT INTO p VALUES (1, 1); INSERT OR IGNORE INTO p VALUES (1, 1); INSERT INTO c SELECT 1, 1;", True),
        ("UPDATE c SET p = 1; UPDATE log SET n = 1; UPDATE OR IGNORE c SET p = 2;", True),
        ("UPDATE p SET id = 2;", False),
        ("INSERT INTO fired VALUES (1); UPDATE fired SET n = 1;", False),
        (
            "REPLACE INTO p VALUES (1, 1); INSERT OR REPLACE INTO p VALUES (1, 1); UPDATE OR REPLACE c SET id = 1;",
            False,
        ),
        ("INSERT INTO p VALUES (1, 1) ON CONFLICT DO UPDATE SET id = 9;", False),
        ("DELETE FROM log; DROP TABLE log; ALTER TABLE p RENAME TO q; CREATE INDEX i ON p (n); SELECT 1;", False),
        ("CREATE TRIGGER n AFTER INSERT ON p BEGIN DELETE FROM log; END; INSERT INTO p VALUES (1, 1);", False),
        ("CREATE TABLE n (p INT REFERENCES c (id) ON UPDATE CASCADE); UPDATE c SET id = 4;", False),
    ],
)
def test_only_what_can_lose_nothing_is_held_back(sql: str, quiet: bool) -> None:
    assert set(held_back(sql)) == {quiet}


def test_what_is_held_back_is_looked_at_before_anything_else_runs() -> None:
    one, two, three = split_statements("INSERT INTO p VALUES (1, 1); INSERT INTO p VALUES (2, 1); DELETE FROM p;")
    with EmbeddedD1() as database:
        database.run(SCHEMA)
        quiet = RowCheckBatch(database.schema(), (one, two, three))
    last = Access(writes=frozenset({"p"}))

    quiet.add(one, Access())
    quiet.add(two, last)

    assert quiet.flush_before(two) == ()
    assert quiet.flush_before(three) == ((two, last),)
    assert quiet.flush() == ()


def test_rows_that_the_file_itself_brought_and_then_lost_are_no_loss() -> None:
    schema = f"{SCHEMA} INSERT INTO p VALUES (1, 1), (2, 2); INSERT INTO log VALUES (5);"
    many = "".join(f"INSERT INTO p VALUES ({number}, 0);" for number in range(10, 60))

    found = on_rows(f"{many} DELETE FROM p WHERE n = 0; INSERT INTO fired VALUES (1);", schema)

    assert [(loss.table, loss.lost, loss.target) for loss in found.losses] == [("log", 1, "fired")]
