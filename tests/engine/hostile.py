"""Files from a stranger, each run by itself: `python -m tests.engine.hostile NAME` prints what came of it, as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import TYPE_CHECKING

from pulse_ci.engine import D1Refused, EmbeddedD1, SandboxStopped

if TYPE_CHECKING:
    from collections.abc import Callable

_CTE = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
_TABLE = f"CREATE TABLE big (a); {_CTE} INSERT INTO big SELECT i FROM n LIMIT 2000; "
_FRESH = "CREATE TABLE t (a, b); "

FILES: dict[str, Callable[[], str]] = {
    "an endless recursive CTE": lambda: f"{_CTE} SELECT count(*) FROM n",
    "an endless recursive CTE that returns its rows": lambda: f"{_CTE} SELECT i FROM n",
    "an endless recursive CTE of large blobs": lambda: f"{_CTE} SELECT randomblob(1000000) FROM n",
    "an endless INSERT": lambda: f"{_FRESH}{_CTE} INSERT INTO t SELECT i, i FROM n",
    "an endless INSERT of large blobs": lambda: f"{_FRESH}{_CTE} INSERT INTO t SELECT i, randomblob(1000000) FROM n",
    "zeroblob(1e9)": lambda: "SELECT zeroblob(1e9)",
    "a table of large zeroblobs": lambda: f"{_FRESH}{_CTE} INSERT INTO t SELECT i, zeroblob(8000000) FROM n LIMIT 100",
    "a group_concat without end": lambda: f"{_CTE} SELECT group_concat(hex(randomblob(1000))) FROM n",
    "a sort of more than memory holds": lambda: (
        f"{_CTE} SELECT max(b) FROM (SELECT randomblob(5000) AS b FROM n ORDER BY b)"
    ),
    "an index of more than memory holds": lambda: f"{_TABLE}CREATE INDEX i ON big (hex(zeroblob(100000)))",
    "a cross join of a cross join": lambda: f"{_TABLE}SELECT count(*) FROM big, big AS b, big AS c, big AS d",
    "a trigger that calls itself": lambda: (
        "PRAGMA recursive_triggers = ON; CREATE TABLE t (a); CREATE TRIGGER g AFTER INSERT "
        "ON t BEGIN INSERT INTO t VALUES (new.a + 1); END; INSERT INTO t VALUES (1)"
    ),
    "triggers that multiply": lambda: (
        "".join(
            f"CREATE TABLE t{i} (a); CREATE TRIGGER g{i} AFTER INSERT ON t{i} BEGIN "
            + f"INSERT INTO t{i + 1} VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10); END; "
            for i in range(9)
        )
        + "CREATE TABLE t9 (a); INSERT INTO t0 VALUES (1)"
    ),
    "ATTACH of a file": lambda: "ATTACH '/etc/passwd' AS x; SELECT * FROM x.sqlite_master",
    "VACUUM INTO a file": lambda: "VACUUM INTO '/tmp/pulse-ci-escaped.db'",
    "load_extension": lambda: "SELECT load_extension('/lib/x86_64-linux-gnu/libc.so.6')",
    "readfile": lambda: "SELECT readfile('/etc/passwd')",
    "writable_schema": lambda: "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'CREATE TABLE x (a)'",
    "a temporary table on disk": lambda: "PRAGMA temp_store = 1; CREATE TEMP TABLE t (a)",
    "a tokenizer's address": lambda: "SELECT fts3_tokenizer('simple', x'4141414141414141')",
    "100,000 statements": lambda: "SELECT 1;" * 100_000,
    "100,000 tables": lambda: "".join(f"CREATE TABLE t{number} (a);" for number in range(100_000)),
    "a statement of 99,999 bytes": lambda: "SELECT '" + "x" * 99_989 + "';",
    "a statement of 10 MB": lambda: "SELECT '" + "x" * 10_000_000 + "';",
    "a file of 200 MB": lambda: "x" * 200_000_000,
    "comments of 8 MB": lambda: "/*" + "x" * 8_000_000 + "*/ SELECT 1;",
    "8 MB of open quotes": lambda: "SELECT ' " + "'' " * 2_700_000,
    "8 MB of open comments": lambda: "/* " * 2_700_000,
    "8 MB of dashes": lambda: "-" * 8_000_000,
    "8 MB of semicolons": lambda: ";" * 8_000_000,
    "a trigger that never ends": lambda: "CREATE TRIGGER g AFTER INSERT ON t BEGIN " + "SELECT 1; " * 800_000,
    "many triggers that never end": lambda: "CREATE TRIGGER " * 550_000,
    "CHECKs that are slow": lambda: (
        "CREATE TABLE t (a, b, CHECK (instr(a, b) >= 0)); "
        "INSERT INTO t VALUES (zeroblob(8000000), CAST(zeroblob(4000000) AS BLOB) || x'01')"
    ),
    "deeply nested parentheses": lambda: "SELECT " + "(" * 40_000 + "1" + ")" * 40_000,
    "deeply nested subqueries": lambda: "SELECT * FROM (" * 6000 + "SELECT 1" + ")" * 6000,
    "deeply nested CASEs": lambda: "SELECT " + "CASE WHEN 1 THEN " * 4000 + "1" + " END" * 4000,
    "deeply nested JSON": lambda: "SELECT json('" + "[" * 45_000 + "]" * 45_000 + "')",
    "a wide VALUES": lambda: "SELECT count(*) FROM (VALUES " + ", ".join(["(1)"] * 20_000) + ")",
    "views that double": lambda: (
        "CREATE VIEW v0 AS SELECT 1 AS a; "
        + "".join(f"CREATE VIEW v{i} AS SELECT a.a FROM v{i - 1} AS a, v{i - 1} AS b; " for i in range(1, 30))
        + "SELECT * FROM v29"
    ),
    "common tables that double": lambda: (
        "WITH q0 AS (SELECT 1 AS a), "
        + ", ".join(f"q{i} AS (SELECT a.a FROM q{i - 1} AS a, q{i - 1} AS b)" for i in range(1, 30))
        + " SELECT * FROM q29"
    ),
    "NUL bytes": lambda: "SELECT 1;\0 SELECT 2",
    "a NUL byte in a string": lambda: "SELECT 'a\0b'",
    "half a surrogate, as from invalid UTF-8": lambda: "SELECT '\udcff'",
    "text that is not UTF-8": lambda: "SELECT CAST(x'ff' AS TEXT), nosuch",
    "a LIKE pattern that backtracks": lambda: (
        "SELECT printf('%.*c', 100000, 'a') || printf('%.*c', 4000000, 'a') LIKE '%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%b'"
    ),
    "instr that takes hours": lambda: "SELECT instr(zeroblob(8000000), CAST(zeroblob(4000000) AS BLOB) || x'01')",
    "replace that takes hours": lambda: (
        f"{_FRESH}INSERT INTO t VALUES (hex(zeroblob(2000000)), hex(zeroblob(1000000)) || '1'); "
        "SELECT length(replace(a, b, 'x')) FROM t"
    ),
    "trim that takes hours": lambda: (
        f"{_FRESH}INSERT INTO t VALUES (hex(zeroblob(2000000)), hex(zeroblob(1000000))); "
        "SELECT length(trim(a, b)) FROM t"
    ),
    "a JSON patch that takes hours": lambda: (
        "SELECT length(json_patch(a, replace(a, 'k', 'm'))) FROM (SELECT "
        f"(SELECT json_group_object('k' || i, i) FROM ({_CTE} SELECT i FROM n LIMIT 300000)) AS a)"
    ),
    "full-text search that takes long": lambda: (
        f"CREATE VIRTUAL TABLE f USING fts5(a); {_CTE} INSERT INTO f SELECT hex(randomblob(2000)) FROM n LIMIT 100000"
    ),
}


HARMLESS = frozenset(
    {
        "a statement of 99,999 bytes",
        "a LIKE pattern that backtracks",
        "comments of 8 MB",
        "8 MB of open comments",
        "8 MB of dashes",
        "8 MB of semicolons",
    }
)


def run(name: str) -> dict[str, object]:
    """Run one of the files; return the refusal, the seconds of processor time and the most memory that it took."""
    sql = FILES[name]()
    before = time.process_time()
    refusal: dict[str, object] = {"refused": None}
    with EmbeddedD1() as database:
        try:
            database.run(sql)
        except D1Refused as refused:
            stopped = isinstance(refused, SandboxStopped)
            refusal = {"refused": str(refused), "stopped": stopped, "statement": refused.statement}
        seconds = time.process_time() - before
        database.run("CREATE TABLE after (a); INSERT INTO after VALUES (1)")
        alive = database.query("SELECT a FROM after") == [(1,)]
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return refusal | {"seconds": seconds, "megabytes": megabytes, "alive": alive}


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1])))
