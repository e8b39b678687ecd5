"""Files from a stranger, and what comes of each: see `python -m tests.engine.hostile --help`."""

from __future__ import annotations

import argparse
import io
import json
import os
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

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
        + "CREATE TABLE t9 (a); CREATE TRIGGER g9 AFTER INSERT ON t9 BEGIN DELETE FROM t9; END; "
        + "INSERT INTO t0 VALUES (1)"
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
    "a trigger of 8 MB": lambda: "CREATE TRIGGER a" + ";x" * 4_000_000,
    "a trigger of 240 kB": lambda: "CREATE TRIGGER a" + ";x" * 120_000,
    "a request of 9 MB": lambda: "x" * 9_000_000,
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

# What `pulse-ci check` says of a file like these; None where D1 itself has nothing against it.
CHECKED: dict[str, str | None] = {
    "an endless recursive CTE": r"stopped statement 1 \(WITH RECURSIVE n .*(steps of work|processor time)",
    "an endless INSERT": r"stopped statement 2 \(WITH RECURSIVE n .*(steps of work|processor time|would be larger)",
    "zeroblob(1e9)": r"string or blob too big: SQLITE_TOOBIG",
    "a cross join of a cross join": r"stopped statement 3 \(SELECT count.*(steps of work|processor time)",
    "a trigger that calls itself": r"triggers nested too deep: SQLITE_ERROR",
    "triggers that multiply": r"stopped statement 21 \(INSERT INTO t0.*(steps of work|processor time)",
    "ATTACH of a file": r"not authorized: SQLITE_AUTH",
    "load_extension": r"not authorized: SQLITE_ERROR",
    "writable_schema": r"not authorized: SQLITE_AUTH",
    "100,000 statements": r"has more than 20,000 statements",
    "a statement of 99,999 bytes": None,
    "a trigger of 8 MB": r"has a statement of more than 250,000 bytes, which is not read; D1 takes 100,000",
    "a trigger of 240 kB": r"statement too long: SQLITE_TOOBIG",
    "a file of 200 MB": r"has 200,000,000 bytes; at most 16,777,216 are read",
    "a request of 9 MB": r"has 9,000,000 bytes; the sandbox runs at most 8,388,608",
    "deeply nested parentheses": r"Recursion limit: SQLITE_ERROR",
    "deeply nested subqueries": r"Recursion limit: SQLITE_ERROR",
    "deeply nested CASEs": r"Recursion limit: SQLITE_ERROR",
    "NUL bytes": r"holds a NUL byte at offset 9",
    "half a surrogate, as from invalid UTF-8": r"is not UTF-8 text: byte 0xff at offset 8",
}


def write(name: str, path: Path) -> None:
    """Write one of the files, never with all of it in memory where it is larger than what is read."""
    with path.open("wb") as file:
        if name == "a file of 200 MB":
            file.writelines(b"x" * 1_000_000 for _ in range(200))
        else:
            file.write(FILES[name]().encode("utf-8", "surrogateescape"))


def run(name: str) -> dict[str, Any]:
    """Run one of the files on the engine; return the refusal, and whether the database lives on."""
    sql = FILES[name]()
    refusal: dict[str, Any] = {"refused": None}
    with EmbeddedD1() as database:
        try:
            database.run(sql)
        except D1Refused as refused:
            stopped = isinstance(refused, SandboxStopped)
            refusal = {"refused": str(refused), "stopped": stopped, "statement": refused.statement}
        database.run("CREATE TABLE after (a); INSERT INTO after VALUES (1)")
        alive = database.query("SELECT a FROM after") == [(1,)]
    return refusal | {"alive": alive}


def check(name: str) -> dict[str, Any]:
    """Check a directory with one of the files; return the exit status and the messages by rule."""
    from pulse_ci.cli import main

    with TemporaryDirectory() as folder, redirect_stdout(io.StringIO()) as out:
        path = Path(folder) / "migrations" / "001_hostile.sql"
        path.parent.mkdir()
        write(name, path)
        status = main(["check", str(path.parent), "--format", "json"])
    findings = json.loads(out.getvalue())["findings"]
    return {"status": status, "found": [(each["rule"], each["line"], each["message"]) for each in findings]}


def apart(work: Callable[[str], dict[str, Any]], name: str) -> dict[str, Any]:
    """Do the work in a process of its own; return its result and the most megabytes that the process had."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        with os.fdopen(writing, "w") as pipe:
            json.dump(work(name), pipe)
            pipe.flush()
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        result = pipe.read()
    _, status, used = os.wait4(child, 0)
    assert status == 0, f"{name}: ended with {status}"
    return {**json.loads(result), "megabytes": used.ru_maxrss / 1024}


def main() -> None:
    """Print what comes of every file, as JSON by name."""
    parser = argparse.ArgumentParser(prog="python -m tests.engine.hostile", description=__doc__)
    parser.add_argument("--write", nargs=2, metavar=("NAME", "PATH"), help="write one of the files instead")
    options = parser.parse_args()
    if options.write:
        write(options.write[0], Path(options.write[1]))
        return
    # What is measured is a file's own work, not the loading of modules.
    check("a statement of 99,999 bytes")
    run_apart = {name: apart(run, name) for name in FILES}
    print(json.dumps({"run": run_apart, "checked": {name: apart(check, name) for name in CHECKED}}))


if __name__ == "__main__":
    main()
