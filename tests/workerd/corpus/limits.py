"""D1's limits, each met and each passed by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.engine import RequestMode
from tests.workerd.cases import Case
from tests.workerd.outcome import Call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _columns(count: int) -> str:
    return ", ".join(f"c{number}" for number in range(count))


def _numbers(count: int, between: str = ", ") -> str:
    return between.join(str(number) for number in range(1, count + 1))


def _statement_of(size: int) -> str:
    return "SELECT 1 /*" + "x" * (size - len("SELECT 1 /**/;")) + "*/;"


def _string_of(size: int) -> str:
    return "SELECT '" + "é" * ((size - len("SELECT '';")) // 2) + "';"


_LIMITS: dict[str, Callable[[int], str]] = {
    "columns of a table": lambda n: f"CREATE TABLE t ({_columns(n)})",
    "columns of a result": lambda n: f"SELECT {_numbers(n)}",
    "columns of an index": lambda n: f"CREATE TABLE t (a); CREATE INDEX i ON t ({', '.join(['a'] * n)})",
    "columns added": lambda n: f"CREATE TABLE t ({_columns(n - 1)}); ALTER TABLE t ADD COLUMN last",
    "columns of a view": lambda n: f"CREATE VIEW v AS SELECT {_numbers(n)}; SELECT 1 FROM v",
    "terms in ORDER BY": lambda n: f"SELECT 1 ORDER BY {_numbers(n, '+0, ')}+0",
    "terms in GROUP BY": lambda n: f"SELECT 1 GROUP BY {_numbers(n, '+0, ')}+0",
    "columns in SET": lambda n: "CREATE TABLE t (a); UPDATE t SET " + ", ".join(["a = 1"] * n),
    "values in a row": lambda n: f"VALUES ({_numbers(n)})",
    "columns of CREATE TABLE AS": lambda n: f"CREATE TABLE t AS SELECT {', '.join(f'{i} AS c{i}' for i in range(n))}",
    "sums deep": lambda n: f"SELECT {_numbers(n, ' + ')}",
    "ORs deep": lambda n: "SELECT " + " OR ".join(f"1 = {number}" for number in range(n)),
    "ANDs deep": lambda n: "SELECT " + " AND ".join(["1"] * n),
    "parentheses deep": lambda n: "SELECT " + "(" * n + "1" + ")" * n,
    "NOTs deep": lambda n: "SELECT " + "NOT " * n + "1",
    "concatenations deep": lambda n: "SELECT " + " || ".join(["'a'"] * n),
    "CASEs deep": lambda n: "SELECT " + "CASE WHEN 1 THEN " * n + "1" + " END" * n,
    "functions deep": lambda n: "SELECT " + "abs(" * n + "1" + ")" * n,
    "arguments of a function": lambda n: f"SELECT max({_numbers(n)})",
    "arguments of json_object": lambda n: "SELECT length(json_object(" + ", ".join(["'a', 1"] * (n // 2)) + "))",
    "bytes of a LIKE pattern": lambda n: f"SELECT 'a' LIKE '{'a' * n}'",
    "bytes of a GLOB pattern": lambda n: f"SELECT 'a' GLOB '{'a' * n}'",
    "two-byte letters of a LIKE pattern": lambda n: f"SELECT 'a' LIKE '{'é' * n}'",
    "compound SELECTs": lambda n: " UNION ALL ".join(["SELECT 1"] * n),
    "compound SELECTs in a view": lambda n: "CREATE VIEW v AS " + " UNION SELECT ".join(["SELECT 1"] + ["2"] * (n - 1)),
    "rows of VALUES": lambda n: "SELECT count(*) FROM (VALUES " + ", ".join(["(1)"] * n) + ")",
    "rows inserted": lambda n: "CREATE TABLE t (a); INSERT INTO t VALUES " + ", ".join(["(1)"] * n),
    "items of IN": lambda n: f"SELECT 1 IN ({_numbers(n)})",
    "number of a parameter": lambda n: f"SELECT ?{n}",
    "parameters": lambda n: "SELECT 1 IN (" + ", ".join(["?"] * n) + ")",
    "tables in a join": lambda n: "CREATE TABLE t (a); SELECT 1 FROM " + ", ".join(f"t AS t{i}" for i in range(n)),
    "subqueries deep": lambda n: "SELECT * FROM (" * n + "SELECT 1" + ")" * n,
    "scalar subqueries deep": lambda n: "SELECT (" * n + "SELECT 1" + ")" * n,
    "views on views": lambda n: (
        "CREATE VIEW v0 AS SELECT 1; "
        + "".join(f"CREATE VIEW v{i} AS SELECT * FROM v{i - 1}; " for i in range(1, n))
        + f"SELECT * FROM v{n - 1}"
    ),
    "triggers deep": lambda n: (
        "".join(
            f"CREATE TABLE t{i} (a); "
            f"CREATE TRIGGER g{i} AFTER INSERT ON t{i} BEGIN INSERT INTO t{i + 1} VALUES (1); END; "
            for i in range(n)
        )
        + f"CREATE TABLE t{n} (a); INSERT INTO t0 VALUES (1)"
    ),
    "common tables": lambda n: "WITH " + ", ".join(f"q{i} AS (SELECT {i})" for i in range(n)) + " SELECT * FROM q0",
    "bytes of a blob": lambda n: f"SELECT length(zeroblob({n}))",
    "bytes of a text": lambda n: f"SELECT length(printf('%.*c', {n}, 'a'))",
    "bytes of a row": lambda n: f"CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob({n})); SELECT length(a) FROM t",
    "bytes of a statement": _statement_of,
    "bytes of a string": _string_of,
    "levels of JSON": lambda n: f"SELECT json_valid('{'[' * n}{']' * n}')",
    "digits of a number": lambda n: f"SELECT {'1' * n} > 0",
}
_VALUES = {
    "bytes of a LIKE pattern": (49, 50, 51),
    "bytes of a GLOB pattern": (50, 51),
    "two-byte letters of a LIKE pattern": (25, 26),
    "arguments of a function": (126, 127, 128),
    "arguments of json_object": (126, 128),
    "compound SELECTs": (4, 5, 6),
    "compound SELECTs in a view": (5, 6),
    "rows of VALUES": (5, 6, 1000),
    "rows inserted": (6, 10742, 15000),
    "items of IN": (101, 5000),
    "tables in a join": (63, 64, 65),
    "subqueries deep": (20, 120),
    "scalar subqueries deep": (20, 99, 110),
    "views on views": (20, 60),
    "triggers deep": (8, 9, 10, 11, 12),
    "common tables": (50,),
    "bytes of a blob": (1_999_999, 2_000_001, 8_388_608, 8_388_642, 8_388_643, 1_000_000_000),
    "bytes of a text": (100_000,),
    "bytes of a row": (2_000_001, 8_388_600, 8_388_642),
    "bytes of a statement": (99_999, 100_000, 100_001),
    "bytes of a string": (99_998, 100_000, 100_002),
    "levels of JSON": (500, 1000, 1001),
    "digits of a number": (20, 400),
}


def cases() -> Iterator[Case]:
    for name, build in _LIMITS.items():
        for value in _VALUES.get(name, (99, 100, 101)):
            yield Case(f"{name}: {value}", (Call(build(value)),))
    long = "SELECT 1 /*" + "x" * 60_000 + "*/;\n"
    for mode in RequestMode:
        too_long = Call("SELECT 1;" + _statement_of(100_001), mode)
        yield Case(f"two statements of 60,000 bytes, sent as {mode.value}", (Call(long * 2, mode),))
        yield Case(f"a statement too long behind another, sent as {mode.value}", (too_long,))
