==== setup
CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT NOT NULL DEFAULT 'x', c REAL UNIQUE);
CREATE INDEX i ON t (b, c DESC);
CREATE TABLE c (id INTEGER PRIMARY KEY, t_id INTEGER REFERENCES t (a) ON DELETE CASCADE);
CREATE VIEW v AS SELECT b FROM t;
INSERT INTO t VALUES (1, 'one', 1.5), (2, 'two', 2.5);
INSERT INTO c VALUES (1, 1), (2, NULL);
==== lines
PRAGMA user_version
PRAGMA user_version=3
PRAGMA schema_version
PRAGMA application_id
PRAGMA journal_mode
PRAGMA journal_mode=wal
PRAGMA journal_mode=off
PRAGMA synchronous
PRAGMA synchronous=off
PRAGMA integrity_check
PRAGMA integrity_check(t)
PRAGMA database_list
PRAGMA function_list
PRAGMA module_list
PRAGMA pragma_list
PRAGMA collation_list
PRAGMA compile_options
PRAGMA page_count
PRAGMA freelist_count
PRAGMA max_page_count
PRAGMA page_size
PRAGMA page_size=8192
PRAGMA encoding
PRAGMA encoding='UTF-16'
PRAGMA wal_checkpoint
PRAGMA wal_checkpoint(truncate)
PRAGMA wal_autocheckpoint
PRAGMA trusted_schema
PRAGMA trusted_schema=off
PRAGMA writable_schema
PRAGMA writable_schema=on
PRAGMA query_only
PRAGMA query_only=on
PRAGMA cache_size
PRAGMA cache_size=100
PRAGMA cache_spill
PRAGMA mmap_size
PRAGMA mmap_size=0
PRAGMA temp_store
PRAGMA temp_store=2
PRAGMA temp_store_directory
PRAGMA secure_delete
PRAGMA auto_vacuum
PRAGMA incremental_vacuum
PRAGMA locking_mode
PRAGMA busy_timeout
PRAGMA busy_timeout=100
PRAGMA read_uncommitted
PRAGMA threads
PRAGMA threads=4
PRAGMA soft_heap_limit
PRAGMA hard_heap_limit
PRAGMA hard_heap_limit=1000
PRAGMA analysis_limit
PRAGMA analysis_limit=100
PRAGMA automatic_index
PRAGMA automatic_index=off
PRAGMA cell_size_check
PRAGMA checkpoint_fullfsync
PRAGMA fullfsync
PRAGMA count_changes
PRAGMA full_column_names
PRAGMA short_column_names
PRAGMA empty_result_callbacks
PRAGMA default_cache_size
PRAGMA data_store_directory
PRAGMA stats
PRAGMA lock_status
PRAGMA vdbe_trace
PRAGMA parser_trace
PRAGMA shrink_memory
PRAGMA activate_extensions
PRAGMA nosuch
PRAGMA nosuch=1
SELECT count(*) FROM pragma_data_version
PRAGMA data_version=1
PRAGMA foreign_keys
PRAGMA foreign_keys=on
PRAGMA foreign_keys=off
PRAGMA foreign_keys=ON
PRAGMA foreign_keys = 1
PRAGMA foreign_keys = 0
PRAGMA foreign_keys=true
PRAGMA foreign_keys=FALSE
PRAGMA foreign_keys=yes
PRAGMA foreign_keys=no
PRAGMA foreign_keys=2
PRAGMA foreign_keys=maybe
PRAGMA foreign_keys=onxyz
PRAGMA foreign_keys='on'
PRAGMA foreign_keys="off"
PRAGMA foreign_keys=`off`
PRAGMA foreign_keys=[off]
PRAGMA foreign_keys(1)
PRAGMA foreign_keys(off)
PRAGMA FOREIGN_KEYS
PRAGMA Foreign_Keys=ON
PRAGMA main.foreign_keys
PRAGMA main.foreign_keys=on
PRAGMA temp.foreign_keys
PRAGMA other.foreign_keys
PRAGMA foreign_keys=-1
PRAGMA foreign_keys=+1
PRAGMA foreign_keys=1.5
PRAGMA foreign_keys=
PRAGMA foreign_keys='
PRAGMA defer_foreign_keys
PRAGMA defer_foreign_keys=on
PRAGMA defer_foreign_keys=off
PRAGMA defer_foreign_keys=true
PRAGMA defer_foreign_keys=7
PRAGMA case_sensitive_like
PRAGMA case_sensitive_like=on
PRAGMA ignore_check_constraints
PRAGMA ignore_check_constraints=on
PRAGMA legacy_alter_table
PRAGMA legacy_alter_table=on
PRAGMA legacy_alter_table=off
PRAGMA recursive_triggers
PRAGMA recursive_triggers=on
PRAGMA reverse_unordered_selects
PRAGMA reverse_unordered_selects=on
PRAGMA foreign_key_check
PRAGMA foreign_key_check(c)
PRAGMA foreign_key_check(nosuch)
PRAGMA foreign_key_check('c')
PRAGMA foreign_key_check(_cf_KV)
PRAGMA foreign_key_list
PRAGMA foreign_key_list(c)
PRAGMA foreign_key_list(nosuch)
PRAGMA foreign_key_list(_cf_METADATA)
PRAGMA index_info
PRAGMA index_info(i)
PRAGMA index_info(nosuch)
PRAGMA index_info(_cf_x)
PRAGMA index_list
PRAGMA index_list(t)
PRAGMA index_list("t")
PRAGMA index_list(_cf_METADATA)
PRAGMA index_xinfo(i)
PRAGMA index_xinfo
PRAGMA table_info
PRAGMA table_info(t)
PRAGMA table_info('t')
PRAGMA table_info("t")
PRAGMA table_info([t])
PRAGMA table_info=t
PRAGMA TABLE_INFO(T)
PRAGMA main.table_info(t)
PRAGMA temp.table_info(t)
PRAGMA table_info(nosuch)
PRAGMA table_info(_cf_METADATA)
PRAGMA table_info(_CF_metadata)
PRAGMA table_info(sqlite_master)
PRAGMA table_info(v)
PRAGMA table_xinfo(t)
PRAGMA table_xinfo(_cf_KV)
PRAGMA table_xinfo
PRAGMA table_list
PRAGMA table_list(t)
PRAGMA table_list(_cf_METADATA)
PRAGMA quick_check
PRAGMA quick_check(1)
PRAGMA quick_check(t)
PRAGMA quick_check(nosuch)
PRAGMA quick_check(-1)
PRAGMA quick_check(_cf_METADATA)
PRAGMA quick_check(0x10)
PRAGMA quick_check(99999999999)
PRAGMA optimize
PRAGMA optimize(1)
PRAGMA optimize=0xfffe
PRAGMA optimize(-1)
PRAGMA optimize(x)
PRAGMA optimize(1.5)
PRAGMA optimize(99999999999)
PRAGMA optimize = '1 '
PRAGMA optimize = '0b1'
PRAGMA optimize = '1_0'
PRAGMA optimize = '١'
PRAGMA optimize = 010
PRAGMA optimize = '089'
PRAGMA optimize = 00
PRAGMA optimize = ' 1'
PRAGMA optimize = '+1'
PRAGMA optimize = '0x'
PRAGMA optimize = '0X10'
PRAGMA optimize = '+0x10'
PRAGMA optimize = '-0x10'
PRAGMA optimize = ' 0x10'
PRAGMA optimize = 2147483648
PRAGMA miniflare_d1_export(1,2,3)
SELECT * FROM pragma_table_info('t')
SELECT * FROM pragma_table_info('_cf_METADATA')
SELECT name FROM pragma_table_list WHERE schema = 'main' AND name = 't'
SELECT * FROM pragma_table_list('t')
SELECT * FROM pragma_index_list('t')
SELECT * FROM pragma_index_info('i')
SELECT * FROM pragma_foreign_key_list('c')
SELECT * FROM pragma_foreign_key_check
SELECT * FROM pragma_foreign_key_check('c')
SELECT count(*) FROM pragma_function_list
SELECT count(*) FROM pragma_module_list
SELECT * FROM pragma_database_list
SELECT * FROM pragma_user_version
SELECT * FROM pragma_page_size
SELECT * FROM pragma_quick_check
SELECT * FROM pragma_foreign_keys
SELECT * FROM pragma_nosuch
SELECT m.name, i.name FROM sqlite_master AS m, pragma_table_info(m.name) AS i WHERE m.name = 't'
SELECT m.name, i.name FROM sqlite_master AS m, pragma_table_info(m.name) AS i WHERE m.type = 'table'
SELECT m.name, i.name FROM sqlite_master AS m JOIN pragma_index_list(m.name) AS i WHERE m.type = 'table' AND m.name NOT LIKE '\_cf\_%' ESCAPE '\'
CREATE VIEW p AS SELECT * FROM pragma_table_info('t'); SELECT name FROM p
EXPLAIN QUERY PLAN SELECT * FROM t WHERE a = 1
EXPLAIN PRAGMA user_version
==== a boolean pragma stays set for the next request
---- batch
PRAGMA recursive_triggers = ON; PRAGMA case_sensitive_like = ON; PRAGMA ignore_check_constraints = ON;
---- batch
PRAGMA recursive_triggers
---- batch
SELECT 'A' LIKE 'a'
---- batch
PRAGMA ignore_check_constraints
---- batch
CREATE TABLE k (a CHECK (a > 0)); INSERT INTO k VALUES (-1);
==== legacy_alter_table stays set and a view over nothing no longer stops a rename
---- batch
CREATE VIEW w AS SELECT * FROM nosuch
---- batch
ALTER TABLE t RENAME TO u
---- batch
PRAGMA legacy_alter_table = ON; ALTER TABLE t RENAME TO u
---- batch
PRAGMA legacy_alter_table
==== defer_foreign_keys ends with its request
---- batch
PRAGMA defer_foreign_keys = ON
---- batch
PRAGMA defer_foreign_keys
---- batch
PRAGMA defer_foreign_keys = ON; INSERT INTO c VALUES (9, 99);
---- batch
INSERT INTO c VALUES (9, 99);
==== foreign_keys = OFF is accepted and does nothing
---- batch
PRAGMA foreign_keys = OFF; INSERT INTO c VALUES (9, 99);
---- batch
PRAGMA foreign_keys = OFF
---- batch
PRAGMA foreign_keys
---- batch
INSERT INTO c VALUES (9, 99);
==== LIKE is good for an index until the pragma has replaced it, even by itself
PRAGMA case_sensitive_like
---- batch
CREATE INDEX l ON t (b) WHERE b LIKE 'x%'
---- batch
ALTER TABLE t ADD COLUMN g AS (b LIKE 'x%')
---- batch
DROP INDEX l; ALTER TABLE t DROP COLUMN g
---- batch
PRAGMA case_sensitive_like = OFF
---- batch
CREATE INDEX n ON t (b NOT LIKE 'x%')
==== ANALYZE and what it leaves
---- batch
ANALYZE
---- batch
SELECT * FROM sqlite_stat1
---- batch
SELECT * FROM sqlite_stat4
---- batch
DROP TABLE sqlite_stat1
---- batch
ANALYZE t; ANALYZE main.t; ANALYZE i;
---- batch
PRAGMA optimize
---- batch
SELECT tbl, idx FROM sqlite_stat1 ORDER BY 1, 2
==== an ANALYZE that is rolled back has still been taken
---- batch
CREATE TABLE w (x, y, PRIMARY KEY (x, y)) WITHOUT ROWID; INSERT INTO w VALUES (1, 1), (1, 2); ANALYZE t
---- batch
ANALYZE; SELECT * FROM missing
---- batch
PRAGMA optimize
---- batch
SELECT tbl, idx FROM sqlite_stat1 ORDER BY 1, 2
==== an ANALYZE that is rolled back with a change of the schema, and with the table of statistics
---- batch
CREATE TABLE w (x, y, PRIMARY KEY (x, y)) WITHOUT ROWID; INSERT INTO w VALUES (1, 1), (1, 2)
---- batch
ANALYZE w; CREATE INDEX k ON w (y); SELECT * FROM missing
---- batch
CREATE INDEX k ON w (y); ANALYZE t
---- batch
DROP INDEX k; ANALYZE; CREATE TABLE v (a); SELECT * FROM missing
---- batch
CREATE TABLE v (a); DROP INDEX k; PRAGMA optimize
---- batch
SELECT tbl, idx FROM sqlite_stat1 ORDER BY 1, 2
==== statistics can be written by hand
---- batch
ANALYZE; DELETE FROM sqlite_stat1; INSERT INTO sqlite_stat1 VALUES ('t', 'i', '1000 10 1');
---- batch
UPDATE sqlite_stat1 SET stat = '5 5 5';
---- batch
ANALYZE sqlite_schema
---- batch
ANALYZE nosuch
---- batch
ANALYZE temp.t
---- batch
ANALYZE _cf_METADATA
---- batch
SELECT tbl FROM sqlite_stat1 ORDER BY tbl
