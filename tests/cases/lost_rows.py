"""Files that D1 runs, and that delete rows which nobody named."""

from __future__ import annotations

from tests.cases.case import Case, unsafe, warned

_TENANTS = """
CREATE TABLE tenants (id TEXT PRIMARY KEY, config TEXT NOT NULL, tier TEXT NOT NULL CHECK (tier IN ('basic', 'team')),
  renewed TEXT NOT NULL);
CREATE TABLE seats (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE);
"""
_TENANT_ROWS = """
INSERT INTO tenants VALUES ('t1', '{"region":"eu"}', 'team', '2026-03-01T08:00:00Z');
INSERT INTO seats VALUES ('s1', 't1'), ('s2', 't1');
"""
_REBUILD_TENANTS = """
CREATE TABLE tenants_next (id TEXT PRIMARY KEY, config TEXT NOT NULL,
  tier TEXT NOT NULL CHECK (tier IN ('basic', 'team', 'trial')), renewed TEXT NOT NULL);
INSERT INTO tenants_next (id, config, tier, renewed) SELECT id, config, tier, renewed FROM tenants;
DROP TABLE tenants;
ALTER TABLE tenants_next RENAME TO tenants;
"""
_SEATS_GONE = (("SELECT count(*) FROM tenants", [[1]]), ("SELECT count(*) FROM seats", [[0]]))

_LABELS = "CREATE TABLE labels (id INTEGER PRIMARY KEY, board INTEGER NOT NULL, word TEXT);\n"
_LABEL_ROWS = "INSERT INTO labels (board, word) VALUES (4, 'bug'), (4, 'bug'), (4, 'Bug'), (5, 'idea');"


def _copied(table: str, copy: str) -> str:
    return f"{table}{copy}DROP TABLE labels;\nALTER TABLE labels_v2 RENAME TO labels;\n"


_PLAIN = "CREATE TABLE labels_v2 (id INTEGER PRIMARY KEY, board INTEGER NOT NULL, word TEXT);\n"
_UNIQUE = _PLAIN.replace("TEXT);", "TEXT, UNIQUE (board, word));")
_NOCASE = _PLAIN.replace("TEXT);", "TEXT COLLATE NOCASE, UNIQUE (board, word));")
_LEFT = "SELECT count(*) FROM labels"

_GROUPS = """
CREATE TABLE groups (id TEXT PRIMARY KEY, title TEXT NOT NULL, slug TEXT UNIQUE);
CREATE TABLE grants (person TEXT NOT NULL, group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  PRIMARY KEY (person, group_id));
CREATE TABLE desks (id INTEGER PRIMARY KEY, group_id TEXT REFERENCES groups (id) ON DELETE SET NULL);
"""
_GROUP_ROWS = """
INSERT INTO groups VALUES ('ops', 'Operators', 'o'), ('dev', 'Devs', 'd');
INSERT INTO grants VALUES ('ann', 'ops'), ('bob', 'dev');
INSERT INTO desks VALUES (1, 'ops');
"""

_PURSES = """
CREATE TABLE purses (id TEXT PRIMARY KEY NOT NULL, owner TEXT NOT NULL, coin TEXT NOT NULL);
CREATE TABLE payments (id TEXT PRIMARY KEY NOT NULL, purse_id TEXT NOT NULL REFERENCES purses (id) ON DELETE CASCADE);
CREATE INDEX payments_purse ON payments (purse_id);
"""

CASES = (
    Case(
        "a JSON backfill before a cascade",
        _TENANTS,
        "ALTER TABLE tenants ADD COLUMN region TEXT;\n"
        "UPDATE tenants SET region = json_extract(config, '$.region') WHERE region IS NULL;\n"
        + _REBUILD_TENANTS.replace("renewed TEXT NOT NULL);", "renewed TEXT NOT NULL, region TEXT);").replace(
            "renewed) SELECT id, config, tier, renewed", "renewed, region) SELECT id, config, tier, renewed, region"
        ),
        unsafe("rebuild-cascades"),
        _TENANT_ROWS,
        then=(("SELECT region FROM tenants", [["eu"]]), *_SEATS_GONE),
    ),
    Case(
        "a date backfill before a cascade",
        _TENANTS,
        "UPDATE tenants SET renewed = strftime('%s', renewed) WHERE renewed LIKE '%T%';\n" + _REBUILD_TENANTS,
        unsafe("rebuild-cascades"),
        _TENANT_ROWS,
        then=_SEATS_GONE,
    ),
    Case(
        "a statement that needs certain rows before a cascade",
        _TENANTS,
        "INSERT INTO seats (id, tenant_id) VALUES ('root', 't1');\n" + _REBUILD_TENANTS,
        unsafe("rebuild-cascades"),
        _TENANT_ROWS,
        then=_SEATS_GONE,
    ),
    Case(
        "wrangler's records are read before a cascade",
        _TENANTS,
        "CREATE TABLE deploys (file TEXT PRIMARY KEY, at TEXT);\n"
        "INSERT INTO deploys (file, at) SELECT name, applied_at FROM d1_migrations;\n" + _REBUILD_TENANTS,
        unsafe("rebuild-cascades", silent=("replay-fails",)),
        _TENANT_ROWS,
        then=(("SELECT file FROM deploys", [["0001_base.sql"]]), *_SEATS_GONE),
    ),
    Case(
        "a guard over wrangler's records",
        _TENANTS,
        "CREATE TABLE flags (name TEXT PRIMARY KEY);\n"
        "INSERT INTO flags SELECT 'fresh' WHERE (SELECT count(*) FROM d1_migrations) = 0;\n" + _REBUILD_TENANTS,
        unsafe("rebuild-cascades", silent=("replay-fails",)),
        _TENANT_ROWS,
        then=(("SELECT count(*) FROM flags", [[0]]), *_SEATS_GONE),
    ),
    Case(
        "REPLACE into a parent",
        _GROUPS,
        "REPLACE INTO groups (id, title, slug) VALUES ('ops', 'Operations', 'o'), ('qa', 'Quality', 'q');",
        unsafe("rows-lost", phrases=("ON CONFLICT",)),
        _GROUP_ROWS,
        then=(
            ("SELECT person FROM grants", [["bob"]]),
            ("SELECT group_id FROM desks", [[None]]),
        ),
    ),
    Case(
        "OR REPLACE that meets another unique key",
        _GROUPS,
        "INSERT OR REPLACE INTO groups (id, title, slug) VALUES ('operators', 'Operators', 'o');",
        unsafe("rows-lost"),
        _GROUP_ROWS,
        then=(("SELECT id FROM groups ORDER BY id", [["dev"], ["operators"]]), ("SELECT count(*) FROM grants", [[1]])),
    ),
    Case(
        "OR REPLACE from a query into a parent",
        _GROUPS,
        "INSERT OR REPLACE INTO groups (id, title, slug) SELECT id, upper(title), slug FROM groups;",
        unsafe("rows-lost"),
        _GROUP_ROWS,
        then=(("SELECT count(*) FROM groups", [[2]]), ("SELECT count(*) FROM grants", [[0]])),
    ),
    Case(
        "OR IGNORE copies into a new UNIQUE",
        _LABELS,
        _copied(_UNIQUE, "INSERT OR IGNORE INTO labels_v2 SELECT id, board, word FROM labels;\n"),
        unsafe("rows-lost"),
        _LABEL_ROWS,
        then=((_LEFT, [[3]]),),
    ),
    Case(
        "OR REPLACE copies into a NOCASE UNIQUE",
        _LABELS,
        _copied(_NOCASE, "INSERT OR REPLACE INTO labels_v2 (id, board, word) SELECT id, board, word FROM labels;\n"),
        unsafe("rows-lost"),
        _LABEL_ROWS,
        then=((_LEFT, [[2]]),),
    ),
    Case(
        "a copy with GROUP BY",
        _LABELS,
        _copied(
            _PLAIN,
            "INSERT INTO labels_v2 (id, board, word) SELECT min(id), board, word FROM labels GROUP BY board, word;\n",
        ),
        unsafe("rows-lost"),
        _LABEL_ROWS,
        then=((_LEFT, [[3]]),),
    ),
    Case(
        "a copy with DISTINCT",
        _LABELS,
        _copied(_PLAIN, "INSERT INTO labels_v2 (board, word) SELECT DISTINCT board, lower(word) FROM labels;\n"),
        unsafe("rows-lost"),
        _LABEL_ROWS,
        then=((_LEFT, [[2]]),),
    ),
    Case(
        "a copy with LIMIT",
        _LABELS,
        _copied(_PLAIN, "INSERT INTO labels_v2 (id, board, word) SELECT id, board, word FROM labels LIMIT 3;\n"),
        unsafe("rows-lost"),
        _LABEL_ROWS,
        then=((_LEFT, [[3]]),),
    ),
    Case(
        "a copy with an inner join",
        "CREATE TABLE boards (id INTEGER PRIMARY KEY, title TEXT);\n" + _LABELS,
        _copied(
            _PLAIN,
            "INSERT INTO labels_v2 (id, board, word)\n"
            "SELECT labels.id, boards.id, labels.word FROM labels JOIN boards ON boards.id = labels.board;\n",
        ),
        unsafe("rows-lost"),
        "INSERT INTO boards VALUES (4, 'main');" + _LABEL_ROWS,
        then=((_LEFT, [[3]]),),
    ),
    Case(
        "duplicates are deleted, with their children",
        _PURSES,
        "DELETE FROM purses WHERE id NOT IN (SELECT max(id) FROM purses GROUP BY owner, coin);\n"
        "CREATE UNIQUE INDEX purses_once ON purses (owner, coin);\n",
        warned("rows-lost", silent=("unique-on-existing",), phrases=("`payments`",)),
        "INSERT INTO purses VALUES ('a', 'ann', 'eur'), ('b', 'ann', 'eur'); INSERT INTO payments VALUES ('p', 'a');",
        then=(("SELECT count(*) FROM purses", [[1]]), ("SELECT count(*) FROM payments", [[0]])),
    ),
    Case(
        "duplicates are deleted by a correlated condition, with their children",
        _PURSES,
        "DELETE FROM purses WHERE EXISTS (SELECT 1 FROM purses AS other\n"
        "  WHERE other.owner = purses.owner AND other.coin = purses.coin AND other.id < purses.id);\n",
        warned("rows-lost", phrases=("`payments`",)),
        "INSERT INTO purses VALUES ('a', 'ann', 'eur'), ('b', 'ann', 'eur'); INSERT INTO payments VALUES ('p', 'b');",
        then=(("SELECT count(*) FROM purses", [[1]]), ("SELECT count(*) FROM payments", [[0]])),
    ),
    Case(
        "duplicates are deleted before a partial unique index",
        "CREATE TABLE signals (id INTEGER PRIMARY KEY, job TEXT NOT NULL, name TEXT NOT NULL);",
        "DELETE FROM signals WHERE name = 'done'\n"
        "  AND id NOT IN (SELECT min(id) FROM signals WHERE name = 'done' GROUP BY job);\n"
        "CREATE UNIQUE INDEX signals_done_once ON signals (job) WHERE name = 'done';\n",
        warned("rows-lost", silent=("unique-on-existing",)),
        "INSERT INTO signals (job, name) VALUES ('j', 'done'), ('j', 'done'), ('j', 'begin');",
        then=(("SELECT count(*) FROM signals", [[2]]),),
    ),
    Case(
        "a rebuilt parent whose rows a trigger hardly lets in",
        """
CREATE TABLE stations (id TEXT PRIMARY KEY NOT NULL, mark TEXT NOT NULL, title TEXT NOT NULL);
CREATE TABLE readings (id INTEGER PRIMARY KEY, station_id TEXT NOT NULL REFERENCES stations (id) ON DELETE CASCADE);
CREATE INDEX readings_station ON readings (station_id);
CREATE TRIGGER stations_mark BEFORE INSERT ON stations
WHEN NEW.mark <> length(NEW.title) || ':' || upper(substr(NEW.id, 3, 2)) || substr(NEW.title, 4, 3)
BEGIN SELECT RAISE(ABORT, 'the mark does not fit'); END;
""",
        """
CREATE TABLE stations_v2 (id TEXT PRIMARY KEY NOT NULL, mark TEXT NOT NULL, title TEXT);
INSERT INTO stations_v2 (id, mark, title) SELECT id, mark, title FROM stations;
DROP TABLE stations;
ALTER TABLE stations_v2 RENAME TO stations;
CREATE TRIGGER stations_mark BEFORE INSERT ON stations
WHEN NEW.mark <> length(NEW.title) || ':' || upper(substr(NEW.id, 3, 2)) || substr(NEW.title, 4, 3)
BEGIN SELECT RAISE(ABORT, 'the mark does not fit'); END;
""",
        unsafe("rebuild-cascades"),
        "INSERT INTO stations VALUES ('abcdef', '7:CDbur', 'Hamburg'); INSERT INTO readings VALUES (1, 'abcdef');",
        then=(("SELECT count(*) FROM stations", [[1]]), ("SELECT count(*) FROM readings", [[0]])),
    ),
    Case(
        "a column goes after its table was renamed",
        "CREATE TABLE quotas (id TEXT PRIMARY KEY NOT NULL, person TEXT NOT NULL, shop TEXT, cents INTEGER NOT NULL);",
        "ALTER TABLE quotas RENAME TO allowances;\n"
        "ALTER TABLE allowances RENAME COLUMN person TO team;\n"
        "ALTER TABLE allowances DROP COLUMN shop;\n",
        unsafe("drop-column", "rename-table", phrases=("`shop`",)),
        "INSERT INTO quotas VALUES ('q', 'ann', 'x', 5);",
        then=(("SELECT * FROM allowances", [["q", "ann", 5]]), ("SELECT shop FROM allowances", "no such column: shop")),
    ),
    Case(
        "a table goes after it was renamed",
        "CREATE TABLE drafts (id TEXT PRIMARY KEY NOT NULL, body TEXT);",
        "ALTER TABLE drafts RENAME TO drafts_old;\nDROP TABLE drafts_old;\n",
        unsafe("drop-table"),
        "INSERT INTO drafts VALUES ('d', 'x');",
        then=(("SELECT * FROM drafts", "no such table: drafts"),),
    ),
)
