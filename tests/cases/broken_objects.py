"""Files that D1 runs, and after which a write, a read or a search fails or finds nothing."""

from __future__ import annotations

from tests.cases.case import Case, safe, unsafe, warned

_ORDERS = """
CREATE TABLE orders (id INTEGER PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE order_history (id INTEGER PRIMARY KEY, order_id INTEGER, state TEXT);
CREATE TRIGGER orders_history AFTER UPDATE OF state ON orders
BEGIN INSERT INTO order_history (order_id, state) VALUES (OLD.id, OLD.state); END;
CREATE VIEW first_states AS SELECT order_id, min(id) AS id FROM order_history GROUP BY order_id;
"""
_ORDER_ROWS = "INSERT INTO orders VALUES (1, 'open');"
_ORDER_WRITE = "UPDATE orders SET state = 'paid'"

_PAGES = """
CREATE TABLE pages (id {key} PRIMARY KEY, head TEXT NOT NULL, text TEXT, state TEXT NOT NULL DEFAULT 'new');
CREATE VIRTUAL TABLE pages_search USING fts5(head, text, content='pages'{rowid});
"""
_TRIGGERS = """
CREATE TRIGGER pages_insert AFTER INSERT ON pages
BEGIN INSERT INTO pages_search (rowid, head, text) VALUES (NEW.rowid, NEW.head, NEW.text); END;
CREATE TRIGGER pages_delete AFTER DELETE ON pages
BEGIN INSERT INTO pages_search (pages_search, rowid, head, text) VALUES ('delete', OLD.rowid, OLD.head, OLD.text); END;
"""
_BY_NUMBER = _PAGES.format(key="INTEGER", rowid=", content_rowid='id'") + _TRIGGERS
_BY_TEXT = _PAGES.format(key="TEXT", rowid="") + _TRIGGERS
_PAGE_ROWS = """
INSERT INTO pages (id, head, text) VALUES ({first}, 'gone', 'x'), ({second}, 'plum', 'cake');
DELETE FROM pages WHERE head = 'gone';
"""
_NUMBERED_ROWS = _PAGE_ROWS.format(first=1, second=2)
_TEXT_ROWS = _PAGE_ROWS.format(first="'m'", second="'b'")
_SEARCH = "SELECT head, text FROM pages_search WHERE pages_search MATCH 'plum'"
_REBUILD_PAGES = (
    "DROP TRIGGER pages_insert;\nDROP TRIGGER pages_delete;\n"
    "CREATE TABLE pages_v2 (id TEXT PRIMARY KEY, head TEXT NOT NULL, text TEXT, state TEXT NOT NULL DEFAULT 'draft');\n"
    "INSERT INTO pages_v2 ({columns}) SELECT {columns} FROM pages;\n"
    "DROP TABLE pages;\nALTER TABLE pages_v2 RENAME TO pages;\n" + _TRIGGERS
)

_PREFS = "CREATE TABLE prefs (id TEXT PRIMARY KEY, color TEXT);\n"
_PREF_ROWS = "INSERT INTO prefs VALUES ('a', 'red');"

CASES = (
    Case(
        "a dropped table is used by a trigger and a view",
        _ORDERS,
        "-- pulse-ci: ignore drop-table no release reads the history\nDROP TABLE order_history;",
        unsafe("broken-object", phrases=("`orders_history`", "`first_states`")),
        _ORDER_ROWS,
        then=(
            (_ORDER_WRITE, "no such table: main.order_history"),
            ("SELECT * FROM first_states", "no such table: main.order_history"),
        ),
    ),
    Case(
        "a dropped view is used by another view",
        "CREATE TABLE cups (id INTEGER PRIMARY KEY, size INTEGER);\n"
        "CREATE VIEW big_cups AS SELECT * FROM cups WHERE size > 5;\n"
        "CREATE VIEW big_count AS SELECT count(*) AS n FROM big_cups;\n",
        "DROP VIEW big_cups;",
        unsafe("broken-object", phrases=("`big_count`",)),
        then=(("SELECT n FROM big_count", "no such table: main.big_cups"),),
    ),
    Case(
        "a dropped parent leaves a foreign key",
        "CREATE TABLE towns (id INTEGER PRIMARY KEY);\n"
        "CREATE TABLE streets (id INTEGER PRIMARY KEY, town_id INTEGER REFERENCES towns (id));\n"
        "CREATE INDEX streets_town ON streets (town_id);\n",
        "-- pulse-ci: ignore drop-table towns are text by now\nDROP TABLE towns;",
        unsafe("foreign-key-parent"),
        "INSERT INTO streets VALUES (1, NULL);",
        then=(("INSERT INTO streets VALUES (2, NULL)", "no such table: main.towns"),),
    ),
    Case(
        "a unique index goes that a foreign key needs",
        "CREATE TABLE towns (id INTEGER PRIMARY KEY, code TEXT NOT NULL);\n"
        "CREATE UNIQUE INDEX towns_code ON towns (code);\n"
        "CREATE TABLE streets (id INTEGER PRIMARY KEY, town TEXT REFERENCES towns (code));\n"
        "CREATE INDEX streets_town ON streets (town);\n",
        "DROP INDEX towns_code;",
        unsafe("foreign-key-parent"),
        "INSERT INTO towns VALUES (1, 'B'); INSERT INTO streets VALUES (1, 'B');",
        then=(("INSERT INTO streets VALUES (2, 'B')", 'foreign key mismatch - "streets" referencing "towns"'),),
    ),
    Case(
        "a new trigger writes a column that is not there",
        _ORDERS,
        "CREATE TRIGGER orders_new AFTER INSERT ON orders\n"
        "BEGIN INSERT INTO order_history (order_id, status) VALUES (NEW.id, NEW.state); END;\n",
        unsafe("broken-object", phrases=("`orders_new`",)),
        _ORDER_ROWS,
        then=(("INSERT INTO orders VALUES (2, 'open')", "table order_history has no column named status"),),
    ),
    Case(
        "a view is made again over a column that is not there",
        _ORDERS,
        "DROP VIEW first_states;\nCREATE VIEW first_states AS SELECT order_id, started_at FROM order_history;\n",
        unsafe("broken-object", phrases=("`first_states`",)),
        then=(("SELECT * FROM first_states", "no such column: started_at"),),
    ),
    Case(
        "a rebuild leaves out what another table's trigger writes",
        _ORDERS.replace("CREATE VIEW", "-- CREATE VIEW"),
        "DROP TRIGGER orders_history;\n"
        "CREATE TABLE history_v2 (id INTEGER PRIMARY KEY, order_id INTEGER);\n"
        "INSERT INTO history_v2 (id, order_id) SELECT id, order_id FROM order_history;\n"
        "-- pulse-ci: ignore drop-column states are in the log\n"
        "DROP TABLE order_history;\nALTER TABLE history_v2 RENAME TO order_history;\n"
        "CREATE TRIGGER orders_history AFTER UPDATE OF state ON orders\n"
        "BEGIN INSERT INTO order_history (order_id, state) VALUES (OLD.id, OLD.state); END;\n",
        unsafe("broken-object", phrases=("`orders_history`",)),
        _ORDER_ROWS,
        then=((_ORDER_WRITE, "table order_history has no column named state"),),
    ),
    Case(
        "a column is renamed that FTS5 reads",
        _BY_NUMBER,
        "ALTER TABLE pages RENAME COLUMN text TO body;",
        unsafe("broken-object", phrases=("`pages_search`",)),
        _NUMBERED_ROWS,
        then=((_SEARCH, "no such column: T.text"),),
    ),
    Case(
        "a table is renamed that FTS5 reads",
        _BY_NUMBER,
        "ALTER TABLE pages RENAME TO articles;\nCREATE VIEW old_pages AS SELECT * FROM articles;\n",
        unsafe("broken-object", phrases=("`pages_search`",)),
        _NUMBERED_ROWS,
        then=((_SEARCH, "no such table: main.pages"),),
    ),
    Case(
        "a rebuild gives other rowids to what FTS5 reads",
        _BY_TEXT,
        _REBUILD_PAGES.format(columns="id, head, text, state"),
        unsafe("rowids-change", phrases=("`pages_search`",)),
        _TEXT_ROWS,
        then=((_SEARCH, "fts5: missing row 2 from content table 'main'.'pages'"),),
    ),
    Case(
        "a rebuild keeps the rowids that FTS5 reads",
        _BY_TEXT,
        _REBUILD_PAGES.format(columns="rowid, id, head, text, state"),
        safe("rowids-change", "broken-object", "rebuild-loses-objects"),
        _TEXT_ROWS,
        then=((_SEARCH, [["plum", "cake"]]),),
    ),
    Case(
        "a rebuild fills FTS5 again",
        _BY_TEXT,
        _REBUILD_PAGES.format(columns="id, head, text, state")
        + "INSERT INTO pages_search (pages_search) VALUES ('rebuild');\n",
        safe("rowids-change", "broken-object", "rebuild-loses-objects"),
        _TEXT_ROWS,
        then=((_SEARCH, [["plum", "cake"]]),),
    ),
    Case(
        "a table that exists is created with more columns",
        _PREFS,
        "CREATE TABLE IF NOT EXISTS prefs (id TEXT PRIMARY KEY, color TEXT, zone TEXT NOT NULL DEFAULT 'UTC');",
        warned("create-does-nothing", phrases=("ADD COLUMN",)),
        _PREF_ROWS,
        then=(("SELECT zone FROM prefs", "no such column: zone"),),
    ),
    Case(
        "an index that exists is created over other columns",
        _PREFS + "CREATE INDEX prefs_index ON prefs (color);\n",
        "CREATE INDEX IF NOT EXISTS prefs_index ON prefs (color, id);",
        warned("create-does-nothing"),
        _PREF_ROWS,
        then=(("SELECT count(*) FROM pragma_index_info('prefs_index')", [[1]]),),
    ),
    Case(
        "a table that exists is created as it is",
        _PREFS,
        "CREATE TABLE IF NOT EXISTS prefs (id TEXT PRIMARY KEY, color TEXT);\n"
        "CREATE INDEX prefs_color ON prefs (color);\n",
        safe("create-does-nothing"),
        _PREF_ROWS,
        then=(("SELECT id FROM prefs WHERE color = 'red'", [["a"]]),),
    ),
)
