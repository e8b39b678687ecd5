"""What each kind of statement costs, said beforehand and then counted by real workerd."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulse_ci.analysis.cost.estimate import estimate
from pulse_ci.analysis.cost.observed_changes import observe_effects
from pulse_ci.analysis.seed import seed
from pulse_ci.engine import EmbeddedD1
from pulse_ci.sql.split import split_statements

if TYPE_CHECKING:
    from pulse_ci.analysis.cost.cost import Cost
    from tests.cloudflare.databases import Databases

SCHEMA = """
CREATE TABLE sites (id INTEGER PRIMARY KEY, url TEXT, kind INTEGER, note TEXT);
CREATE INDEX by_url ON sites (url);
CREATE INDEX by_kind ON sites (kind, url);
CREATE TABLE hits (id INTEGER PRIMARY KEY AUTOINCREMENT, site_id INTEGER REFERENCES sites (id) ON DELETE CASCADE);
CREATE INDEX hits_by_site ON hits (site_id);
CREATE TABLE words (word TEXT PRIMARY KEY, times INTEGER UNIQUE);
CREATE TABLE pairs (a INTEGER, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE TABLE log (site_id INTEGER);
CREATE TRIGGER noted AFTER UPDATE OF note ON sites BEGIN INSERT INTO log VALUES (old.id); END;
CREATE VIEW urls AS SELECT url FROM sites;
"""
ROWS = {"sites": 200, "hits": 400, "words": 150, "pairs": 300, "log": 0}
COUNTED = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})"
FILL = f"""
INSERT INTO sites {COUNTED.format(rows=200)} SELECT i, 'u' || i, i % 10, NULL FROM n;
INSERT INTO hits {COUNTED.format(rows=400)} SELECT i, 1 + i % 200 FROM n;
INSERT INTO words {COUNTED.format(rows=150)} SELECT 'w' || i, i FROM n;
INSERT INTO pairs {COUNTED.format(rows=300)} SELECT i, i FROM n;
"""
STATEMENTS = (
    "CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT UNIQUE, c TEXT);",
    "CREATE TABLE a AS SELECT id, url FROM sites;",
    "CREATE TABLE IF NOT EXISTS sites (id INTEGER PRIMARY KEY);",
    "CREATE VIEW ids AS SELECT id FROM sites;",
    "CREATE INDEX by_note ON sites (note);",
    "CREATE UNIQUE INDEX by_url_too ON sites (url, kind);",
    "CREATE TRIGGER kept BEFORE DELETE ON words BEGIN SELECT 1; END;",
    "DROP VIEW urls;",
    "DROP TRIGGER noted;",
    "DROP INDEX by_kind;",
    "DROP TABLE words;",
    "DROP TABLE IF EXISTS absent;",
    "ALTER TABLE sites ADD COLUMN owner TEXT;",
    "ALTER TABLE sites ADD COLUMN size INTEGER NOT NULL DEFAULT 1 CHECK (size > 0);",
    "ALTER TABLE hits RENAME TO views;",
    "ALTER TABLE words RENAME COLUMN times TO number;",
    "ALTER TABLE log DROP COLUMN extra;",
    "INSERT INTO sites (id, url) VALUES (1001, 'a'), (1002, 'b'), (1003, 'c');",
    "INSERT INTO hits (site_id) VALUES (1), (2);",
    "INSERT INTO pairs SELECT id + 1000, id FROM sites;",
    "INSERT INTO log SELECT id FROM sites;",
    "UPDATE sites SET url = url || '/';",
    "UPDATE sites SET kind = kind + 1, url = lower(url);",
    "UPDATE sites SET note = 'x';",
    "UPDATE words SET times = -times;",
    "UPDATE pairs SET b = b + 1;",
    "DELETE FROM words;",
    "DELETE FROM pairs;",
    "DELETE FROM sites;",
    "DROP TABLE sites;",
    "SELECT 1;",
)


def said(sql: str) -> Cost:
    with EmbeddedD1() as database:
        database.run(_schema(sql))
        seed(database)
        (found,) = estimate(observe_effects(database, split_statements(sql)), ROWS, {})
    assert found.cost is not None
    return found.cost


def _schema(sql: str) -> str:
    # What dropping a column needs, and the foreign keys and views that stand in the way of dropping a table.
    if "DROP COLUMN" in sql:
        return SCHEMA.replace("log (site_id INTEGER)", "log (site_id INTEGER, extra TEXT)")
    return SCHEMA


@pytest.fixture(scope="module")
def counted(databases: Databases) -> dict[str, tuple[int, int]]:
    return {sql: _counted(databases, sql) for sql in STATEMENTS}


def _counted(databases: Databases, sql: str) -> tuple[int, int]:
    statements = [{"sql": each.sql} for each in split_statements(_schema(sql) + FILL + sql)]
    answer = databases.ask("kinds", "transact", statements=statements)
    assert not answer["error"], answer["error"]
    databases.forget("kinds")
    return answer["results"][-1]["rows_read"], answer["results"][-1]["rows_written"]


@pytest.mark.parametrize("sql", STATEMENTS)
def test_rows_read_and_written_are_those_that_workerd_counts(counted: dict[str, tuple[int, int]], sql: str) -> None:
    cost = said(sql)

    assert cost.rows_written == pytest.approx(counted[sql][1], rel=0.1, abs=1)
    assert cost.rows_read == pytest.approx(counted[sql][0], rel=0.1, abs=3)
