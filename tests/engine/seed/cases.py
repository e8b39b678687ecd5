# ruff: noqa: E501
"""Schemas that are hard to fill, by the kind of constraint that makes them so."""

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    name: str
    sql: str


class Unfilled(NamedTuple):
    """The reasons are tables, each with words of why it has no row."""

    name: str
    sql: str
    reasons: tuple[tuple[str, str], ...]


FILLED = [
    Case("no-constraint", "CREATE TABLE t (a, b TEXT, c INT, d REAL, e BLOB, f NUMERIC)"),
    Case("not-null", "CREATE TABLE t (a TEXT NOT NULL, b INT NOT NULL, c BLOB NOT NULL, d NOT NULL)"),
    Case("every-word-a-name", 'CREATE TABLE "select" ("from" INT, [my col] TEXT UNIQUE, `x"y` REAL CHECK (`x"y` > 0))'),
    Case("dots-and-commas-in-names", 'CREATE TABLE "a.b, c" ("d.e, f" INT, "g" INT, UNIQUE ("d.e, f", g))'),
    Case("unicode-names", "CREATE TABLE tâche (é TEXT UNIQUE CHECK (length(é) > 3), 名 INT NOT NULL)"),
    # Keys
    Case("text-key", "CREATE TABLE t (id TEXT PRIMARY KEY, a)"),
    Case("integer-key-descending", "CREATE TABLE t (id INTEGER PRIMARY KEY DESC, a)"),
    Case("autoincrement", "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a)"),
    Case("without-rowid", "CREATE TABLE t (a TEXT, b BLOB, c, PRIMARY KEY (a, b)) WITHOUT ROWID"),
    Case("composite-unique", "CREATE TABLE t (a INT NOT NULL, b INT NOT NULL, c INT, UNIQUE (a, b), UNIQUE (b, c))"),
    Case("unique-real-and-blob", "CREATE TABLE t (a REAL NOT NULL UNIQUE, b BLOB NOT NULL UNIQUE)"),
    Case("unique-nocase", "CREATE TABLE t (a TEXT NOT NULL COLLATE NOCASE UNIQUE, b TEXT COLLATE RTRIM UNIQUE)"),
    Case("unique-truth", "CREATE TABLE t (a INTEGER NOT NULL UNIQUE CHECK (a IN (0, 1)))"),
    Case("unique-on-conflict-ignore", "CREATE TABLE t (a TEXT UNIQUE ON CONFLICT IGNORE CHECK (a IN ('x', 'y')), b)"),
    Case("unique-on-conflict-replace", "CREATE TABLE t (a INT NOT NULL UNIQUE ON CONFLICT REPLACE, b)"),
    Case(
        "unique-on-conflict-rollback",
        "CREATE TABLE t (a INT NOT NULL UNIQUE ON CONFLICT ROLLBACK, b INT CHECK (b > a))",
    ),
    Case("unique-on-conflict-fail", "CREATE TABLE t (a INT NOT NULL CHECK (a % 7 = 3) UNIQUE ON CONFLICT FAIL)"),
    Case("unique-index", "CREATE TABLE t (a TEXT, b TEXT NOT NULL); CREATE UNIQUE INDEX i ON t (b, a COLLATE NOCASE)"),
    Case(
        "partial-unique-index",
        "CREATE TABLE t (a INT NOT NULL, s TEXT NOT NULL CHECK (s IN ('on'))); "
        "CREATE UNIQUE INDEX i ON t (a) WHERE s = 'on'",
    ),
    Case(
        "partial-unique-index-on-a-constant",
        "CREATE TABLE t (s TEXT NOT NULL DEFAULT 'on' CHECK (s IN ('on', 'off'))); "
        "CREATE UNIQUE INDEX i ON t (s) WHERE s = 'on'",
    ),
    Case(
        "unique-index-on-an-expression",
        "CREATE TABLE t (a TEXT NOT NULL CHECK (a IN ('x', 'X', 'y'))); CREATE UNIQUE INDEX i ON t (lower(a))",
    ),
    Case("index-on-json", "CREATE TABLE t (d TEXT NOT NULL); CREATE INDEX i ON t (json_extract(d, '$.kind'))"),
    Case(
        "unique-index-on-json",
        "CREATE TABLE t (d TEXT NOT NULL CHECK (json_type(d) = 'object')); CREATE UNIQUE INDEX i ON t (d ->> 'id')",
    ),
    # CHECK
    Case("in-list", "CREATE TABLE t (a TEXT NOT NULL CHECK (a IN ('it''s', 'b')), b INT CHECK (b IN (10, -20)))"),
    Case("in-list-of-blobs", "CREATE TABLE t (a BLOB NOT NULL CHECK (a IN (x'00ff', x'01')))"),
    Case("not-in-list", "CREATE TABLE t (a INT NOT NULL CHECK (a NOT IN (0, 1, -1)))"),
    Case(
        "comparisons",
        "CREATE TABLE t (a INT CHECK (a > 5 AND a <= 7), b REAL CHECK (b > 0 AND b < 0.1), c INT CHECK (c < -9))",
    ),
    Case(
        "between",
        "CREATE TABLE t (a INT NOT NULL CHECK (a BETWEEN 1000 AND 1001), b REAL CHECK (b BETWEEN -90 AND 90))",
    ),
    Case("hexadecimal", "CREATE TABLE t (a INT NOT NULL CHECK (a >= 0x1F AND a < 0x2F))"),
    Case("modulo", "CREATE TABLE t (a INT NOT NULL CHECK (a % 100 = 37 AND a > 500))"),
    Case("bits", "CREATE TABLE t (a INT NOT NULL CHECK (a & 12 = 12))"),
    Case("not-empty", "CREATE TABLE t (a TEXT NOT NULL CHECK (a <> '' AND trim(a) = a))"),
    Case(
        "like", "CREATE TABLE t (a TEXT NOT NULL UNIQUE CHECK (a LIKE '%_@__%.__%'), b TEXT CHECK (b LIKE 'https://%'))"
    ),
    Case("like-escaped", r"CREATE TABLE t (a TEXT NOT NULL CHECK (a LIKE '50\%%' ESCAPE '\'))"),
    Case("not-like", "CREATE TABLE t (a TEXT NOT NULL CHECK (a NOT LIKE '%e%'))"),
    Case("glob", "CREATE TABLE t (a TEXT NOT NULL CHECK (a GLOB '[a-f][0-9][^x]?*-*'))"),
    Case("glob-date", "CREATE TABLE t (d TEXT NOT NULL CHECK (d GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'))"),
    Case("hash", "CREATE TABLE t (h TEXT NOT NULL UNIQUE CHECK (length(h) = 64 AND h NOT GLOB '*[^0-9a-f]*'))"),
    Case(
        "uuid",
        "CREATE TABLE t (id TEXT PRIMARY KEY CHECK (length(id) = 36 AND substr(id, 9, 1) = '-' AND "
        "substr(id, 14, 1) = '-' AND substr(id, 19, 1) = '-' AND substr(id, 24, 1) = '-'))",
    ),
    Case("prefix-and-length", "CREATE TABLE t (k TEXT NOT NULL UNIQUE CHECK (k LIKE 'pk_%' AND length(k) = 12))"),
    Case(
        "slug",
        "CREATE TABLE t (s TEXT NOT NULL UNIQUE CHECK (length(s) BETWEEN 3 AND 40 AND s NOT GLOB '*[^a-z0-9-]*' "
        "AND s NOT LIKE '-%'))",
    ),
    Case(
        "length",
        "CREATE TABLE t (a TEXT NOT NULL UNIQUE CHECK (length(a) = 2), b BLOB NOT NULL CHECK (length(b) = 16))",
    ),
    Case("long", "CREATE TABLE t (a TEXT NOT NULL CHECK (length(a) > 1000))"),
    Case(
        "case",
        "CREATE TABLE t (a TEXT NOT NULL UNIQUE CHECK (a = upper(a) AND length(a) = 3), b TEXT CHECK (b = lower(b)))",
    ),
    Case(
        "json",
        "CREATE TABLE t (a TEXT NOT NULL CHECK (json_valid(a)), b TEXT CHECK (json_type(b) = 'array'), "
        "c TEXT CHECK (c IS NULL OR json_type(c, '$.a.b') = 'integer'))",
    ),
    Case(
        "json-values",
        "CREATE TABLE t (a TEXT NOT NULL CHECK (json_extract(a, '$.kind') IN ('x', 'y') AND "
        "json_extract(a, '$.count') > 3))",
    ),
    Case("json-array-length", "CREATE TABLE t (a TEXT NOT NULL CHECK (json_array_length(a) BETWEEN 1 AND 3))"),
    Case(
        "dates",
        "CREATE TABLE t (a TEXT NOT NULL CHECK (a = date(a)), b TEXT CHECK (b IS datetime(b)), "
        "c TEXT CHECK (c IS strftime('%Y-%m', c || '-01')), d TEXT CHECK (julianday(d) IS NOT NULL))",
    ),
    Case(
        "typeof",
        "CREATE TABLE t (a CHECK (typeof(a) = 'integer'), b CHECK (typeof(b) IN ('text', 'null')), "
        "c NOT NULL CHECK (typeof(c) = 'blob'), d NUMERIC NOT NULL CHECK (typeof(d) = 'real'))",
    ),
    Case("instr", "CREATE TABLE t (a TEXT NOT NULL CHECK (instr(a, '@') > 1))"),
    Case("number-in-text", "CREATE TABLE t (a TEXT NOT NULL CHECK (CAST(a AS INTEGER) BETWEEN 10 AND 12))"),
    Case("in-order", "CREATE TABLE t (a INT NOT NULL, b INT NOT NULL, c INT NOT NULL, CHECK (a < b AND b < c))"),
    Case("dates-in-order", "CREATE TABLE t (a TEXT NOT NULL CHECK (a GLOB '????-??-??'), b TEXT CHECK (b > a))"),
    Case("sum", "CREATE TABLE t (a INT NOT NULL, b INT NOT NULL, CHECK (a + b = 100))"),
    Case("product", "CREATE TABLE t (a INT NOT NULL, b INT NOT NULL, c INT NOT NULL CHECK (c = a * b))"),
    Case("one-of-two", "CREATE TABLE t (a TEXT, b TEXT, CHECK ((a IS NULL) <> (b IS NULL)))"),
    Case(
        "one-of-three",
        "CREATE TABLE t (a INT, b INT, c INT, CHECK ((a IS NOT NULL) + (b IS NOT NULL) + (c IS NOT NULL) = 1))",
    ),
    Case("both-or-neither", "CREATE TABLE t (a TEXT, b TEXT, CHECK ((a IS NULL) = (b IS NULL)))"),
    Case(
        "depends-on-kind",
        "CREATE TABLE t (kind TEXT NOT NULL CHECK (kind IN ('card', 'bank')), card TEXT, iban TEXT, "
        "CHECK (CASE kind WHEN 'card' THEN card IS NOT NULL ELSE iban IS NOT NULL AND card IS NULL END))",
    ),
    Case(
        "named-checks",
        "CREATE TABLE t (a INT NOT NULL, b INT NOT NULL, CONSTRAINT a CHECK (b > 12), "
        'CONSTRAINT "two words" CHECK (a > b))',
    ),
    Case(
        "check-on-many-columns",
        "CREATE TABLE t (a INT NOT NULL, b INT NOT NULL, c INT NOT NULL, d INT NOT NULL, "
        "CHECK (a < b AND b < c AND c < d AND d < 12 AND a > 2))",
    ),
    # Foreign keys
    Case(
        "children",
        "CREATE TABLE p (id INTEGER PRIMARY KEY, a); CREATE TABLE c (id INTEGER PRIMARY KEY, p INT NOT NULL "
        "REFERENCES p ON DELETE CASCADE); CREATE TABLE g (c INT REFERENCES c (id))",
    ),
    Case(
        "child-before-parent",
        "CREATE TABLE a (b INT NOT NULL REFERENCES z (id)); CREATE TABLE z (id INTEGER PRIMARY KEY)",
    ),
    Case(
        "one-to-one", "CREATE TABLE p (id TEXT PRIMARY KEY); CREATE TABLE c (id TEXT PRIMARY KEY REFERENCES p, a INT)"
    ),
    Case(
        "to-unique",
        "CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT UNIQUE); CREATE TABLE c (p TEXT NOT NULL REFERENCES p (code))",
    ),
    Case(
        "composite",
        "CREATE TABLE p (a INT, b TEXT, PRIMARY KEY (a, b)); CREATE TABLE c (x INT, y TEXT, "
        "FOREIGN KEY (x, y) REFERENCES p (a, b)); CREATE TABLE d (x INT NOT NULL, y TEXT NOT NULL, "
        "FOREIGN KEY (y, x) REFERENCES p (b, a))",
    ),
    Case(
        "sharing-a-column",
        "CREATE TABLE s (id TEXT PRIMARY KEY); CREATE TABLE f (s TEXT NOT NULL REFERENCES s (id), id INT, "
        "parent INT, PRIMARY KEY (s, id), FOREIGN KEY (s, parent) REFERENCES f (s, id)); CREATE TABLE r "
        "(s TEXT NOT NULL REFERENCES s (id), f INT NOT NULL, FOREIGN KEY (s, f) REFERENCES f (s, id))",
    ),
    Case(
        "junction",
        "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id TEXT PRIMARY KEY); CREATE TABLE ab (a INT "
        "REFERENCES a, b TEXT REFERENCES b, PRIMARY KEY (a, b)) WITHOUT ROWID",
    ),
    Case(
        "child-narrower-than-parent",
        "CREATE TABLE p (code TEXT PRIMARY KEY); CREATE TABLE c (p TEXT NOT NULL REFERENCES p (code) "
        "CHECK (length(p) = 3)); CREATE TABLE d (p TEXT NOT NULL REFERENCES p (code) CHECK (p IN ('abc', 'xyz')))",
    ),
    Case(
        "types-that-differ",
        "CREATE TABLE p (id TEXT PRIMARY KEY); CREATE TABLE c (p INTEGER NOT NULL REFERENCES p (id)) STRICT",
    ),
    Case("self", "CREATE TABLE t (id INTEGER PRIMARY KEY, parent INT REFERENCES t (id), CHECK (parent <> id))"),
    Case("self-not-null", "CREATE TABLE t (id INTEGER PRIMARY KEY, parent INT NOT NULL REFERENCES t (id))"),
    Case(
        "self-not-null-and-another",
        "CREATE TABLE t (id TEXT PRIMARY KEY, next TEXT NOT NULL REFERENCES t (id), CHECK (next <> id))",
    ),
    Case("self-unique", "CREATE TABLE t (id INTEGER PRIMARY KEY, next INT NOT NULL UNIQUE REFERENCES t (id))"),
    Case(
        "circle",
        "CREATE TABLE a (id INTEGER PRIMARY KEY, b INT REFERENCES b (id)); CREATE TABLE b (id INTEGER PRIMARY KEY, "
        "a INT NOT NULL REFERENCES a (id))",
    ),
    Case(
        "circle-not-null",
        "CREATE TABLE a (id TEXT PRIMARY KEY, b INT NOT NULL REFERENCES b (id)); CREATE TABLE b "
        "(id INTEGER PRIMARY KEY, a TEXT NOT NULL REFERENCES a (id)); CREATE TABLE c (b INT NOT NULL REFERENCES b)",
    ),
    Case(
        "circle-of-three",
        "CREATE TABLE a (id INT PRIMARY KEY NOT NULL, b INT NOT NULL REFERENCES b (id)); CREATE TABLE b (id INT "
        "PRIMARY KEY NOT NULL, c INT NOT NULL REFERENCES c (id)); CREATE TABLE c (id INT PRIMARY KEY NOT NULL, "
        "a INT NOT NULL REFERENCES a (id))",
    ),
    Case(
        "circle-deferred",
        "CREATE TABLE a (id INTEGER PRIMARY KEY, b INT NOT NULL REFERENCES b (id) DEFERRABLE INITIALLY DEFERRED); "
        "CREATE TABLE b (id INTEGER PRIMARY KEY CHECK (id > 40), a INT NOT NULL REFERENCES a (id))",
    ),
    Case(
        "circle-of-shared-keys",
        "CREATE TABLE a (id INTEGER PRIMARY KEY REFERENCES b (id)); CREATE TABLE b (id INTEGER PRIMARY KEY "
        "REFERENCES a (id))",
    ),
    # Generated columns
    Case("generated", "CREATE TABLE t (a INT NOT NULL, b INT AS (a * 2) STORED, c TEXT AS (a || 'x') VIRTUAL UNIQUE)"),
    Case("generated-not-null", "CREATE TABLE t (a TEXT, b TEXT NOT NULL AS (nullif(a, 'x')))"),
    Case("generated-check", "CREATE TABLE t (a INT NOT NULL, b INT NOT NULL, c INT AS (a - b) CHECK (c > 20))"),
    Case("generated-from-json", "CREATE TABLE t (d TEXT NOT NULL, k TEXT NOT NULL AS (d ->> '$.kind') STORED)"),
    Case(
        "generated-parent",
        "CREATE TABLE p (a TEXT NOT NULL, k TEXT AS (upper(a)) STORED UNIQUE); "
        "CREATE TABLE c (k TEXT NOT NULL REFERENCES p (k))",
    ),
    Case(
        "generated-key-to-a-parent",
        "CREATE TABLE p (k TEXT PRIMARY KEY); CREATE TABLE c (d TEXT NOT NULL, k TEXT AS (d) STORED REFERENCES p (k))",
    ),
    # STRICT
    Case(
        "strict",
        "CREATE TABLE t (a INT NOT NULL, b INTEGER, c REAL NOT NULL, d TEXT NOT NULL, e BLOB NOT NULL, f ANY) STRICT",
    ),
    Case("strict-without-rowid", "CREATE TABLE t (a ANY, b BLOB NOT NULL, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID"),
    Case(
        "strict-check",
        "CREATE TABLE t (a BLOB NOT NULL CHECK (length(a) = 3), b INT NOT NULL CHECK (b IN (7, 8)), "
        "c REAL NOT NULL CHECK (c > 0 AND c < 1)) STRICT",
    ),
    # Triggers
    Case(
        "trigger-that-writes",
        "CREATE TABLE t (a INT NOT NULL); CREATE TABLE log (a INT NOT NULL, n INT); CREATE TRIGGER g AFTER "
        "INSERT ON t BEGIN INSERT INTO log VALUES (new.a, 1); UPDATE t SET a = a + 1 WHERE rowid = new.rowid; END",
    ),
    Case(
        "trigger-that-needs-a-value",
        "CREATE TABLE t (a INT, b TEXT NOT NULL); CREATE TRIGGER g BEFORE INSERT ON t WHEN new.a IS NULL "
        "OR new.a < 77 BEGIN SELECT RAISE(ABORT, 'too small'); END",
    ),
    Case(
        "trigger-that-ignores",
        "CREATE TABLE t (a TEXT NOT NULL); CREATE TRIGGER g BEFORE INSERT ON t WHEN new.a NOT IN ('p', 'q') "
        "BEGIN SELECT RAISE(IGNORE); END",
    ),
    Case(
        "trigger-that-rolls-back",
        "CREATE TABLE t (a INT NOT NULL, b INT NOT NULL); CREATE TRIGGER g AFTER INSERT ON t WHEN new.a <= new.b "
        "BEGIN SELECT RAISE(ROLLBACK, 'no'); END",
    ),
    Case(
        "trigger-that-fails",
        "CREATE TABLE t (a INT NOT NULL UNIQUE); CREATE TRIGGER g AFTER INSERT ON t WHEN new.a < 10 "
        "BEGIN SELECT RAISE(FAIL, 'no'); END",
    ),
    Case(
        "trigger-that-needs-another-table",
        "CREATE TABLE a (x INT); CREATE TABLE b (x INT); CREATE TRIGGER g BEFORE INSERT ON a "
        "BEGIN SELECT RAISE(ABORT, 'no b yet') WHERE NOT EXISTS (SELECT 1 FROM b); END",
    ),
    Case(
        "instead-of-trigger",
        "CREATE TABLE t (a INT); CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER g INSTEAD OF INSERT ON v "
        "BEGIN INSERT INTO t VALUES (new.a); END",
    ),
    # Virtual tables
    Case(
        "fts5",
        "CREATE VIRTUAL TABLE f USING fts5(title, body UNINDEXED, tokenize = 'porter unicode61', prefix = '2 3')",
    ),
    Case("fts5-contentless", "CREATE VIRTUAL TABLE f USING fts5(a, b, content='')"),
    Case("fts5-contentless-delete", "CREATE VIRTUAL TABLE f USING fts5(a, content='', contentless_delete=1)"),
    Case(
        "fts5-of-a-table",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT); "
        "CREATE VIRTUAL TABLE f USING fts5(a, b, content='t', content_rowid='id')",
    ),
    Case(
        "fts5-kept-by-triggers",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); CREATE VIRTUAL TABLE f USING fts5(a, content=t, "
        "content_rowid=id); CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO f (rowid, a) VALUES (new.id, new.a); END",
    ),
    Case(
        "fts5-of-a-view",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); CREATE VIEW v AS SELECT id, upper(a) AS a FROM t; "
        "CREATE VIRTUAL TABLE f USING fts5(a, content='v', content_rowid='id')",
    ),
    Case("fts5-vocabulary", "CREATE VIRTUAL TABLE f USING fts5(a); CREATE VIRTUAL TABLE v USING fts5vocab(f, row)"),
    Case("rtree", "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1, y0, y1, +name TEXT)"),
    Case("rtree-of-integers", "CREATE VIRTUAL TABLE r USING rtree_i32(id, x0, x1)"),
]

# What cannot be filled.
UNFILLED = [
    Unfilled(
        "never-true", "CREATE TABLE t (a INT NOT NULL CHECK (a > 5 AND a < 5))", (("t", "CHECK constraint failed"),)
    ),
    Unfilled(
        "never-true-of-two",
        "CREATE TABLE t (a INT NOT NULL, b INT NOT NULL, CHECK (a < b AND b < a))",
        (("t", "CHECK constraint"),),
    ),
    Unfilled("no-parent-table", "CREATE TABLE t (a INT REFERENCES later (id))", (("t", "no such table: main.later"),)),
    Unfilled(
        "parent-key-not-unique",
        "CREATE TABLE p (a INT); CREATE TABLE c (a INT REFERENCES p (a))",
        (("c", "foreign key mismatch"),),
    ),
    Unfilled(
        "parent-empty",
        "CREATE TABLE p (id INTEGER PRIMARY KEY CHECK (id > id)); CREATE TABLE c (p INT NOT NULL REFERENCES p); CREATE TABLE g (c INT REFERENCES c (p))",
        (("c", "It must refer to a row of p"), ("g", "foreign key mismatch"), ("p", "CHECK")),
    ),
    Unfilled(
        "trigger-that-aborts",
        "CREATE TABLE t (a INT); CREATE TRIGGER g BEFORE INSERT ON t BEGIN SELECT RAISE(ABORT, 'read only'); END",
        (("t", "read only"),),
    ),
    Unfilled(
        "trigger-that-ignores",
        "CREATE TABLE t (a INT); CREATE TRIGGER g BEFORE INSERT ON t BEGIN SELECT RAISE(IGNORE); END",
        (("t", "passed over"),),
    ),
    Unfilled(
        "trigger-that-deletes",
        "CREATE TABLE t (a INT); CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t; END",
        (("t", "A trigger deletes"),),
    ),
    Unfilled(
        "trigger-that-is-broken",
        "CREATE TABLE t (a INT); CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO nowhere VALUES (1); END",
        (("t", "no such table: main.nowhere"),),
    ),
    Unfilled("fts5-of-nothing", "CREATE VIRTUAL TABLE f USING fts5(a, content='nowhere')", (("f", ""),)),
]

# What takes more than there is, if nothing stops it.
HOSTILE = [
    Unfilled(
        "trigger-that-loops",
        "CREATE TABLE t (a INT); CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO u SELECT n FROM (WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) AS n FROM r); END; CREATE TABLE u (a INT)",
        (("t", "The sandbox stopped the insert"),),
    ),
    Unfilled(
        "triggers-that-call-one-another",
        "CREATE TABLE t (a INT); CREATE TABLE u (a INT); CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO u VALUES (1); END; CREATE TRIGGER h AFTER INSERT ON u BEGIN INSERT INTO t VALUES (1); END",
        (),
    ),
    Unfilled(
        "heavy-check",
        "CREATE TABLE t (a INT NOT NULL CHECK (length(replace(hex(zeroblob(1000000 + a)), '0', 'zzzz')) < 0))",
        (("t", ""),),
    ),
    Unfilled(
        "trigger-that-fills-the-memory",
        "CREATE TABLE t (a INT); CREATE TABLE u (a BLOB); CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO u WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r LIMIT 10000) SELECT randomblob(100000) FROM r; END",
        (("t", "The sandbox stopped the insert"),),
    ),
]
