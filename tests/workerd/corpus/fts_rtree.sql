==== setup
CREATE TABLE doc (id INTEGER PRIMARY KEY, title TEXT, body TEXT);
INSERT INTO doc VALUES (1, 'first', 'the quick brown fox'), (2, 'second', 'lazy dogs sleep');
==== lines
CREATE VIRTUAL TABLE f USING fts5(title, body); INSERT INTO f SELECT title, body FROM doc; SELECT title FROM f WHERE f MATCH 'quick'
CREATE VIRTUAL TABLE f USING FTS5(title, body, tokenize = 'porter unicode61'); INSERT INTO f VALUES ('a', 'running dogs'); SELECT title FROM f('run')
CREATE VIRTUAL TABLE f USING fts5(title, tokenize = 'trigram'); INSERT INTO f VALUES ('abcdef'); SELECT title FROM f WHERE title LIKE '%cde%'
CREATE VIRTUAL TABLE f USING fts5(title, tokenize = 'ascii')
CREATE VIRTUAL TABLE f USING fts5(title, tokenize = 'nosuch')
CREATE VIRTUAL TABLE f USING fts5(title, nosuch = 1)
CREATE VIRTUAL TABLE f USING fts5(title, body UNINDEXED, prefix = '2 3', columnsize = 0, detail = none)
CREATE VIRTUAL TABLE f USING fts5(title, content = '')
CREATE VIRTUAL TABLE f USING fts5(title, content = '', contentless_delete = 1); INSERT INTO f (rowid, title) VALUES (1, 'x'); DELETE FROM f WHERE rowid = 1
CREATE VIRTUAL TABLE f USING fts5(title, content = ''); INSERT INTO f (rowid, title) VALUES (1, 'x'); DELETE FROM f WHERE rowid = 1
CREATE VIRTUAL TABLE f USING fts5(title, body, content = 'doc', content_rowid = 'id'); INSERT INTO f (f) VALUES ('rebuild'); SELECT rowid, title FROM f WHERE f MATCH 'dogs'
CREATE VIRTUAL TABLE f USING fts5(title, content = 'doc', content_rowid = 'id'); CREATE TRIGGER d_ai AFTER INSERT ON doc BEGIN INSERT INTO f (rowid, title) VALUES (new.id, new.title); END; INSERT INTO doc VALUES (3, 'third', 'x'); SELECT rowid FROM f WHERE f MATCH 'third'
CREATE VIRTUAL TABLE f USING fts5(title, content = 'doc', content_rowid = 'id'); CREATE TRIGGER d_ad AFTER DELETE ON doc BEGIN INSERT INTO f (f, rowid, title) VALUES ('delete', old.id, old.title); END; INSERT INTO f (f) VALUES ('rebuild'); DELETE FROM doc WHERE id = 1; SELECT rowid FROM f
CREATE VIRTUAL TABLE f USING fts5(title); INSERT INTO f VALUES ('a b c'), ('a b'), ('a'); SELECT title, round(bm25(f), 3) FROM f WHERE f MATCH 'a' ORDER BY rank
CREATE VIRTUAL TABLE f USING fts5(title); INSERT INTO f VALUES ('one two three'); SELECT highlight(f, 0, '<b>', '</b>'), snippet(f, 0, '[', ']', '…', 2) FROM f WHERE f MATCH 'two'
CREATE VIRTUAL TABLE f USING fts5(title); INSERT INTO f VALUES ('x'); INSERT INTO f (f) VALUES ('optimize'); INSERT INTO f (f) VALUES ('integrity-check'); INSERT INTO f (f, rank) VALUES ('merge', 16)
CREATE VIRTUAL TABLE f USING fts5(title); INSERT INTO f (f) VALUES ('nosuch')
CREATE VIRTUAL TABLE f USING fts5(title); INSERT INTO f (f, rank) VALUES ('automerge', 4)
CREATE VIRTUAL TABLE f USING fts5(title); INSERT INTO f VALUES ('x'); SELECT * FROM f WHERE f MATCH '"unclosed'
CREATE VIRTUAL TABLE f USING fts5(title); INSERT INTO f VALUES ('x'); SELECT * FROM f WHERE f MATCH 'nosuch: x'
CREATE VIRTUAL TABLE f USING fts5(title); INSERT INTO f VALUES ('x'); SELECT * FROM f WHERE title MATCH 'x OR y NOT z'
CREATE VIRTUAL TABLE f USING fts5(title); INSERT INTO f VALUES ('x y'); SELECT * FROM f WHERE f MATCH 'NEAR(x y, 2)'
CREATE VIRTUAL TABLE f USING fts5(title); SELECT * FROM f_data
CREATE VIRTUAL TABLE f USING fts5(title); SELECT * FROM f_config
CREATE VIRTUAL TABLE f USING fts5(title); INSERT INTO f_data VALUES (1, 2)
CREATE VIRTUAL TABLE f USING fts5(title); UPDATE f_config SET v = 1
CREATE VIRTUAL TABLE f USING fts5(title); DELETE FROM f_content
CREATE VIRTUAL TABLE f USING fts5(title); DROP TABLE f_data
CREATE VIRTUAL TABLE f USING fts5(title); ALTER TABLE f_data RENAME TO x
CREATE VIRTUAL TABLE f USING fts5(title); CREATE INDEX i ON f_data (id)
CREATE VIRTUAL TABLE f USING fts5(title); CREATE INDEX i ON f (title)
CREATE VIRTUAL TABLE f USING fts5(title); CREATE TRIGGER g AFTER INSERT ON f BEGIN SELECT 1; END
CREATE VIRTUAL TABLE f USING fts5(title); DROP TABLE f; SELECT name FROM sqlite_master ORDER BY name
CREATE VIRTUAL TABLE f USING fts5(title); DROP TABLE IF EXISTS f; CREATE VIRTUAL TABLE f USING fts5(title, body)
CREATE VIRTUAL TABLE IF NOT EXISTS f USING fts5(title); CREATE VIRTUAL TABLE IF NOT EXISTS f USING fts5(body)
CREATE VIRTUAL TABLE f USING fts5(title); CREATE VIRTUAL TABLE f USING fts5(body)
CREATE VIRTUAL TABLE f USING fts5(title); CREATE VIRTUAL TABLE fv USING fts5vocab(f, 'row'); INSERT INTO f VALUES ('x y x'); SELECT * FROM fv
CREATE VIRTUAL TABLE f USING fts5(title); CREATE VIRTUAL TABLE fv USING fts5vocab('f', 'instance'); INSERT INTO f VALUES ('x y x'); SELECT term, offset FROM fv
CREATE VIRTUAL TABLE fv USING fts5vocab('nosuch', 'row'); SELECT * FROM fv
CREATE VIRTUAL TABLE f USING fts5(title); PRAGMA table_info(f)
CREATE VIRTUAL TABLE f USING fts5(title); PRAGMA quick_check
CREATE VIRTUAL TABLE f USING fts5(title); INSERT INTO f (rowid, title) VALUES (7, 'x'); UPDATE f SET title = 'z' WHERE rowid = 7; SELECT rowid, title FROM f
CREATE VIRTUAL TABLE f USING fts5(title); INSERT INTO f VALUES ('a'), ('b'), ('c'); DELETE FROM f ORDER BY rowid LIMIT 2; SELECT * FROM f
CREATE VIRTUAL TABLE f USING fts5(title); INSERT INTO f VALUES ('a') RETURNING rowid
CREATE VIRTUAL TABLE f USING fts5(title); INSERT OR REPLACE INTO f (rowid, title) VALUES (1, 'a'), (1, 'b'); SELECT * FROM f
CREATE VIRTUAL TABLE f USING fts5(title); INSERT INTO f (rowid, title) VALUES (1, 'a'); INSERT INTO f (rowid, title) VALUES (1, 'b')
CREATE VIRTUAL TABLE f USING fts5(title); INSERT INTO f VALUES ('a') ON CONFLICT DO NOTHING
CREATE VIRTUAL TABLE f USING fts5(title); SELECT fts5_source_id()
CREATE VIRTUAL TABLE f USING fts5(title, locale = 1); INSERT INTO f VALUES (fts5_locale('en', 'x'))
CREATE VIRTUAL TABLE f USING fts3(title)
CREATE VIRTUAL TABLE f USING fts4(title)
CREATE VIRTUAL TABLE f USING nosuch(title)
CREATE VIRTUAL TABLE f USING dbstat
CREATE VIRTUAL TABLE f USING carray
CREATE VIRTUAL TABLE f USING geopoly(a)
CREATE VIRTUAL TABLE f USING json_each
CREATE VIRTUAL TABLE f USING csv(filename = '/etc/passwd')
CREATE VIRTUAL TABLE f USING series
CREATE VIRTUAL TABLE f USING pragma_table_info
CREATE VIRTUAL TABLE temp.f USING fts5(title)
CREATE VIRTUAL TABLE _cf_f USING fts5(title)
CREATE VIRTUAL TABLE main.f USING fts5(title)
CREATE VIRTUAL TABLE f USING fts5
CREATE VIRTUAL TABLE f USING fts5()
CREATE VIRTUAL TABLE f USING fts5(rank)
CREATE VIRTUAL TABLE f USING fts5(rowid)
CREATE VIRTUAL TABLE f USING fts5(a, a)
CREATE VIRTUAL TABLE f USING fts5(content = 'nosuch', a); SELECT * FROM f
CREATE VIRTUAL TABLE f USING fts5(title); ANALYZE; SELECT tbl FROM sqlite_stat1 ORDER BY tbl
CREATE VIRTUAL TABLE r USING rtree(id, x0, x1); INSERT INTO r VALUES (1, 0, 10), (2, 5, 15); SELECT id FROM r WHERE x0 < 4
CREATE VIRTUAL TABLE r USING rtree(id, x0, x1, y0, y1, +label); INSERT INTO r VALUES (1, 0, 1, 0, 1, 'box'); SELECT * FROM r
CREATE VIRTUAL TABLE r USING rtree_i32(id, x0, x1); INSERT INTO r VALUES (1, 0, 10); SELECT * FROM r
CREATE VIRTUAL TABLE r USING RTREE(id, x0, x1); INSERT INTO r VALUES (1, 10, 0)
CREATE VIRTUAL TABLE r USING rtree(id, x0)
CREATE VIRTUAL TABLE r USING rtree(id, x0, x1); SELECT rtreecheck('r')
CREATE VIRTUAL TABLE r USING rtree(id, x0, x1); SELECT rtreedepth(data) FROM r_node
CREATE VIRTUAL TABLE r USING rtree(id, x0, x1); INSERT INTO r_node VALUES (1, 2)
CREATE VIRTUAL TABLE r USING rtree(id, x0, x1); ALTER TABLE r RENAME TO s; INSERT INTO s VALUES (1, 0, 1); SELECT * FROM s
CREATE VIRTUAL TABLE r USING rtree(id, x0, x1); DROP TABLE r; SELECT name FROM sqlite_master ORDER BY name
CREATE VIRTUAL TABLE r USING rtree(id, x0, x1); INSERT INTO r VALUES (1, 0, 1); INSERT INTO r VALUES (1, 0, 1)
CREATE VIRTUAL TABLE r USING rtree(id, x0, x1); INSERT OR REPLACE INTO r VALUES (1, 0, 1), (1, 2, 3); SELECT * FROM r
==== a failed request that made a table and wrote to it
PRAGMA recursive_triggers = ON; CREATE VIRTUAL TABLE e USING fts5 (a);
---- batch
CREATE VIRTUAL TABLE g USING fts5 (a); INSERT INTO g VALUES ('x'); SELECT * FROM missing
---- batch
PRAGMA recursive_triggers
---- batch
PRAGMA recursive_triggers = ON; CREATE VIRTUAL TABLE g USING fts5 (a); INSERT INTO g VALUES ('x');
---- query
INSERT INTO g VALUES ('y'); CREATE VIRTUAL TABLE h USING fts5 (a); DROP TABLE g; SELECT * FROM missing
---- batch
SELECT * FROM g, e; INSERT INTO e VALUES ('z'); SELECT e.a, g.a, changes() FROM g, e
---- batch
PRAGMA recursive_triggers
