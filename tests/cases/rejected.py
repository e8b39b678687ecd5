"""Files that D1 rejects: always, or on certain rows."""

from __future__ import annotations

from tests.cases.case import Case, not_safe, not_unsafe, safe, unsafe, warned

_STAGES = "CREATE TABLE stages (id INTEGER PRIMARY KEY, kind TEXT NOT NULL{check});\n"


def _stages(check: str) -> str:
    return (
        f"CREATE TABLE stages_v2 (id INTEGER PRIMARY KEY, kind TEXT NOT NULL{check});\n"
        "INSERT INTO stages_v2 (id, kind) SELECT id, kind FROM stages;\n"
        "DROP TABLE stages;\nALTER TABLE stages_v2 RENAME TO stages;\n"
    )


_CHECK = " CHECK (kind IN ({}))"
_PEOPLE = "CREATE TABLE people (id TEXT PRIMARY KEY);\nCREATE TABLE mails (id TEXT PRIMARY KEY, person TEXT);\n"
_KEYED = """
PRAGMA defer_foreign_keys = ON;
CREATE TABLE mails_v2 (id TEXT PRIMARY KEY, person TEXT REFERENCES people (id) ON DELETE CASCADE);
INSERT INTO mails_v2 (id, person) SELECT id, person FROM mails;
DROP TABLE mails;
ALTER TABLE mails_v2 RENAME TO mails;
CREATE INDEX mails_person ON mails (person);
"""
_CALLS = "CREATE TABLE calls (id INTEGER PRIMARY KEY, data TEXT NOT NULL);\n"
_CALL_ROWS = """INSERT INTO calls (data) VALUES ('{"to":"ann"}'), ('[]');"""
_NO_JSON = "INSERT INTO calls (data) VALUES ('to ann');"
_GENERATED = (
    "ALTER TABLE calls ADD COLUMN callee TEXT GENERATED ALWAYS AS (json_extract(data, '$.to')) VIRTUAL;\n"
    "CREATE INDEX calls_callee ON calls (callee);\n"
)
_FEES = "CREATE TABLE fees (id INTEGER PRIMARY KEY, due TEXT NOT NULL);\n"
_DATED = "UPDATE fees SET due = date(due) WHERE due LIKE '%T%';"
_LOGINS = "CREATE TABLE logins (id TEXT PRIMARY KEY NOT NULL, site TEXT NOT NULL, person TEXT NOT NULL);\n"
_ONCE = "CREATE UNIQUE INDEX logins_once ON logins (site, person);"
_WORDS_OF_INSERTS = ("INSERT OR IGNORE", "on every database")
_BOSSES = """
CREATE TABLE bosses (id TEXT PRIMARY KEY NOT NULL);
CREATE TABLE staff (id TEXT PRIMARY KEY NOT NULL, boss_id TEXT, name TEXT,
  FOREIGN KEY (boss_id) REFERENCES bosses (id));
"""

CASES = (
    Case(
        "a CHECK loses a value",
        _STAGES.format(check=_CHECK.format("'plan', 'build', 'ship'")),
        _stages(_CHECK.format("'plan', 'build', 'run'")),
        warned("check-on-existing", phrases=("ship",)),
        "INSERT INTO stages (kind) VALUES ('plan'), ('ship');",
        rejected="CHECK constraint failed",
    ),
    Case(
        "a CHECK gains a value",
        _STAGES.format(check=_CHECK.format("'plan', 'build'")),
        _stages(_CHECK.format("'plan', 'build', 'run'")),
        safe("check-on-existing", "rebuild-loses-objects"),
        "INSERT INTO stages (kind) VALUES ('plan'), ('build');",
        then=(("SELECT count(*) FROM stages", [[2]]),),
    ),
    Case(
        "the range of a CHECK gets smaller",
        "CREATE TABLE votes (id INTEGER PRIMARY KEY, stars INTEGER CHECK (stars BETWEEN 0 AND 10));",
        "CREATE TABLE votes_v2 (id INTEGER PRIMARY KEY, stars INTEGER CHECK (stars BETWEEN 0 AND 5));\n"
        "INSERT INTO votes_v2 (id, stars) SELECT id, stars FROM votes;\n"
        "DROP TABLE votes;\nALTER TABLE votes_v2 RENAME TO votes;\n",
        warned("check-on-existing"),
        "INSERT INTO votes (stars) VALUES (9);",
        rejected="CHECK constraint failed",
    ),
    Case(
        "a new default violates its own CHECK",
        _STAGES.format(check=""),
        "ALTER TABLE stages ADD COLUMN mood TEXT NOT NULL DEFAULT '' CHECK (mood IN ('good', 'bad'));",
        unsafe("check-on-existing"),
        "INSERT INTO stages (kind) VALUES ('plan');",
        rejected="CHECK constraint failed",
    ),
    Case(
        "a unique index over a constant",
        _STAGES.format(check=""),
        "ALTER TABLE stages ADD COLUMN code TEXT NOT NULL DEFAULT '';\n"
        "CREATE UNIQUE INDEX stages_code ON stages (code);\n",
        not_safe("unique-on-existing"),
        "INSERT INTO stages (kind) VALUES ('plan'), ('ship');",
        rejected="UNIQUE constraint failed: stages.code",
    ),
    Case(
        "a unique index over what existed",
        _LOGINS,
        _ONCE,
        warned("unique-on-existing", phrases=("SELECT",)),
        "INSERT INTO logins VALUES ('a', 's', 'ann'), ('b', 's', 'ann');",
        rejected="UNIQUE constraint failed: logins.site, logins.person",
    ),
    Case(
        "a foreign key is added where there are orphans",
        _PEOPLE,
        _KEYED,
        warned(phrases=("SELECT",)),
        "INSERT INTO people VALUES ('p'); INSERT INTO mails VALUES ('1', 'p'), ('2', 'nobody');",
        rejected="FOREIGN KEY constraint failed",
    ),
    Case(
        "a foreign key is added where there are none",
        _PEOPLE,
        _KEYED,
        warned(phrases=("SELECT",)),
        "INSERT INTO people VALUES ('p'); INSERT INTO mails VALUES ('1', 'p'), ('2', NULL);",
        then=(("SELECT count(*) FROM mails", [[2]]),),
    ),
    Case(
        "a foreign key is added after its orphans were deleted",
        _PEOPLE,
        "DELETE FROM mails WHERE person NOT IN (SELECT id FROM people);\n" + _KEYED,
        not_unsafe(silent=("foreign-key-violation",)),
        "INSERT INTO people VALUES ('p'); INSERT INTO mails VALUES ('1', 'p'), ('2', 'nobody');",
        then=(("SELECT id FROM mails", [["1"]]),),
    ),
    Case(
        "an index over JSON",
        _CALLS,
        _GENERATED,
        not_unsafe(unsaid=_WORDS_OF_INSERTS),
        _CALL_ROWS,
        then=(("SELECT callee FROM calls WHERE callee IS NOT NULL", [["ann"]]),),
    ),
    Case(
        "an index over what is no JSON",
        _CALLS,
        "CREATE INDEX calls_callee ON calls (data ->> '$.to');",
        warned(phrases=("json_valid",), unsaid=_WORDS_OF_INSERTS),
        _CALL_ROWS + _NO_JSON,
        rejected="malformed JSON",
    ),
    Case(
        "a new CHECK of json_valid",
        _CALLS,
        "CREATE TABLE calls_v2 (id INTEGER PRIMARY KEY, data TEXT NOT NULL CHECK (json_valid(data)));\n"
        "INSERT INTO calls_v2 (id, data) SELECT id, data FROM calls;\n"
        "DROP TABLE calls;\nALTER TABLE calls_v2 RENAME TO calls;\n",
        warned("check-on-existing"),
        _CALL_ROWS + _NO_JSON,
        rejected="CHECK constraint failed",
    ),
    Case(
        "a DELETE reads JSON",
        _CALLS,
        "DELETE FROM calls WHERE json_extract(data, '$.to') IS NULL;",
        warned(unsaid=_WORDS_OF_INSERTS),
        _CALL_ROWS,
        then=(("SELECT count(*) FROM calls", [[1]]),),
    ),
    Case(
        "a guard stops on an unknown value",
        "CREATE TABLE keys (id TEXT PRIMARY KEY NOT NULL, source TEXT NOT NULL, issuer TEXT NOT NULL DEFAULT '');",
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM keys WHERE source NOT IN ('card', 'app'))\n"
        "  THEN json_extract('unknown source', '$') END;\n"
        "UPDATE keys SET issuer = CASE source WHEN 'card' THEN 'office' ELSE 'store' END WHERE issuer = '';\n",
        warned(unsaid=_WORDS_OF_INSERTS),
        "INSERT INTO keys (id, source) VALUES ('k', 'card');",
        then=(("SELECT issuer FROM keys", [["office"]]),),
    ),
    Case(
        "an UPDATE of dates meets what is none",
        _FEES,
        _DATED,
        warned(phrases=("SELECT",), unsaid=_WORDS_OF_INSERTS),
        "INSERT INTO fees (due) VALUES ('2026-01-02T03:04:05Z'), ('NexT week');",
        rejected="NOT NULL constraint failed: fees.due",
    ),
    Case(
        "a STRICT table takes no other type",
        "CREATE TABLE sums (id INTEGER PRIMARY KEY, cents INTEGER);",
        "CREATE TABLE sums_v2 (id INTEGER PRIMARY KEY, cents INTEGER) STRICT;\n"
        "INSERT INTO sums_v2 (id, cents) SELECT id, cents FROM sums;\n"
        "DROP TABLE sums;\nALTER TABLE sums_v2 RENAME TO sums;\n",
        warned(phrases=("SELECT",)),
        "INSERT INTO sums (cents) VALUES (3), (2.5);",
        rejected="cannot store REAL value in INTEGER column sums_v2.cents",
    ),
    Case(
        "each statement that D1 rejects is named",
        'create table "team" ("id" text not null primary key);\n'
        'create table "teamMember" ("id" text not null primary key);\n',
        'alter table "team" add column "size" integer not null;\n\n'
        'alter table "teamMember" add column "badge" text not null unique;\n'
        'alter table "team" add column "since" text default (datetime(\'now\'));\n',
        unsafe("not-null-without-default", "unique-or-primary-column", "non-constant-default"),
        "INSERT INTO team VALUES ('t');",
        rejected="Cannot add a NOT NULL column with default value NULL",
    ),
    Case(
        "a value is longer than a statement may be",
        "CREATE TABLE scans (id TEXT PRIMARY KEY, text TEXT);",
        f"INSERT INTO scans (id, text) VALUES ('a', '{'y' * 150_000}');",
        unsafe("statement-too-long", phrases=("||",), unsaid=("fewer",)),
        rejected="statement too long",
    ),
    Case(
        "a column under a foreign key",
        _BOSSES,
        "ALTER TABLE staff DROP COLUMN boss_id;",
        unsafe("drop-column-in-use", phrases=("Rebuild `staff`",)),
        "INSERT INTO bosses VALUES ('b'); INSERT INTO staff VALUES ('s', 'b', 'n');",
        rejected='error in table staff after drop column: unknown column "boss_id" in foreign key definition',
    ),
    Case(
        "a trigger stands in the way of a rebuild",
        "CREATE TABLE bins (id INTEGER PRIMARY KEY, full INTEGER);\n"
        "CREATE TABLE bin_log (id INTEGER PRIMARY KEY, bin INTEGER);\n"
        "CREATE TRIGGER bins_log AFTER UPDATE OF full ON bins\n"
        "BEGIN INSERT INTO bin_log (bin) VALUES (NEW.id); END;\n",
        "CREATE TABLE bin_log_v2 (id INTEGER PRIMARY KEY, bin INTEGER NOT NULL);\n"
        "INSERT INTO bin_log_v2 (id, bin) SELECT id, coalesce(bin, 0) FROM bin_log;\n"
        "DROP TABLE bin_log;\nALTER TABLE bin_log_v2 RENAME TO bin_log;\n",
        unsafe("replay-fails", phrases=("DROP TRIGGER",)),
        "INSERT INTO bins VALUES (1, 0);",
        rejected="error in trigger bins_log: no such table: main.bin_log",
    ),
    Case(
        "a view stands in the way of a rebuild",
        "CREATE TABLE bins (id INTEGER PRIMARY KEY, full INTEGER);\n"
        "CREATE VIEW full_bins AS SELECT id FROM bins WHERE full = 1;\n",
        "CREATE TABLE bins_v2 (id INTEGER PRIMARY KEY, full INTEGER NOT NULL DEFAULT 0);\n"
        "INSERT INTO bins_v2 (id, full) SELECT id, coalesce(full, 0) FROM bins;\n"
        "DROP TABLE bins;\nALTER TABLE bins_v2 RENAME TO bins;\n",
        unsafe("replay-fails", phrases=("DROP VIEW",)),
        rejected="error in view full_bins: no such table: main.bins",
    ),
)
