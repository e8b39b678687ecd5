"""Shapes on which splitters have failed (D1's, wrangler's, others'), each in the three modes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.engine import RequestMode
from tests.workerd.cases import Case
from tests.workerd.outcome import Call

if TYPE_CHECKING:
    from collections.abc import Iterator

_T = "CREATE TABLE t (a INTEGER PRIMARY KEY, n);\n"
_G = "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;\n"
_ROW = "INSERT INTO t VALUES (1, 2);\n"
_APPENDED = "\nINSERT INTO \"d1_migrations\" (name)\nvalues ('0001.sql');"

SHAPES = {
    # Known to fail, at times, on the way to a remote D1: workers-sdk #10998, #15314, #14991, #4326, #4727, #15690,
    # #4713, #5207 and others.
    "a trigger with a lowercase begin": _T + "CREATE TRIGGER g AFTER INSERT ON t begin UPDATE t SET n = 1; END;\n",
    "a trigger all in lowercase": _T.lower() + "create trigger g after insert on t begin update t set n = 1; end;\n",
    "a trigger with a lowercase end": _T + "CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET n = 1; end;\n",
    "CRLF inside a trigger": _T
    + "CREATE TRIGGER g AFTER INSERT ON t\r\nBEGIN\r\n  UPDATE t SET n = 1;\r\n  SELECT 2;\r\nEND;\r\n",
    "CASE … END without parentheses inside a trigger": _T
    + "CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET n = CASE WHEN n > 1 THEN 1 ELSE 2 END WHERE a = 1; END;\n",
    "CASE … END just before a semicolon inside a trigger": _T
    + "CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET n = CASE WHEN n > 1 THEN 1 ELSE 2 END; END;\n",
    "CASE … END in parentheses inside a trigger": _T
    + "CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET n = (CASE WHEN n > 1 THEN 1 ELSE 2 END); END;\n",
    "CASE … END moved into WHEN": _T
    + "CREATE TRIGGER g AFTER INSERT ON t WHEN CASE WHEN new.n > 1 THEN 1 ELSE 0 END BEGIN SELECT 3; END;\n",
    "nested CASE inside a trigger": _T
    + "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT CASE WHEN 1 THEN CASE 2 WHEN 2 THEN 3 END END; END;\n",
    "a trigger over many lines behind other statements": _T
    + "CREATE INDEX i ON t (n);\n\nCREATE TRIGGER g\nAFTER INSERT ON t\nFOR EACH ROW\nBEGIN\n  UPDATE t\n"
    + "  SET n = 1\n  WHERE a = new.a;\nEND;\n\nINSERT INTO t VALUES (1, 0);\n",
    "a trigger on one line behind other statements": _T + "CREATE INDEX i ON t (n); " + _G + _ROW,
    "a trigger alone": "CREATE TRIGGER g AFTER INSERT ON nosuch BEGIN SELECT 1; END;",
    "a quote inside a line comment and several statements": f"-- it's\n{_T}-- don't stop\n{_ROW}",
    "a double quote inside a line comment": f'-- say "hello\n{_T}{_ROW}',
    "a file without a last semicolon": _T + "INSERT INTO t VALUES (1, 2)",
    "a file without a last semicolon, and what wrangler appends": _T + "INSERT INTO t VALUES (1, 2)" + _APPENDED,
    "a file with a last comment, and what wrangler appends": f"{_T}-- the end{_APPENDED}",
    # What else a splitter can trip over.
    "a backquote and a bracket inside comments": f"-- ` [\n{_T}/* [ ` */ {_ROW}",
    "a semicolon inside a line comment": f"{_T}-- one; two;\n{_ROW}",
    "a semicolon inside a block comment": f"{_T}/* one; two; */ {_ROW}",
    "a semicolon inside a string": _T + "INSERT INTO t VALUES (1, 'a;b');\nINSERT INTO t VALUES (2, 'c''; d');\n",
    "a semicolon inside a name": 'CREATE TABLE "a;b" ([c;d], `e;f`);\nINSERT INTO "a;b" VALUES (1, 2);\n',
    "a comment sign inside a string": _T + "INSERT INTO t VALUES (1, '-- not'), (2, '/* nor this');\n",
    "a comment behind the last statement": f"{_T}{_ROW}-- the end\n",
    "a block comment behind the last statement": f"{_T}{_ROW}/* the end */",
    "an open block comment behind the last statement": f"{_T}{_ROW}/* the end",
    "an open block comment in the last statement": _T + "INSERT INTO t VALUES (1, 2) /* the end",
    "a comment before a semicolon": _T + "INSERT INTO t VALUES (1, 2) -- here\n;\n",
    "a vertical tab behind a line end, before a semicolon": f"{_T}\n\v;\n{_ROW}",
    "a vertical tab behind a statement": f"{_T}SELECT 1 \v; SELECT \v 2;\n\v",
    "the plan of a change before other statements": f"{_T}EXPLAIN QUERY PLAN {_ROW}SELECT 1;\n",
    "two semicolons at the end": f"{_T}INSERT INTO t VALUES (1, 2);;\n",
    "two semicolons in the middle": f"{_T};{_ROW}",
    "two semicolons with a comment between": f"{_T}-- c\n; {_ROW}",
    "a semicolon first": ";" + _T,
    "nothing but a comment": "-- nothing\n",
    "nothing but space": " \n\t\n",
    "nothing": "",
    "space behind the last statement": _T + "  \n\n\t\r\n",
    "a vertical tab behind the last statement": _T + "\v",
    "a new column and a comment behind it, without a semicolon": f"{_T}ALTER TABLE t ADD COLUMN b TEXT -- because",
    "a byte order mark first": f"\ufeff{_T}{_ROW}",
    "a byte order mark before a trigger": f"{_T}\ufeff{_G}",
    "a byte order mark and nothing else": "\ufeff",
    "a byte order mark behind the last statement": f"{_T}\ufeff",
    "a byte order mark and a comment behind the last statement": f"{_T}\ufeff-- the end\n",
    "a byte order mark and a semicolon behind the last statement": f"{_T}\ufeff;",
    "a byte order mark and a comment between statements": f"{_T}\ufeff/* the second half */;{_ROW}",
    "byte order marks before a statement": f"{_T}\ufeff \ufeff{_ROW}",
    "a NUL behind a statement": "SELECT 1;\0 SELECT 2",
    "a NUL in a string": "SELECT 'a\0b'",
    "a NUL in a statement": "CREATE TABLE \0 t (a)",
    "a no-break space behind a semicolon": "CREATE TABLE t (a);\u00a0INSERT INTO t VALUES (1);\n",
    "CRLF everywhere": (_T + "INSERT INTO t VALUES (1, 'a');\n-- c\n").replace("\n", "\r\n") + _ROW[:-1],
    "CR alone": (_T + _ROW).replace("\n", "\r"),
    "a CRLF inside a string": _T + "INSERT INTO t VALUES (1, 'a\r\nb');\n",
    "tabs and form feeds": _T.replace(" ", "\t") + "INSERT\fINTO\tt VALUES (1, 2);\n",
    "END inside the comments of a trigger": _T
    + "CREATE TRIGGER g AFTER INSERT ON t BEGIN -- END;\n SELECT 1; /* END; */ END;\n",
    "END inside a string of a trigger": _T + "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT '; END;'; END;\n",
    "a comment between END and its semicolon": _T + _G.replace("END;", "END -- g\n;") + _ROW,
    "a comment between CREATE and TRIGGER": _T + _G.replace(" TRIGGER", " /* a */ TRIGGER -- b\n") + _ROW,
    "a trigger that is not finished": _T + "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1;\n",
    "a trigger without its last semicolon": _T + _G.rstrip(";\n"),
    "a trigger without BEGIN": _T + "CREATE TRIGGER g AFTER INSERT ON t SELECT 1; END;\n",
    "two triggers in a row": _T + _G + _G.replace(" g ", " h ") + _ROW,
    "CREATE TRIGGER IF NOT EXISTS twice": _T + _G.replace(" g ", " IF NOT EXISTS g ") * 2,
    "a table called trigger": 'CREATE TABLE "trigger" ("create", "end");\nINSERT INTO "trigger" VALUES (1, 2);\n',
    "columns called trigger, end and begin": "CREATE TABLE t (trigger, end, begin);\nINSERT INTO t VALUES (1, 2, 3);\n",
    "a column called temp": "CREATE TABLE t (temp TEXT, trigger TEXT);\nCREATE INDEX i ON t (temp);\n",
    "DROP TRIGGER and then a statement": f"{_T}DROP TRIGGER IF EXISTS g;\n{_ROW}",
    "a column called trigger added": _T + "ALTER TABLE t ADD COLUMN trigger;\nINSERT INTO t VALUES (1, 2, 3);\n",
    "a transaction around a trigger": f"BEGIN TRANSACTION;\n{_T}{_G}COMMIT;\n",
    "sqlite3's own dump": f"PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n{_T}{_ROW}COMMIT;\n",
    "D1's own export": 'PRAGMA defer_foreign_keys=TRUE;\nCREATE TABLE c (x REFERENCES p(id));\nINSERT INTO "c" ("x") '
    'VALUES(1);\nCREATE TABLE p (id INTEGER PRIMARY KEY);\nINSERT INTO "p" ("id") VALUES(1);\n',
    "a statement that fails between others": f"{_T}{_ROW}INSERT INTO nosuch VALUES (1);\nSELECT 1;\n",
    "a syntax error behind comments": f"{_T}-- a comment\n/* and\n another */\n INSRT INTO t VALUES (1, 2);\n",
    "a syntax error behind letters of several bytes": _T + "SELECT 'é日本', nosuch FROM t;\n",
    "rows between other statements": f"{_T}{_ROW}SELECT * FROM t;\nINSERT INTO t SELECT a + 9, n FROM t RETURNING a;\n"
    "SELECT count(*) FROM t;\n",
    "a SELECT that fails at its second row between others": _T
    + "INSERT INTO t VALUES (1, 1), (2, -9223372036854775808);\nSELECT abs(n) FROM t ORDER BY a;\nSELECT 3;\n",
    "a parameter in one of several statements": f"{_T}INSERT INTO t VALUES (1, ?);\n{_ROW}",
    "a parameter in the last statement": _T + "INSERT INTO t VALUES (1, ?);\n",
    "the header of a migration": f"-- Migration: Add t\n-- Created: 2024-03-05\n\n{_T}",
    "a reverse block in comments": f"{_T}\n-- Reverse:\n-- DROP TABLE IF EXISTS t;\n",
}


def cases() -> Iterator[Case]:
    for name, sql in SHAPES.items():
        for mode in RequestMode:
            yield Case(f"{name}, sent as {mode.value}", (Call(sql, mode),))
