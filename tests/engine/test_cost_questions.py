"""How many rows a statement reaches is asked where its words do not tell, and only where the answer is cheap."""

from __future__ import annotations

import pytest

from pulse_ci.analysis.cost.estimate import estimate
from pulse_ci.analysis.cost.observed_changes import observe_effects
from pulse_ci.analysis.cost.row_probes import build_row_probes, extrapolate_counts
from pulse_ci.engine import EmbeddedD1
from pulse_ci.model import PROBE_ROW_LIMIT, Probe
from pulse_ci.sql.split import split_statements

SCHEMA = """
CREATE TABLE sites (id INTEGER PRIMARY KEY, url TEXT, kind TEXT);
CREATE TABLE others (id INTEGER PRIMARY KEY, url TEXT);
INSERT INTO sites (url, kind) VALUES ('a', 'blog'), ('b', NULL), ('c', NULL);
INSERT INTO others (url) VALUES ('a');
"""


def asked(sql: str) -> list[int]:
    """How many rows the database itself says that each statement reaches, where it is asked."""
    with EmbeddedD1() as database:
        database.run(SCHEMA)
        schema = database.schema()
        found = build_row_probes(observe_effects(database, split_statements(sql)), schema)
        return [int(str(database.query(probe.sql)[0][0])) for probe in found.values()]


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("UPDATE sites SET kind = 'shop' WHERE kind IS NULL;", 2),
        ("UPDATE sites AS s SET kind = 'shop' WHERE s.kind IS NULL RETURNING id;", 2),
        ("UPDATE OR IGNORE sites SET (kind, url) = ('shop', 'x') WHERE url IN ('a', 'b', 'c');", 3),
        ("DELETE FROM sites WHERE url > 'b';", 1),
        ("DELETE FROM main.sites AS s WHERE s.url > 'a' ;", 2),
        ("CREATE INDEX i ON sites (url) WHERE kind = 'blog';", 1),
        ("INSERT INTO others SELECT id + 10, url FROM sites WHERE id > 1;", 2),
        ("INSERT INTO others (url) SELECT kind FROM sites WHERE true ON CONFLICT DO NOTHING;", 3),
    ],
)
def test_a_statement_with_a_where_or_a_select_is_asked_about(sql: str, rows: int) -> None:
    assert asked(sql) == [rows]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE sites SET kind = 'shop';",
        "DELETE FROM sites;",
        "CREATE INDEX i ON sites (url);",
        "INSERT INTO others (url) VALUES ('z');",
        "CREATE TABLE new (id INTEGER PRIMARY KEY); UPDATE new SET id = 2 WHERE id = 1;",
    ],
)
def test_what_the_words_tell_is_not_asked(sql: str) -> None:
    assert asked(sql) == []


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM sites WHERE id IN (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) "
        "SELECT i FROM n);",
        "UPDATE sites SET kind = o.url FROM others AS o WHERE o.id = sites.id;",
        "DELETE FROM sites WHERE url = 'a' ORDER BY id LIMIT 1;",
        "INSERT INTO others SELECT a.id * 9, a.url FROM sites AS a, sites AS b, sites AS c WHERE a.id > 5;",
        "INSERT INTO others SELECT a.id * 9, a.url FROM sites AS a JOIN sites AS b WHERE a.id > 5;",
        "INSERT INTO others SELECT id + 9, url FROM sites UNION SELECT id + 9, url FROM sites;",
    ],
)
def test_what_could_take_any_time_is_not_asked(sql: str) -> None:
    assert asked(sql) == []


def test_where_only_some_rows_were_looked_at_the_rest_is_taken_to_be_like_them() -> None:
    (statement,) = split_statements("DELETE FROM sites WHERE kind IS NULL;")
    probe = Probe("sites", "rows", "", "")

    assert extrapolate_counts({statement: (probe, 30_000, PROBE_ROW_LIMIT)}, {"sites": 1_000_000}) == {
        statement: 300_000
    }
    assert extrapolate_counts({statement: (probe, 30_000, PROBE_ROW_LIMIT - 1)}, {"sites": 1_000_000}) == {
        statement: 30_000
    }


def test_triggers_and_cascades_are_counted_with_the_statement_that_sets_them_off() -> None:
    schema = """
CREATE TABLE a (id INTEGER PRIMARY KEY);
CREATE TABLE b (id INTEGER PRIMARY KEY, a REFERENCES a (id) ON DELETE CASCADE);
CREATE TABLE log (id INTEGER PRIMARY KEY, was);
CREATE TRIGGER t AFTER DELETE ON a BEGIN
  INSERT INTO log (was) VALUES (old.id);
  INSERT INTO log (was) VALUES (old.id);
END;
INSERT INTO a VALUES (1), (2);
INSERT INTO b VALUES (1, 1), (2, 2);
"""
    with EmbeddedD1() as database:
        database.run(schema)
        (found,) = estimate(
            observe_effects(database, split_statements("DELETE FROM a;")), {"a": 100, "b": 1000, "log": 0}, {}
        )

    assert found.cost is not None
    assert found.cost.rows_written == 100 + 1000 + 2 * 100
    assert found.cost.rows_read > 100 * 1000  # no index leads from a row of a to those of b
