"""A request that is run in one call does what its statements do one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pulse_ci.engine import EmbeddedD1, RequestMode
from pulse_ci.engine.at_once import may_run_at_once
from pulse_ci.errors import D1Refused, SandboxStopped
from tests.workerd.cases import areas
from tests.workerd.engine import run_sequence

AREAS = areas()
# A comment that names a trigger changes nothing but the way.
ONE_BY_ONE = "-- trigger\n"
ENDLESS = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c"


def outcome(sql: str, *, one_by_one: bool) -> object:
    """Return the rows, or the refusal with its place, and what is in the database then."""
    with EmbeddedD1() as database:
        answer: object
        try:
            answer = database.query(f"{ONE_BY_ONE}{sql}" if one_by_one else sql)
        except D1Refused as refused:
            before = len(ONE_BY_ONE) if one_by_one and refused.start is not None else 0
            answer = str(refused), refused.statement, (refused.start or 0) - before
        return answer, database.query("SELECT name, sql FROM sqlite_master")


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE a (x); INSERT INTO a VALUES (1), (2); SELECT x FROM a;",
        "CREATE TABLE a (x); INSERT INTO a VALUES (1); SELECT 7; INSERT INTO a VALUES (2);",
        "CREATE TABLE a (x); INSERT INTO a VALUES (1) RETURNING x; SELECT 7;",
        "CREATE TABLE a (x); INSERT INTO b VALUES (1); CREATE TABLE c (x);",
        "CREATE TABLE a (x UNIQUE ON CONFLICT ROLLBACK); INSERT INTO a VALUES (1); INSERT INTO a VALUES (1);",
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p DEFERRABLE INITIALLY DEFERRED);"
        " INSERT INTO c VALUES (1);",
        "CREATE TABLE a (x); DELETE FROM a ORDER BY x LIMIT 1; SELECT 1;",
        "CREATE TABLE a (x); BEGIN; CREATE TABLE b (x); COMMIT;",
        "CREATE TABLE a (x); SELECT ';'; CREATE INDEX i ON a (x) ;  -- and more\n",
        "-- nothing\n;;",
        "SELECT 1; -- x; y\n",
        "CREATE TABLE a (x);; /* y */ ; SELECT 1; ;",
    ],
)
def test_both_ways_lead_to_the_same(sql: str) -> None:
    assert may_run_at_once(sql)
    assert outcome(sql, one_by_one=False) == outcome(sql, one_by_one=True)


@pytest.mark.parametrize("area", AREAS)
def test_both_ways_lead_to_the_same_for_all_that_workerd_judges(area: str) -> None:
    for case in AREAS[area]:
        one_by_one = tuple(
            replace(call, sql=ONE_BY_ONE + call.sql) if call.mode is RequestMode.BATCH else call
            for call in case.sequence
        )
        if any(may_run_at_once(call.sql) for call in case.sequence) and not case.name.startswith("a byte order mark"):
            assert run_sequence(case.sequence) == run_sequence(one_by_one), case.name


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;",
        "ALTER TABLE a RENAME TO b;",
        "PRAGMA foreign_keys = OFF;",
        "Analyze;",
        "SELECT Trim(x) FROM a;",
        "SELECT last_insert_rowid();",
        "CREATE TABLE a (x); CREATE INDEX i ON a (x) ",
        "CREATE TABLE a (x); CREATE INDEX i ON a (x) -- of x;",
        "SELECT 1; SELECT 'unfinished;",
        "SELECT 1;\0",
        "SELECT '\udcff';",
        "\ufeffSELECT 1;",
        "SELECT '" + "x" * 30_000 + "';",
    ],
)
def test_what_depends_on_its_own_statement_is_run_one_by_one(sql: str) -> None:
    assert not may_run_at_once(sql)


def test_the_statement_that_the_sandbox_stops_is_named() -> None:
    with (
        EmbeddedD1() as database,
        pytest.raises(SandboxStopped, match=r"stopped statement 2 \(WITH RECURSIVE") as stopped,
    ):
        database.run(f"CREATE TABLE a (x);\n{ENDLESS};\nSELECT 1;")

    assert (stopped.value.statement, stopped.value.start) == (1, 20)
    with EmbeddedD1() as database:
        assert database.query("SELECT count(*) FROM sqlite_master WHERE name = 'a'") == [(0,)]
