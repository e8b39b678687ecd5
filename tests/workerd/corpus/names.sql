==== setup
==== lines
CREATE TABLE "with space" ("a b" INTEGER); INSERT INTO "with space" ("a b") VALUES (1); SELECT "a b" FROM [with space]
CREATE TABLE "quo""te" ("a""b"); SELECT sql FROM sqlite_master WHERE type = 'table' AND name LIKE 'quo%'
CREATE TABLE `back``tick` (`a``b`); SELECT name FROM sqlite_master WHERE name LIKE 'back%'
CREATE TABLE [brackets] ([a b]); SELECT [a b] FROM brackets
CREATE TABLE 'string name' ('col' TEXT); INSERT INTO 'string name' VALUES ('x'); SELECT col, 'col' FROM "string name"
CREATE TABLE Größe (länge, 日本, "😀"); INSERT INTO größe VALUES (1, 2, 3)
CREATE TABLE Größe (länge, 日本, "😀"); INSERT INTO Größe (länge, 日本, "😀") VALUES (1, 2, 3); SELECT * FROM Größe
CREATE TABLE GRÖSSE (a); CREATE TABLE größe (a)
CREATE TABLE t ("" TEXT); SELECT "" FROM t
CREATE TABLE "" (a)
CREATE TABLE t (a); SELECT A, t.A, T.a, "A", [A], `A` FROM T
CREATE TABLE t (order TEXT)
CREATE TABLE t ("order" TEXT, "group" TEXT, "select" TEXT); INSERT INTO t ("order") VALUES (1); SELECT "order" FROM t
CREATE TABLE t (key, value, type, name, action, abort, after, before, cascade, desc, plan, temp, view, row, rows, if, no, of, rename, replace, temporary, with, without, generated, always, current, exclude, filter, first, last, following, groups, ignore, instead, match, nulls, others, over, partition, preceding, query, range, recursive, release, ties, unbounded, window, materialized, within)
CREATE TABLE user (id); CREATE TABLE "index" (a); CREATE TABLE key (a); CREATE TABLE view (a); DROP TABLE view
CREATE TABLE table (a)
CREATE TABLE index (a)
CREATE TABLE t$1 (a$b); SELECT a$b FROM t$1
CREATE TABLE 1t (a)
CREATE TABLE "1t" ("2a"); SELECT "2a" FROM "1t"
CREATE TABLE t (a-b)
CREATE TABLE t.u (a)
CREATE TABLE t (a); SELECT main.t.a FROM main.t
CREATE TABLE t (a); SELECT temp.t.a FROM t
SELECT "no such column"
CREATE TABLE t (a); SELECT "nosuch" FROM t; SELECT * FROM t WHERE "nosuch" = 'nosuch'
CREATE TABLE t (a); SELECT [nosuch] FROM t
CREATE TABLE t (a); SELECT `nosuch` FROM t
CREATE TABLE t (a DEFAULT "dflt", b CHECK (b <> "zz")); INSERT INTO t (b) VALUES ('y'); SELECT * FROM t
CREATE TABLE t (a); CREATE INDEX i ON t ("nocol"); SELECT sql FROM sqlite_master WHERE name = 'i'
CREATE TABLE t (a); CREATE VIEW v AS SELECT "nocol" FROM t; SELECT * FROM v
CREATE TABLE t (a); INSERT INTO t VALUES ("x"), ('y'); SELECT a FROM t WHERE a = "x"
CREATE TABLE t (a); CREATE TRIGGER g AFTER INSERT ON t WHEN new.a = "x" BEGIN UPDATE t SET a = "y"; END; INSERT INTO t VALUES ("x"); SELECT * FROM t
SELECT 'it''s', "say ""hi""", '', 'new' || char(10) || 'line'
SELECT 'é' = 'é', lower('É'), upper('é'), 'É' LIKE 'é', length('é'), unicode('é')
SELECT '日本語', '😀', '👨‍👩‍👧', 'a‍b'
SELECT 1 /* block */ + /* another */ 2 -- line
SELECT /* a /* not nested */ 1
SELECT 1 /* unclosed
SELECT 1 -- comment only
SELECT --1
SELECT 1--1
SELECT 1 - -1, 1 - - 1, +1, - 1
SELECT # comment
SELECT 1 // 2
SELECT 1; -- x
SELECT 1 = 1 AND 2 == 2 AND 3 <> 4 AND 5 != 6 AND NOT 0
SELECT !1
SELECT 5 && 3
SELECT 'a' + 'b', 'a' || 'b', '1' + '2'
SELECT $1
SELECT $$text$$
SELECT E'\n'
SELECT N'text'
SELECT x'0g'
SELECT x'0'
SELECT X'AB', x'ab'
SELECT 1::text
SELECT ARRAY[1]
SELECT true, false, TRUE IS 1
CREATE TABLE t (true, false); INSERT INTO t VALUES (5, 6); SELECT true, false, "true" FROM t
SELECT CURRENT_DATE IS NOT NULL, current_timestamp IS NOT NULL
SELECT NULL ISNULL, NULL NOTNULL, 1 NOT NULL
SELECT 1 BETWEEN 0 AND 2 AND 3, 1 IN (1, 2) IN (1)
SELECT a.b.c.d
SELECT * FROM a.b.c
SELECT rowid
SELECT *
SELECT main.*
SELECT 1 AS "a""b", 2 AS 'c', 3 d, 4 AS [e f]
SELECT count(*) AS count, max(1) AS max
SELECT 1 FROM sqlite_master AS "_cf_alias"
WITH _cf_q AS (SELECT 1) SELECT * FROM _cf_q
SELECT 1 AS _cf_a
CREATE TABLE t (a); SELECT _cf_METADATA.a FROM t AS _cf_METADATA
CREATE TABLE "a.b" (c); SELECT * FROM "a.b"; ALTER TABLE "a.b" RENAME TO [c.d]; SELECT name FROM sqlite_master WHERE name = 'c.d'
CREATE TABLE t (a); ALTER TABLE t RENAME COLUMN a TO "b "" c"; SELECT "b "" c" FROM t
CREATE TABLE t (a TEXT DEFAULT '; DROP TABLE t; --'); INSERT INTO t DEFAULT VALUES; SELECT * FROM t
CREATE TABLE IF NOT EXISTS   t   (  a   INTEGER  )  ;  SELECT sql FROM sqlite_master WHERE name = 't'
create table t(a integer primary key,b text not null default'x',c real check(c>0));select sql from sqlite_master where name='t'
CREATE TABLE /* c1 */ t -- c2
CREATE TABLE t (a, -- first b)
