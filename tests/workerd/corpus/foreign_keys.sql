==== setup
==== child made before its parent
CREATE TABLE c (id INTEGER PRIMARY KEY, l_id INTEGER REFERENCES later (id));
---- batch
INSERT INTO c VALUES (1, NULL)
---- batch
CREATE TABLE later (id INTEGER PRIMARY KEY); INSERT INTO c VALUES (1, NULL);
---- batch
INSERT INTO c VALUES (2, 7)
==== a key that is not unique
CREATE TABLE pm (a, b); CREATE TABLE cm (x REFERENCES pm (a));
---- batch
INSERT INTO cm VALUES (NULL)
---- batch
INSERT INTO cm VALUES (1)
---- batch
PRAGMA foreign_key_check
---- batch
CREATE UNIQUE INDEX u ON pm (a); INSERT INTO pm VALUES (1, 2); INSERT INTO cm VALUES (1);
---- batch
DROP INDEX u; DELETE FROM pm;
==== a key of two columns
CREATE TABLE p2 (a, b, PRIMARY KEY (a, b)); CREATE TABLE c2 (x, y, FOREIGN KEY (x, y) REFERENCES p2 (a, b) ON UPDATE CASCADE);
---- batch
INSERT INTO p2 VALUES (1, 2); INSERT INTO c2 VALUES (1, 2), (1, NULL); UPDATE p2 SET a = 5;
---- batch
SELECT * FROM c2
---- batch
INSERT INTO c2 VALUES (1, 2)
---- batch
DELETE FROM p2
==== a key to a view
CREATE VIEW pv AS SELECT 1 AS id; CREATE TABLE cv (x REFERENCES pv (id));
---- batch
INSERT INTO cv VALUES (1)
==== a key whose numbers of columns differ
CREATE TABLE bad (x, y, FOREIGN KEY (x, y) REFERENCES p (id));
---- batch
CREATE TABLE bad2 (x REFERENCES p (id, name));
---- batch
CREATE TABLE bad3 (x, FOREIGN KEY (nosuch) REFERENCES p (id));
==== a key to a table of D1's own
CREATE TABLE own (x REFERENCES _cf_METADATA (key));
---- batch
INSERT INTO own VALUES (2)
---- batch
PRAGMA foreign_key_check
==== what an update of the parent does
CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (x REFERENCES p ON UPDATE SET NULL ON DELETE CASCADE); INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1), (2);
---- batch
UPDATE p SET id = 10 WHERE id = 1; DELETE FROM p WHERE id = 2;
---- batch
SELECT * FROM c
==== deleting and dropping a parent
CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (x REFERENCES p); INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1);
---- batch
DELETE FROM p WHERE id = 2
---- batch
DELETE FROM p WHERE id = 1
---- batch
DROP TABLE p
---- batch
PRAGMA defer_foreign_keys = ON; DELETE FROM p; DELETE FROM c;
---- batch
DROP TABLE p
---- batch
INSERT INTO c VALUES (NULL)
==== insert or replace into a parent deletes its children
CREATE TABLE p (id INTEGER PRIMARY KEY, n); CREATE TABLE c (x REFERENCES p ON DELETE CASCADE); INSERT INTO p VALUES (1, 'a'); INSERT INTO c VALUES (1);
---- batch
INSERT OR REPLACE INTO p VALUES (1, 'b')
---- batch
SELECT count(*) FROM c
==== an upsert into a parent keeps its children
CREATE TABLE p (id INTEGER PRIMARY KEY, n); CREATE TABLE c (x REFERENCES p ON DELETE CASCADE); INSERT INTO p VALUES (1, 'a'); INSERT INTO c VALUES (1);
---- batch
INSERT INTO p VALUES (1, 'b') ON CONFLICT (id) DO UPDATE SET n = excluded.n
---- batch
SELECT count(*) FROM c
==== a cycle of keys
CREATE TABLE a (id INTEGER PRIMARY KEY, b REFERENCES b (id)); CREATE TABLE b (id INTEGER PRIMARY KEY, a REFERENCES a (id));
---- batch
PRAGMA defer_foreign_keys = ON; INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 1);
---- batch
DROP TABLE a
---- batch
PRAGMA defer_foreign_keys = ON; DROP TABLE a; DROP TABLE b;
==== renaming a parent renames it in its children
CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (x REFERENCES p (id) ON DELETE CASCADE); ALTER TABLE p RENAME TO q;
---- batch
PRAGMA legacy_alter_table = ON; ALTER TABLE q RENAME TO r;
---- batch
INSERT INTO r VALUES (1); INSERT INTO c VALUES (1); DELETE FROM r;
==== dropping a column that a key names
CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT UNIQUE); CREATE TABLE c (x REFERENCES p (code), y);
---- batch
ALTER TABLE p DROP COLUMN code
---- batch
ALTER TABLE c DROP COLUMN x
---- batch
ALTER TABLE c DROP COLUMN y
---- batch
ALTER TABLE p RENAME COLUMN code TO kode
---- batch
INSERT INTO c VALUES ('nosuch')
==== a rebuild behind a request whose keys failed at its end
CREATE TABLE p (id INTEGER PRIMARY KEY, n); CREATE TABLE c (x REFERENCES p (id)); INSERT INTO p VALUES (1, 'a'), (2, 'b'); INSERT INTO c VALUES (1);
---- batch
PRAGMA defer_foreign_keys = ON; INSERT INTO c VALUES (7);
---- batch
SELECT changes(), total_changes(), last_insert_rowid()
---- batch
PRAGMA defer_foreign_keys = ON; CREATE TABLE p_new (id INTEGER PRIMARY KEY, n); INSERT INTO p_new SELECT * FROM p; DROP TABLE p; ALTER TABLE p_new RENAME TO p;
---- batch
SELECT changes(), total_changes(), last_insert_rowid()
---- batch
DELETE FROM p WHERE id = 1
==== an import behind an import whose keys failed at its end
CREATE TABLE p (id INTEGER PRIMARY KEY, n); CREATE TABLE c (x REFERENCES p (id)); INSERT INTO p VALUES (1, 'a'); INSERT INTO c VALUES (1);
---- import
PRAGMA defer_foreign_keys = ON; CREATE TABLE p_new (id INTEGER PRIMARY KEY, n); INSERT INTO p_new SELECT * FROM p; DROP TABLE p; ALTER TABLE p_new RENAME TO p;
---- import
PRAGMA defer_foreign_keys = ON; CREATE TABLE p_new (id INTEGER PRIMARY KEY, n); INSERT INTO p_new SELECT * FROM p; DROP TABLE p; ALTER TABLE p_new RENAME TO p;
---- import
PRAGMA defer_foreign_keys = ON; DELETE FROM p; INSERT INTO p VALUES (1, 'b');
---- batch
SELECT changes(), total_changes(), last_insert_rowid()
==== keys stay deferred in an import that limits what it deletes
CREATE TABLE p (id PRIMARY KEY); CREATE TABLE c (a REFERENCES p (id)); INSERT INTO p VALUES (1); INSERT INTO c VALUES (1);
---- import
PRAGMA defer_foreign_keys = ON; DELETE FROM p LIMIT 1; INSERT INTO p VALUES (1);
---- import
PRAGMA defer_foreign_keys = ON; UPDATE p SET id = 2 ORDER BY id LIMIT 1; UPDATE c SET a = 2;
---- batch
SELECT changes(), total_changes(), id, a FROM p, c
