"""Two SQL texts each, that SQLite takes for the same schema or for two."""

from __future__ import annotations

from typing import NamedTuple


class Pair(NamedTuple):
    name: str
    one: str
    other: str


P = "CREATE TABLE p (id INTEGER PRIMARY KEY, k TEXT UNIQUE);"
T = "CREATE TABLE t (a TEXT, b INTEGER, c TEXT);"

EQUAL = [
    Pair("case-of-keywords", "CREATE TABLE t (a TEXT NOT NULL)", "create table t (a text not null)"),
    Pair("case-of-a-table", "CREATE TABLE Users (id INTEGER)", "CREATE TABLE users (id INTEGER)"),
    Pair(
        "case-of-names-in-code",
        T + "CREATE INDEX i ON t (a); CREATE VIEW v AS SELECT a, b AS n FROM t AS q WHERE q.c > 1 ORDER BY n;",
        T + "CREATE INDEX I ON T (A); CREATE VIEW V AS SELECT A, B AS n FROM T AS Q WHERE Q.C > 1 ORDER BY N;",
    ),
    Pair(
        "case-of-a-name-below-the-result",
        T + "CREATE VIEW v AS SELECT (SELECT a AS n FROM t) AS m FROM (SELECT b AS k FROM t)",
        T + "CREATE VIEW v AS SELECT (SELECT a AS N FROM t) AS m FROM (SELECT b AS K FROM t)",
    ),
    Pair(
        "case-of-a-name-that-the-head-hides",
        T + "CREATE VIEW v (m) AS SELECT a AS n FROM t",
        T + "CREATE VIEW v (m) AS SELECT a AS N FROM t",
    ),
    Pair(
        "case-of-a-name-in-a-second-query",
        T + "CREATE VIEW v AS SELECT a AS n FROM t UNION SELECT b AS m FROM t",
        T + "CREATE VIEW v AS SELECT a AS n FROM t UNION SELECT b AS M FROM t",
    ),
    Pair("space-and-comments", "CREATE TABLE t (a INT, b)", "CREATE TABLE t(\n a /* x */ INT -- y\n,\tb )"),
    Pair("quotes-of-all-kinds", "CREATE TABLE t (a, b, c, d)", "CREATE TABLE 't' (\"a\", `b`, [c], 'd')"),
    Pair("quoted-keyword", 'CREATE TABLE t ("key", "order")', "CREATE TABLE t (key, [order])"),
    Pair("if-not-exists", "CREATE TABLE t (a)", "CREATE TABLE IF NOT EXISTS main.t (a)"),
    Pair("type-case", "CREATE TABLE t (a varchar(10))", "CREATE TABLE t (a VARCHAR ( +10 ))"),
    Pair("quoted-type", "CREATE TABLE t (a integer primary key)", 'CREATE TABLE t (a "INTEGER" PRIMARY KEY)'),
    Pair("constraint-names", "CREATE TABLE t (a CHECK (a>0))", "CREATE TABLE t (a CONSTRAINT x CHECK (a > 0))"),
    Pair(
        "names-of-table-constraints",
        "CREATE TABLE t (a, b, UNIQUE (a, b), CHECK (a > b))",
        "CREATE TABLE t (a, b, CONSTRAINT u UNIQUE (a, b), CONSTRAINT c CHECK (a > b))",
    ),
    Pair(
        "order-of-column-constraints",
        "CREATE TABLE t (a TEXT NOT NULL DEFAULT 'x' UNIQUE COLLATE NOCASE)",
        "CREATE TABLE t (a TEXT COLLATE nocase UNIQUE DEFAULT 'x' NOT NULL)",
    ),
    Pair("null-constraint", "CREATE TABLE t (a)", "CREATE TABLE t (a NULL)"),
    Pair("default-null", "CREATE TABLE t (a)", "CREATE TABLE t (a DEFAULT (NULL))"),
    Pair("default-in-parentheses", "CREATE TABLE t (a DEFAULT 5)", "CREATE TABLE t (a DEFAULT ((5)))"),
    Pair(
        "default-sign",
        "CREATE TABLE t (a DEFAULT -5, b DEFAULT 5)",
        "CREATE TABLE t (a DEFAULT - 5, b DEFAULT +5)",
    ),
    Pair(
        "default-clock",
        "CREATE TABLE t (a DEFAULT current_timestamp)",
        "CREATE TABLE t (a DEFAULT (CURRENT_TIMESTAMP))",
    ),
    Pair("default-word", "CREATE TABLE t (a DEFAULT active)", "CREATE TABLE t (a DEFAULT 'active')"),
    Pair("default-double-quotes", 'CREATE TABLE t (a DEFAULT "x")', "CREATE TABLE t (a DEFAULT 'x')"),
    Pair(
        "default-truth",
        "CREATE TABLE t (a DEFAULT true, b DEFAULT FALSE)",
        "CREATE TABLE t (a DEFAULT 1, b DEFAULT 0)",
    ),
    Pair("last-default-counts", "CREATE TABLE t (a DEFAULT 5)", "CREATE TABLE t (a DEFAULT 6 DEFAULT 5)"),
    Pair("collate-binary", "CREATE TABLE t (a TEXT)", "CREATE TABLE t (a TEXT COLLATE BINARY)"),
    Pair("not-null-abort", "CREATE TABLE t (a NOT NULL)", "CREATE TABLE t (a NOT NULL ON CONFLICT ABORT)"),
    Pair(
        "primary-key-in-table",
        "CREATE TABLE t (a INTEGER PRIMARY KEY)",
        "CREATE TABLE t (a INTEGER, PRIMARY KEY (a))",
    ),
    Pair(
        "primary-key-asc",
        "CREATE TABLE t (a INTEGER PRIMARY KEY)",
        "CREATE TABLE t (a INTEGER PRIMARY KEY ASC)",
    ),
    Pair(
        "rowid-has-no-order",
        "CREATE TABLE t (a INTEGER PRIMARY KEY)",
        "CREATE TABLE t (a INTEGER, PRIMARY KEY (a DESC))",
    ),
    Pair(
        "text-key-desc",
        "CREATE TABLE t (a TEXT PRIMARY KEY DESC)",
        "CREATE TABLE t (a TEXT, PRIMARY KEY (a DESC))",
    ),
    Pair(
        "autoincrement-in-table",
        "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)",
        "CREATE TABLE t (a INTEGER, PRIMARY KEY (a AUTOINCREMENT))",
    ),
    Pair("unique-in-table", "CREATE TABLE t (a UNIQUE, b)", "CREATE TABLE t (a, b, UNIQUE ([a]))"),
    Pair("unique-twice", "CREATE TABLE t (a UNIQUE)", "CREATE TABLE t (a UNIQUE UNIQUE, UNIQUE (a))"),
    Pair("unique-key", "CREATE TABLE t (a TEXT PRIMARY KEY)", "CREATE TABLE t (a TEXT UNIQUE, PRIMARY KEY (a))"),
    Pair(
        "own-collation",
        "CREATE TABLE t (a COLLATE NOCASE UNIQUE)",
        "CREATE TABLE t (a COLLATE NOCASE, UNIQUE (a COLLATE nocase))",
    ),
    Pair("check-in-table", "CREATE TABLE t (a CHECK (a > 0), b)", "CREATE TABLE t (a, b, CHECK (a > 0))"),
    Pair("check-elsewhere", "CREATE TABLE t (a, b CHECK (a > 0))", "CREATE TABLE t (a CHECK (a > 0), b)"),
    Pair("check-qualified", "CREATE TABLE t (a CHECK (t.a > 0))", "CREATE TABLE t (a CHECK (a > 0))"),
    Pair("check-parentheses", "CREATE TABLE t (a CHECK ((a > 0)))", "CREATE TABLE t (a CHECK (a > 0))"),
    Pair(
        "check-order",
        "CREATE TABLE t (a, CHECK (a > 0), CHECK (a < 9))",
        "CREATE TABLE t (a, CHECK (a < 9), CHECK (a > 0))",
    ),
    Pair(
        "check-without-comma",
        "CREATE TABLE t (a, CHECK (a > 0), UNIQUE (a))",
        "CREATE TABLE t (a, UNIQUE (a) CHECK (a > 0))",
    ),
    Pair(
        "check-operators",
        "CREATE TABLE t (a CHECK (a != 0 AND a == 1))",
        "CREATE TABLE t (a CHECK (a <> 0 and a = 1))",
    ),
    Pair("check-postfix", "CREATE TABLE t (a CHECK (a NOTNULL))", "CREATE TABLE t (a CHECK (a IS NOT NULL))"),
    Pair(
        "string-in-double-quotes",
        'CREATE TABLE t (a CHECK (a <> "zz"))',
        "CREATE TABLE t (a CHECK (a <> 'zz'))",
    ),
    Pair("name-in-double-quotes", 'CREATE TABLE t (a CHECK ("A" > 0))', "CREATE TABLE t (a CHECK (a > 0))"),
    Pair(
        "generated-short",
        "CREATE TABLE t (a, b AS (a + 1))",
        "CREATE TABLE t (a, b GENERATED ALWAYS AS (a+1) VIRTUAL)",
    ),
    Pair(
        "strict-key-not-null",
        "CREATE TABLE t (a TEXT PRIMARY KEY) STRICT",
        "CREATE TABLE t (a TEXT NOT NULL PRIMARY KEY) STRICT",
    ),
    Pair(
        "without-rowid-key-not-null",
        "CREATE TABLE t (a TEXT PRIMARY KEY) WITHOUT ROWID",
        "CREATE TABLE t (a TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID",
    ),
    Pair(
        "options-order",
        "CREATE TABLE t (a INT PRIMARY KEY) STRICT, WITHOUT ROWID",
        "CREATE TABLE t (a INT PRIMARY KEY) without rowid, strict",
    ),
    Pair(
        "references-implied",
        P + "CREATE TABLE t (a REFERENCES p)",
        P + "CREATE TABLE t (a REFERENCES p (id))",
    ),
    Pair(
        "references-itself",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, up REFERENCES t)",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, up REFERENCES T (ID))",
    ),
    Pair(
        "references-in-table",
        P + "CREATE TABLE t (a REFERENCES p (id))",
        P + "CREATE TABLE t (a, FOREIGN KEY (a) REFERENCES p)",
    ),
    Pair(
        "no-action",
        P + "CREATE TABLE t (a REFERENCES p)",
        P + "CREATE TABLE t (a REFERENCES p ON DELETE NO ACTION ON UPDATE no action)",
    ),
    Pair(
        "not-deferrable",
        P + "CREATE TABLE t (a REFERENCES p)",
        P + "CREATE TABLE t (a REFERENCES p NOT DEFERRABLE INITIALLY DEFERRED)",
    ),
    Pair(
        "deferrable-immediate",
        P + "CREATE TABLE t (a REFERENCES p)",
        P + "CREATE TABLE t (a REFERENCES p DEFERRABLE)",
    ),
    Pair("match", P + "CREATE TABLE t (a REFERENCES p MATCH FULL)", P + "CREATE TABLE t (a REFERENCES p)"),
    Pair(
        "actions-order",
        P + "CREATE TABLE t (a REFERENCES p ON DELETE CASCADE ON UPDATE SET NULL)",
        P + "CREATE TABLE t (a REFERENCES p ON UPDATE SET NULL ON DELETE CASCADE)",
    ),
    Pair(
        "order-of-indexes",
        T + "CREATE INDEX i ON t (a); CREATE INDEX j ON t (b)",
        T + "CREATE INDEX j ON t (b); CREATE INDEX i ON t (a)",
    ),
    Pair(
        "index-spelling",
        T + "CREATE INDEX i ON t (a, b DESC)",
        T + 'create index if not exists main.I on "t"(`a` ASC, [b] desc)',
    ),
    Pair("index-string-name", T + "CREATE INDEX i ON t (a)", T + "CREATE INDEX i ON t ('a')"),
    Pair("index-parentheses", T + "CREATE INDEX i ON t (a)", T + "CREATE INDEX i ON t ((a))"),
    Pair("index-own-collation", T + "CREATE INDEX i ON t (a)", T + "CREATE INDEX i ON t (a COLLATE binary)"),
    Pair(
        "partial-index-spelling",
        T + "CREATE INDEX i ON t (a) WHERE b > 1",
        T + 'CREATE INDEX i ON t (a) where ("B">1)',
    ),
    Pair(
        "view-spelling",
        T + "CREATE VIEW v AS SELECT a, b FROM t WHERE c = 'X'",
        T + "create view if not exists V as\nselect \"a\",[b] /* b */ from `t` where C == 'X';",
    ),
    Pair(
        "view-string-in-double-quotes",
        T + 'CREATE VIEW v AS SELECT a FROM t WHERE c = "x"',
        T + "CREATE VIEW v AS SELECT a FROM t WHERE c = 'x'",
    ),
    Pair(
        "unnamed-column-behind-distinct-from",
        T + 'CREATE VIEW v AS SELECT a IS DISTINCT FROM b, count(*) FROM t; CREATE VIEW w AS SELECT "count(*)" FROM v',
        T + "CREATE VIEW v AS SELECT a IS DISTINCT FROM b, count(*) FROM t; CREATE VIEW w AS SELECT [COUNT(*)] FROM v",
    ),
    Pair(
        "view-column-that-nobody-named",
        T + 'CREATE VIEW v AS SELECT max(b), count(*) FROM t; CREATE VIEW w AS SELECT "max(b)", "COUNT(*)" FROM v',
        T + "CREATE VIEW v AS SELECT max(b), count(*) FROM t; CREATE VIEW w AS SELECT [max(b)], `count(*)` FROM v",
    ),
    Pair(
        "subquery-column-that-nobody-named",
        T + 'CREATE VIEW v AS SELECT "b + 1" FROM (SELECT b + 1 FROM t)',
        T + "CREATE VIEW v AS SELECT [b + 1] FROM (SELECT b + 1 FROM t)",
    ),
    Pair(
        "columns-of-values",
        'CREATE VIEW v AS VALUES (1, 2); CREATE VIEW w AS SELECT "column1", "column2" FROM v',
        "CREATE VIEW v AS VALUES (1, 2); CREATE VIEW w AS SELECT column1, [column2] FROM v",
    ),
    Pair(
        "second-column-of-a-name",
        T + 'CREATE VIEW v AS SELECT a, b AS a FROM t; CREATE VIEW w AS SELECT "a:1" FROM v',
        T + "CREATE VIEW v AS SELECT a, b AS a FROM t; CREATE VIEW w AS SELECT [a:1] FROM v",
    ),
    Pair(
        "view-of-a-table-that-is-gone",
        T + 'CREATE VIEW v AS SELECT "a", "n" FROM t; DROP TABLE t',
        T + "CREATE VIEW v AS SELECT a, [n] FROM t; DROP TABLE t",
    ),
    Pair(
        "trigger-that-writes-what-is-gone",
        T + 'CREATE TABLE u (x); CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE u SET x = "x"; END; DROP TABLE u',
        T + "CREATE TABLE u (x); CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE u SET x = x; END; DROP TABLE u",
    ),
    Pair(
        "string-like-the-column-of-another-table",
        T + 'CREATE TABLE u (active); CREATE VIEW v AS SELECT a FROM t WHERE c = "active"',
        T + "CREATE TABLE u (active); CREATE VIEW v AS SELECT a FROM t WHERE c = 'active'",
    ),
    Pair(
        "columns-of-json-each",
        T + 'CREATE VIEW v AS SELECT "value" FROM t, json_each(t.c) WHERE "key" = "zz"',
        T + "CREATE VIEW v AS SELECT value FROM t, json_each(t.c) WHERE key = 'zz'",
    ),
    Pair(
        "string-beside-a-table-of-with",
        T + 'CREATE VIEW v AS WITH u (n) AS (SELECT a FROM t), w AS (SELECT 1) SELECT n FROM u, w WHERE n = "zz"',
        T + "CREATE VIEW v AS WITH u (n) AS (SELECT a FROM t), w AS (SELECT 1) SELECT n FROM u, w WHERE n = 'zz'",
    ),
    Pair(
        "string-behind-distinct-from",
        T + 'CREATE VIEW v AS SELECT a FROM t WHERE a IS DISTINCT FROM b AND c = "zz"',
        T + "CREATE VIEW v AS SELECT a FROM t WHERE a IS DISTINCT FROM b AND c = 'zz'",
    ),
    Pair(
        "string-in-an-upsert",
        T
        + "CREATE TRIGGER g AFTER UPDATE OF a ON t BEGIN "
        + 'INSERT INTO t (a) VALUES ("zz") ON CONFLICT DO UPDATE SET a = "y"; END',
        T
        + "CREATE TRIGGER g AFTER UPDATE OF a ON t BEGIN "
        + "INSERT INTO t (a) VALUES ('zz') ON CONFLICT DO UPDATE SET a = 'y'; END",
    ),
    Pair(
        "view-alias-quotes",
        T + "CREATE VIEW v AS SELECT a AS 'n' FROM t",
        T + 'CREATE VIEW v AS SELECT a AS "n" FROM t',
    ),
    Pair(
        "trigger-spelling",
        T + "CREATE TRIGGER g BEFORE UPDATE OF a, b ON t WHEN NEW.a > 1 BEGIN UPDATE t SET c = 'x'; END",
        T + "create trigger g update of B,A on [t] for each row\nwhen (new.a>1) begin update [t] set c='x' ; end",
    ),
    Pair(
        "fts5-spelling",
        "CREATE VIRTUAL TABLE f USING fts5(a, b, tokenize='porter ascii')",
        'create virtual table f using FTS5("a",b , tokenize = "porter ascii")',
    ),
    Pair(
        "rename-table",
        P + "CREATE TABLE s (a REFERENCES p); ALTER TABLE s RENAME TO t",
        P + "CREATE TABLE t (a REFERENCES p)",
    ),
    Pair(
        "rename-parent",
        "CREATE TABLE q (id INTEGER PRIMARY KEY); CREATE TABLE t (a REFERENCES q); ALTER TABLE q RENAME TO p",
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a REFERENCES p(id))",
    ),
    Pair("rename-column", T + "ALTER TABLE t RENAME a TO z", T.replace("a TEXT", "z TEXT")),
    Pair(
        "add-column",
        "CREATE TABLE t (a, UNIQUE (a)); ALTER TABLE t ADD b INT DEFAULT 3 NOT NULL",
        "CREATE TABLE t (a UNIQUE, b INT NOT NULL DEFAULT 3)",
    ),
    Pair("drop-column", T + "ALTER TABLE t DROP COLUMN b", "CREATE TABLE t (a TEXT, c TEXT)"),
    Pair(
        "rename-under-view-and-trigger",
        'CREATE TABLE s (x TEXT, b INT); CREATE VIEW v AS SELECT x FROM s WHERE b = "q";'
        "CREATE TRIGGER g AFTER INSERT ON s BEGIN UPDATE s SET x = NEW.b; END;"
        "ALTER TABLE s RENAME x TO 'a'; ALTER TABLE s RENAME TO [t]",
        "CREATE TABLE t (a TEXT, b INT); CREATE VIEW v AS SELECT a FROM t WHERE b = 'q';"
        "CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET a = NEW.b; END",
    ),
    Pair("check-fully-qualified", "CREATE TABLE t (a CHECK (main.t.a > 0))", "CREATE TABLE t (a CHECK (a > 0))"),
    Pair("view-main", T + "CREATE VIEW v AS SELECT t.a FROM main.t", T + "CREATE VIEW v AS SELECT t.a FROM t"),
    Pair("two-word-type", "CREATE TABLE t (a double  precision)", "CREATE TABLE t (a DOUBLE /**/ PRECISION)"),
    Pair("type-generated", "CREATE TABLE t (a INT AS (1), b)", "CREATE TABLE t (a INT generated always AS (1), b)"),
    Pair(
        "deferral-of-the-last-reference",
        P + "CREATE TABLE t (a REFERENCES p, b INT DEFERRABLE INITIALLY DEFERRED)",
        P + "CREATE TABLE t (a REFERENCES p DEFERRABLE INITIALLY DEFERRED, b INT)",
    ),
    Pair(
        "trigger-statements",
        T + "CREATE TRIGGER g AFTER INSERT ON t BEGIN REPLACE INTO t (a) VALUES (replace(NEW.a, 'x', '')); END",
        T + "CREATE TRIGGER g AFTER INSERT ON t BEGIN replace into [t] (\"a\") values (REPLACE(new.A,'x','')); end",
    ),
    Pair(
        "trigger-query-condition",
        T + "CREATE TRIGGER g AFTER INSERT ON t WHEN (SELECT 1 FROM t) BEGIN SELECT 1; END",
        T + "CREATE TRIGGER g AFTER INSERT ON t WHEN ((select 1 from t)) BEGIN SELECT 1; END",
    ),
    Pair(
        "index-collated-text",
        T + "CREATE INDEX i ON t (a || 'x' COLLATE NOCASE)",
        T + "CREATE INDEX i ON t (a||'x' collate nocase)",
    ),
    Pair(
        "view-column-like-a-keyword",
        "CREATE TABLE t (key, rows); CREATE VIEW v AS SELECT key FROM t WHERE rows LIKE 'x'",
        "CREATE TABLE t (key, rows); CREATE VIEW v AS SELECT \"key\" FROM t WHERE [rows] like 'x'",
    ),
    Pair(
        "fts5-vocabulary",
        "CREATE VIRTUAL TABLE f USING fts5(a); CREATE VIRTUAL TABLE w USING fts5vocab(f, row)",
        "CREATE VIRTUAL TABLE f USING fts5(a); CREATE VIRTUAL TABLE w USING fts5vocab('f', 'row')",
    ),
    Pair(
        "rtree",
        "CREATE VIRTUAL TABLE r USING rtree(id, low, high, +note)",
        "CREATE VIRTUAL TABLE r USING RTREE( ID,low , [high], +note)",
    ),
    Pair(
        "statistics",
        T + "CREATE INDEX i ON t (a); INSERT INTO t VALUES (1, 2, 3); ANALYZE",
        T + "CREATE INDEX i ON t (a)",
    ),
]

DIFFERENT = [
    Pair("type", "CREATE TABLE t (a INT)", "CREATE TABLE t (a INTEGER)"),
    Pair("type-size", "CREATE TABLE t (a VARCHAR(10))", "CREATE TABLE t (a VARCHAR(20))"),
    Pair("int-primary-key", "CREATE TABLE t (a INT PRIMARY KEY)", "CREATE TABLE t (a INTEGER PRIMARY KEY)"),
    Pair(
        "integer-primary-key-desc",
        "CREATE TABLE t (a INTEGER PRIMARY KEY DESC)",
        "CREATE TABLE t (a INTEGER PRIMARY KEY)",
    ),
    Pair(
        "text-primary-key-desc",
        "CREATE TABLE t (a TEXT PRIMARY KEY DESC)",
        "CREATE TABLE t (a TEXT PRIMARY KEY)",
    ),
    Pair(
        "primary-key-order",
        "CREATE TABLE t (a, b, PRIMARY KEY (a, b))",
        "CREATE TABLE t (a, b, PRIMARY KEY (b, a))",
    ),
    Pair(
        "autoincrement",
        "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)",
        "CREATE TABLE t (a INTEGER PRIMARY KEY)",
    ),
    Pair("not-null", "CREATE TABLE t (a)", "CREATE TABLE t (a NOT NULL)"),
    Pair("not-null-conflict", "CREATE TABLE t (a NOT NULL)", "CREATE TABLE t (a NOT NULL ON CONFLICT IGNORE)"),
    Pair("unique", "CREATE TABLE t (a)", "CREATE TABLE t (a UNIQUE)"),
    Pair("unique-conflict", "CREATE TABLE t (a UNIQUE ON CONFLICT REPLACE)", "CREATE TABLE t (a UNIQUE)"),
    Pair("unique-collation", "CREATE TABLE t (a, UNIQUE (a COLLATE NOCASE))", "CREATE TABLE t (a, UNIQUE (a))"),
    Pair("unique-together", "CREATE TABLE t (a, b, UNIQUE (a, b))", "CREATE TABLE t (a UNIQUE, b UNIQUE)"),
    Pair(
        "unique-rowid",
        "CREATE TABLE t (a INTEGER PRIMARY KEY UNIQUE)",
        "CREATE TABLE t (a INTEGER PRIMARY KEY)",
    ),
    Pair(
        "primary-key-conflict",
        "CREATE TABLE t (a INTEGER PRIMARY KEY ON CONFLICT IGNORE)",
        "CREATE TABLE t (a INTEGER PRIMARY KEY)",
    ),
    Pair("default", "CREATE TABLE t (a)", "CREATE TABLE t (a DEFAULT 0)"),
    Pair("default-case", "CREATE TABLE t (a DEFAULT 'x')", "CREATE TABLE t (a DEFAULT 'X')"),
    Pair("default-number-or-text", "CREATE TABLE t (a DEFAULT 1)", "CREATE TABLE t (a DEFAULT '1')"),
    Pair("default-truth-or-text", "CREATE TABLE t (a DEFAULT true)", 'CREATE TABLE t (a DEFAULT "true")'),
    Pair(
        "default-clock-or-text",
        "CREATE TABLE t (a DEFAULT current_date)",
        "CREATE TABLE t (a DEFAULT 'current_date')",
    ),
    Pair("collation", "CREATE TABLE t (a TEXT)", "CREATE TABLE t (a TEXT COLLATE NOCASE)"),
    Pair("check", "CREATE TABLE t (a)", "CREATE TABLE t (a CHECK (a > 0))"),
    Pair("check-string-case", "CREATE TABLE t (a CHECK (a <> 'x'))", "CREATE TABLE t (a CHECK (a <> 'X'))"),
    Pair(
        "check-double-quoted-case",
        'CREATE TABLE t (a CHECK (a <> "x"))',
        'CREATE TABLE t (a CHECK (a <> "X"))',
    ),
    Pair(
        "check-space-in-string",
        "CREATE TABLE t (a CHECK (a <> 'x y'))",
        "CREATE TABLE t (a CHECK (a <> 'x  y'))",
    ),
    Pair("check-operator", "CREATE TABLE t (a CHECK (a > 0))", "CREATE TABLE t (a CHECK (a >= 0))"),
    Pair("references", P + "CREATE TABLE t (a)", P + "CREATE TABLE t (a REFERENCES p)"),
    Pair(
        "references-column",
        P + "CREATE TABLE t (a REFERENCES p (id))",
        P + "CREATE TABLE t (a REFERENCES p (k))",
    ),
    Pair(
        "on-delete",
        P + "CREATE TABLE t (a REFERENCES p)",
        P + "CREATE TABLE t (a REFERENCES p ON DELETE CASCADE)",
    ),
    Pair(
        "on-delete-restrict",
        P + "CREATE TABLE t (a REFERENCES p)",
        P + "CREATE TABLE t (a REFERENCES p ON DELETE RESTRICT)",
    ),
    Pair(
        "on-update",
        P + "CREATE TABLE t (a REFERENCES p ON UPDATE SET NULL)",
        P + "CREATE TABLE t (a REFERENCES p ON DELETE SET NULL)",
    ),
    Pair(
        "deferred",
        P + "CREATE TABLE t (a REFERENCES p)",
        P + "CREATE TABLE t (a REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
    ),
    Pair("generated", "CREATE TABLE t (a, b)", "CREATE TABLE t (a, b AS (a))"),
    Pair("generated-stored", "CREATE TABLE t (a, b AS (a))", "CREATE TABLE t (a, b AS (a) STORED)"),
    Pair("generated-expression", "CREATE TABLE t (a, b AS (a+1))", "CREATE TABLE t (a, b AS (a+2))"),
    Pair("strict", "CREATE TABLE t (a INT)", "CREATE TABLE t (a INT) STRICT"),
    Pair(
        "without-rowid",
        "CREATE TABLE t (a TEXT PRIMARY KEY)",
        "CREATE TABLE t (a TEXT PRIMARY KEY) WITHOUT ROWID",
    ),
    Pair("column-order", "CREATE TABLE t (a, b)", "CREATE TABLE t (b, a)"),
    Pair("column-name", "CREATE TABLE t (a)", "CREATE TABLE t (b)"),
    Pair("column-added", "CREATE TABLE t (a)", "CREATE TABLE t (a, b)"),
    Pair("case-of-a-column", "CREATE TABLE t (userid)", "CREATE TABLE t (userId)"),
    Pair("case-of-a-renamed-column", T, T + "ALTER TABLE t RENAME COLUMN a TO A"),
    Pair("case-in-a-view-head", T + "CREATE VIEW v (n) AS SELECT a FROM t", T + "CREATE VIEW v (N) AS SELECT a FROM t"),
    Pair("case-of-an-alias", T + "CREATE VIEW v AS SELECT a AS n FROM t", T + "CREATE VIEW v AS SELECT a AS N FROM t"),
    Pair(
        "case-of-an-alias-without-as",
        T + "CREATE VIEW v AS SELECT a, count(*) n FROM t",
        T + "CREATE VIEW v AS SELECT a, count(*) N FROM t",
    ),
    Pair(
        "case-of-an-alias-that-is-a-keyword",
        T + 'CREATE VIEW v AS SELECT a AS key, b AS "end" FROM t',
        T + 'CREATE VIEW v AS SELECT a AS Key, b AS "End" FROM t',
    ),
    Pair(
        "case-of-an-alias-behind-distinct-from",
        T + "CREATE VIEW v AS SELECT a IS DISTINCT FROM b AS n, c AS m FROM t",
        T + "CREATE VIEW v AS SELECT a IS DISTINCT FROM b AS n, c AS M FROM t",
    ),
    Pair(
        "case-of-an-alias-behind-with",
        T + "CREATE VIEW v AS WITH q AS (SELECT a FROM t) SELECT q.a AS n FROM q",
        T + "CREATE VIEW v AS WITH q AS (SELECT a FROM t) SELECT q.a AS N FROM q",
    ),
    Pair("not-ascii-case", "CREATE TABLE t (é)", "CREATE TABLE t (É)"),
    Pair("index", T, T + "CREATE INDEX i ON t (a)"),
    Pair("index-name", T + "CREATE INDEX i ON t (a)", T + "CREATE INDEX j ON t (a)"),
    Pair("index-unique", T + "CREATE INDEX i ON t (a)", T + "CREATE UNIQUE INDEX i ON t (a)"),
    Pair("index-desc", T + "CREATE INDEX i ON t (a)", T + "CREATE INDEX i ON t (a DESC)"),
    Pair("index-collation", T + "CREATE INDEX i ON t (a)", T + "CREATE INDEX i ON t (a COLLATE NOCASE)"),
    Pair("index-columns", T + "CREATE INDEX i ON t (a, b)", T + "CREATE INDEX i ON t (b, a)"),
    Pair("index-partial", T + "CREATE INDEX i ON t (a)", T + "CREATE INDEX i ON t (a) WHERE b > 1"),
    Pair("index-expression", T + "CREATE INDEX i ON t (lower(a))", T + "CREATE INDEX i ON t (upper(a))"),
    Pair(
        "index-collation-of-a-whole",
        T + "CREATE INDEX i ON t (a || 'x' COLLATE NOCASE)",
        T + "CREATE INDEX i ON t ((a || 'x') COLLATE NOCASE)",
    ),
    Pair(
        "deferral-of-another",
        P + "CREATE TABLE t (a REFERENCES p DEFERRABLE INITIALLY DEFERRED, b REFERENCES p)",
        P + "CREATE TABLE t (a REFERENCES p, b REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
    ),
    Pair("index-constant", T + "CREATE INDEX i ON t (a)", T + 'CREATE INDEX i ON t ("nocol")'),
    Pair("view-body", T + "CREATE VIEW v AS SELECT a FROM t", T + "CREATE VIEW v AS SELECT b FROM t"),
    Pair("view-columns", T + "CREATE VIEW v AS SELECT a FROM t", T + "CREATE VIEW v (b) AS SELECT a FROM t"),
    Pair("view-string-case", T + "CREATE VIEW v AS SELECT 'x' FROM t", T + "CREATE VIEW v AS SELECT 'X' FROM t"),
    Pair(
        "view-column-or-string",
        T + 'CREATE VIEW v AS SELECT "a" FROM t',
        T + "CREATE VIEW v AS SELECT 'a' FROM t",
    ),
    Pair(
        "view-column-that-nobody-named-or-string",
        T + 'CREATE VIEW v AS SELECT count(*) FROM t; CREATE VIEW w AS SELECT "count(*)" FROM v',
        T + "CREATE VIEW v AS SELECT count(*) FROM t; CREATE VIEW w AS SELECT 'count(*)' FROM v",
    ),
    Pair(
        "column-of-json-each-or-string",
        T + 'CREATE VIEW v AS SELECT "value" FROM t, json_each(t.c)',
        T + "CREATE VIEW v AS SELECT 'value' FROM t, json_each(t.c)",
    ),
    Pair(
        "column-of-a-view-of-a-view-or-string",
        T + 'CREATE VIEW u AS SELECT * FROM t; CREATE VIEW v AS SELECT * FROM u; CREATE VIEW w AS SELECT "a" FROM v',
        T + "CREATE VIEW u AS SELECT * FROM t; CREATE VIEW v AS SELECT * FROM u; CREATE VIEW w AS SELECT 'a' FROM v",
    ),
    Pair(
        "column-of-the-second-table-or-string",
        T + 'CREATE TABLE u (x); CREATE VIEW v AS SELECT "x" FROM t AS one, u AS two',
        T + "CREATE TABLE u (x); CREATE VIEW v AS SELECT 'x' FROM t AS one, u AS two",
    ),
    Pair(
        "column-of-a-table-in-double-quotes-or-string",
        T + 'CREATE TABLE u (x); CREATE VIEW v AS SELECT "x" FROM t, "u"',
        T + "CREATE TABLE u (x); CREATE VIEW v AS SELECT 'x' FROM t, \"u\"",
    ),
    Pair(
        "name-or-string-where-the-table-is-gone",
        T + 'CREATE VIEW v AS SELECT "a" FROM t; DROP TABLE t',
        T + "CREATE VIEW v AS SELECT 'a' FROM t; DROP TABLE t",
    ),
    Pair(
        "view-clock-or-name",
        T + "CREATE VIEW v AS SELECT current_date FROM t",
        T + 'CREATE VIEW v AS SELECT "current_date" FROM t',
    ),
    Pair(
        "trigger-body",
        T + "CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET a = 1; END",
        T + "CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET a = 2; END",
    ),
    Pair(
        "trigger-time",
        T + "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END",
        T + "CREATE TRIGGER g BEFORE INSERT ON t BEGIN SELECT 1; END",
    ),
    Pair(
        "trigger-event",
        T + "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END",
        T + "CREATE TRIGGER g AFTER DELETE ON t BEGIN SELECT 1; END",
    ),
    Pair(
        "trigger-when",
        T + "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END",
        T + "CREATE TRIGGER g AFTER INSERT ON t WHEN NEW.a BEGIN SELECT 1; END",
    ),
    Pair(
        "trigger-columns",
        T + "CREATE TRIGGER g AFTER UPDATE OF a ON t BEGIN SELECT 1; END",
        T + "CREATE TRIGGER g AFTER UPDATE ON t BEGIN SELECT 1; END",
    ),
    Pair(
        "fts5-tokenizer",
        "CREATE VIRTUAL TABLE f USING fts5(a, tokenize='porter')",
        "CREATE VIRTUAL TABLE f USING fts5(a, tokenize='ascii')",
    ),
    Pair("fts5-columns", "CREATE VIRTUAL TABLE f USING fts5(a)", "CREATE VIRTUAL TABLE f USING fts5(a, b)"),
    Pair("virtual-or-not", "CREATE VIRTUAL TABLE f USING fts5(a)", "CREATE TABLE f (a)"),
    Pair("table-or-view", "CREATE TABLE v (a)", "CREATE VIEW v AS SELECT 1 AS a"),
]
