from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pulse_ci.engine import D1Refused, EmbeddedD1, Sandbox, SandboxStopped
from pulse_ci.rules.error_rules import NOT_ALLOWED_RULES, REPLAY_FAILS_NAME
from tests.engine.hostile import CHECKED, FILES, HARMLESS

ROOT = Path(__file__).parents[2]
MEGABYTES = 300
ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT count(*) FROM n"


@pytest.fixture(scope="module")
def ended() -> dict[str, Any]:
    """What came of each hostile file, on the engine and in a check."""
    program = [sys.executable, "-m", "tests.engine.hostile"]
    found = json.loads(subprocess.run(program, cwd=ROOT, stdout=subprocess.PIPE, timeout=300, check=True).stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_in_little_memory_and_the_database_lives_on(name: str, ended: dict[str, Any]) -> None:
    one = ended["run"][name]

    assert (one["refused"] is None) == (name in HARMLESS)
    assert one["megabytes"] < MEGABYTES
    assert one["alive"]


@pytest.mark.parametrize("name", CHECKED)
def test_a_check_of_a_hostile_file_says_what_is_wrong_in_little_memory(name: str, ended: dict[str, Any]) -> None:
    one, message = ended["checked"][name], CHECKED[name]

    said = [text for rule, _, text in one["found"] if rule in {REPLAY_FAILS_NAME, *NOT_ALLOWED_RULES}]
    # Later statements of the file may be rejected too.
    assert [bool(re.search(message or "", text)) for text in said[:1]] == ([True] if message else [])
    assert one["status"] == 1
    assert one["megabytes"] < MEGABYTES


@pytest.mark.parametrize(
    ("sandbox", "sql", "message"),
    [
        (Sandbox(statements=2), "SELECT 1; SELECT 2; SELECT 3", "statement 3 (SELECT 3): the request has more than 2"),
        (Sandbox(request_bytes=8), "SELECT 1;", "refused the request: it has more than 8 bytes"),
        (Sandbox(output_rows=1), "VALUES (1), (2)", "statement 1 (VALUES (1), (2)): it returns more than 1 rows"),
        (Sandbox(output_bytes=9), "SELECT 'ten letter'", "its rows hold more than 9 bytes"),
        (
            Sandbox(steps=1000),
            ENDLESS,
            "1,000 steps",
        ),
        (Sandbox(cpu_seconds=0), ENDLESS, "it takes more than 0 s of processor time"),
        (Sandbox(wall_seconds=0), ENDLESS, "it takes more than 0 s"),
        (Sandbox(heap_bytes=5_000_000), "SELECT length(hex(zeroblob(4000000)))", "more than 5,000,000 bytes of memory"),
    ],
)
def test_each_limit_is_named_with_the_statement(sandbox: Sandbox, sql: str, message: str) -> None:
    with EmbeddedD1(sandbox) as database, pytest.raises(SandboxStopped) as stopped:
        database.query(sql)

    assert message in str(stopped.value)


def test_a_database_that_is_too_large_is_told_from_a_table_without_a_free_rowid() -> None:
    with EmbeddedD1() as database:
        database.run("CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO t VALUES (9223372036854775807)")

        with pytest.raises(D1Refused) as refused:
            database.run("INSERT INTO t DEFAULT VALUES")

    assert not isinstance(refused.value, SandboxStopped)
    assert str(refused.value) == "database or disk is full: SQLITE_FULL"


def test_a_stopped_request_leaves_nothing_behind() -> None:
    with EmbeddedD1(Sandbox(statements=2)) as database:
        with pytest.raises(SandboxStopped):
            database.run("CREATE TABLE a (x); CREATE TABLE b (x); CREATE TABLE c (x)")

        assert database.query("SELECT count(*) FROM sqlite_master WHERE name IN ('a', 'b', 'c')") == [(0,)]


def test_a_stopped_request_that_analyzed_a_large_schema_leaves_nothing_behind() -> None:
    with EmbeddedD1(Sandbox(steps=20_000_000)) as database:
        database.run("".join(f"CREATE TABLE t{i} (x PRIMARY KEY);" for i in range(1000)))
        database.run("INSERT INTO t1 VALUES (1); ANALYZE t1")

        with pytest.raises(SandboxStopped, match="statement 3"):
            database.run(f"ANALYZE t1; CREATE TABLE late (x); {ENDLESS}")

        assert database.query("SELECT count(*) FROM sqlite_master WHERE name = 'late'") == [(0,)]


@pytest.mark.parametrize("steps", range(10_000, 20_000, 1000))
def test_wherever_an_analysis_is_stopped_it_is_told(steps: int) -> None:
    with EmbeddedD1() as made, EmbeddedD1(Sandbox(steps=steps)) as other:
        made.run("".join(f"CREATE TABLE t{i} (x PRIMARY KEY);" for i in range(300)) + "INSERT INTO t1 VALUES (1)")
        other.restore(made.take_snapshot())

        with pytest.raises(SandboxStopped, match=r"stopped statement .*ANALYZE"):
            other.run("ANALYZE t1;" * 200)


def test_a_slow_function_in_a_schema_that_was_restored_is_still_known() -> None:
    with EmbeddedD1() as made, EmbeddedD1() as other:
        made.run("CREATE TABLE t (a, CHECK (instr(a, 'x') = 0))")
        other.restore(made.take_snapshot())

        with pytest.raises(SandboxStopped, match="200,000 bytes"):
            other.run("INSERT INTO t VALUES (zeroblob(1000000))")


def test_a_long_value_is_fine_where_no_slow_function_meets_it() -> None:
    with EmbeddedD1() as database:
        database.run("CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(2000000)); SELECT trim(' x ')")

        assert database.query("SELECT length(a) FROM t") == [(2_000_000,)]
