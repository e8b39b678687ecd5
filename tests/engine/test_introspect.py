"""What a Schema holds, and what it leaves out."""

from __future__ import annotations

import time

import pytest

from pulse_ci.schema.introspect import SCHEMA_QUERY, build_schema, introspect
from tests.engine.databases import database, schema


def test_sqlite_s_own_tables_are_left_out() -> None:
    found = schema(
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a UNIQUE)",
        "CREATE INDEX i ON t (a)",
        "INSERT INTO t (a) VALUES (1)",
        "ANALYZE",
    )

    assert found.names == {"t", "i"}


@pytest.mark.parametrize("name", ["_cf_KV", "_cf_METADATA", "_CF_x"])
def test_d1_s_own_tables_are_left_out_with_their_indexes(name: str) -> None:
    found = schema(f"CREATE TABLE {name} (key INTEGER PRIMARY KEY, value BLOB)", f"CREATE INDEX i ON {name} (value)")

    assert found.names == frozenset()


def test_hidden_tables_are_left_out_in_any_case_with_what_is_on_them() -> None:
    connection = database(
        "CREATE TABLE D1_migrations (id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
        "CREATE INDEX i ON d1_migrations (name)",
        "CREATE TRIGGER g AFTER INSERT ON d1_migrations BEGIN SELECT 1; END",
        "CREATE TABLE t (a)",
    )

    assert introspect(connection).names == {"d1_migrations", "i", "g", "t"}
    assert introspect(connection, frozenset({"d1_migrations"})).names == {"t"}


def test_the_tables_behind_a_virtual_table_are_left_out() -> None:
    found = schema(
        "CREATE VIRTUAL TABLE Pages USING fts5(title, body UNINDEXED, tokenize = 'porter')",
        "CREATE VIRTUAL TABLE boxes USING rtree(id, low, high, +note TEXT)",
        "CREATE TABLE pages_views (a)",
    )

    assert found.names == {"pages", "boxes", "pages_views"}


def test_a_virtual_table_has_its_module_and_columns() -> None:
    pages = schema("CREATE VIRTUAL TABLE pages USING FTS5(title, body UNINDEXED, content='')").find_table("pages")

    assert pages is not None
    assert pages.is_virtual
    assert pages.module == "fts5"
    assert [column.name for column in pages.columns] == ["title", "body"]
    assert pages.arguments == ("title", "body UNINDEXED", "content = ''")


def test_a_table_has_all_its_parts() -> None:
    found = schema(
        "CREATE TABLE sites (id INTEGER PRIMARY KEY AUTOINCREMENT, domain TEXT NOT NULL UNIQUE COLLATE nocase)",
        """CREATE TABLE visits (
             site_id INTEGER NOT NULL REFERENCES sites ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
             day TEXT DEFAULT "today" CHECK (length(day) > 3),
             seconds INT AS (hours * 3600) STORED,
             hours INT CHECK (hours < days),
             days INT,
             PRIMARY KEY (site_id, day),
             UNIQUE (hours, days) ON CONFLICT IGNORE
           ) WITHOUT ROWID""",
    )
    sites, visits = found.tables

    assert sites.rowid_alias == "id"
    assert sites.autoincrement
    assert sites.find_column("DOMAIN") is sites.columns[1]
    assert (sites.columns[1].not_null, sites.columns[1].unique, sites.columns[1].collation) == (True, True, "NOCASE")
    assert visits.without_rowid
    assert not visits.strict
    assert visits.primary_key is not None
    assert visits.primary_key.columns == ("site_id", "day")
    assert visits.uniques[0].on_conflict == "IGNORE"
    assert set(visits.checks) == {"length(day) > 3", "hours < days"}
    site_id, day, seconds, hours, _ = visits.columns
    assert site_id.primary_key_position == 1
    assert site_id.references == visits.foreign_keys
    key = visits.foreign_keys[0]
    assert (key.parent, key.parent_columns, key.on_delete, key.deferred) == ("sites", ("id",), "CASCADE", True)
    assert (day.default, day.checks, day.not_null) == ("'today'", ("length(day) > 3",), True)
    assert (seconds.generated, seconds.stored) == ("hours * 3600", True)
    assert hours.checks == ()


def test_canonical_sql_is_laid_out_for_reading() -> None:
    found = schema(
        "create table Visits(id integer primary key,site int not null references sites(id) on delete cascade, n int,"
        "check(n>site),constraint u unique(site,n)) strict",
        "create unique index by_site on visits(site,n desc) where n is not null",
        "create view busy as select site,count(*) total from visits where n>5 group by site order by 2 desc",
        "create trigger keep before delete on visits when old.n>9 begin update visits set n=0;select raise(ignore);end",
    )

    assert (
        "\n\n".join(each.normalized_sql for each in found.objects)
        == """\
CREATE TABLE Visits (
  id INTEGER PRIMARY KEY,
  site INT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  n INT,
  UNIQUE (site, n),
  CHECK (n > site)
) STRICT

CREATE UNIQUE INDEX by_site ON Visits (site, n DESC) WHERE n IS NOT NULL

CREATE VIEW busy AS
SELECT site,
  count(*) total
FROM visits
WHERE n > 5
GROUP BY site
ORDER BY 2 DESC

CREATE TRIGGER keep BEFORE DELETE ON visits
WHEN old.n > 9
BEGIN
  UPDATE visits
  SET n = 0;
  SELECT RAISE(IGNORE);
END"""
    )


def test_defaults_have_the_value_that_sqlite_stores() -> None:
    defaults = [
        "5",
        "-0x10",
        "+ 1.5",
        "(1 + 2)",
        "x'00'",
        "NULL",
        "true",
        "active",
        '"it\'s"',
        "[true]",
        "('Q')",
        "'1'",
        "1e3",
    ]
    for default in defaults:
        connection = database(f"CREATE TABLE t (a DEFAULT {default}, b)")
        again = database(introspect(connection).tables[0].normalized_sql)
        values = [
            each.execute("INSERT INTO t (b) VALUES (1) RETURNING a, typeof(a)").fetchall()
            for each in (connection, again)
        ]

        assert values[0] == values[1], default


def test_the_rows_of_the_query_make_the_same_schema_as_the_connection() -> None:
    connection = database("CREATE TABLE t (a)", "CREATE INDEX i ON t (a)")

    assert build_schema(connection.execute(SCHEMA_QUERY).fetchall()) == introspect(connection)


def test_a_text_that_sqlite_could_not_have_stored_is_compared_as_it_is() -> None:
    found = build_schema(
        [("table", "t", "t", "CREATE TABLE t AS nonsense ("), ("view", "v", "v", "create  VIEW v /* */")]
    )
    again = build_schema([("table", "t", "t", "create TABLE t as  Nonsense("), ("view", "v", "v", "CREATE VIEW v")])

    assert found == again
    assert found.tables[0].columns == ()


def test_introspecting_again_costs_next_to_nothing() -> None:
    connection = database(
        *(f"CREATE TABLE t{n} (id INTEGER PRIMARY KEY, a TEXT CHECK (a <> 'x'), b)" for n in range(100))
    )
    introspect(connection)

    start = time.process_time()
    for _ in range(100):
        introspect(connection)

    assert (time.process_time() - start) / 100 < 0.005
