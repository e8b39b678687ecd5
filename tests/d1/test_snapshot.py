from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from pulse_ci.d1.account import Account
from pulse_ci.d1.client import D1Client
from pulse_ci.d1.load_schema import load_into_engine
from pulse_ci.d1.migration_status import RecordedMigrations
from pulse_ci.d1.snapshot import Snapshot, TableRowCount, read_objects, read_snapshot
from pulse_ci.engine import EmbeddedD1
from pulse_ci.errors import D1Error
from pulse_ci.model import PROBE_ROW_LIMIT
from pulse_ci.schema.schema import MasterRow
from tests.cloudflare.clients import client_of
from tests.d1.histories import history, pulse

if TYPE_CHECKING:
    from pulse_ci.analysis.schema_history import SchemaHistory
    from tests.cloudflare.server import Cloudflare

RECORDS = (
    'CREATE TABLE "d1_migrations"(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE,'
    " applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL);"
)
NOTHING = history()


def read(cloud: Cloudflare, database: str, past: SchemaHistory = NOTHING) -> Snapshot:
    """A snapshot, taken with two requests at most and nothing written."""
    cloud.log.clear()
    with client_of(cloud) as client:
        snapshot = read_snapshot(client, database, "d1_migrations", past)
    assert len(cloud.log) <= 2
    assert not cloud.writes
    return snapshot


def snapshot_of(cloud: Cloudflare, sql: str, past: SchemaHistory = NOTHING) -> Snapshot:
    return read(cloud, cloud.create("staging", sql), past)


def stored(snapshot: Snapshot, sql: str) -> list[tuple[object, ...]]:
    """What a query gives on the embedded copy."""
    with EmbeddedD1() as database:
        database.restore(load_into_engine(snapshot))
        return database.query(sql)


def test_pulses_states_are_copied_and_known_for_what_they_are(cloud: Cloudflare) -> None:
    past, database = pulse(), cloud.create("staging")

    for length, schema in enumerate(past.schemas):
        if length:
            cloud.run(database, past.migrations[length - 1].text)
        if length % 3:
            continue
        snapshot = read(cloud, database, past)
        with EmbeddedD1() as copy:
            copy.restore(load_into_engine(snapshot))
            assert copy.schema() == snapshot.schema == schema
        assert snapshot.determine_status(past).pending == past.migrations[length:]


def test_records_are_read_and_their_table_is_no_part_of_the_schema(cloud: Cloudflare) -> None:
    past = history(n001_a="CREATE TABLE a (x);", n002_b="CREATE TABLE b (x);")

    snapshot = snapshot_of(
        cloud, f"{RECORDS} CREATE TABLE a (x); INSERT INTO d1_migrations (name) VALUES ('001_a.sql')"
    )

    assert snapshot.recorded == RecordedMigrations("d1_migrations", ("001_a.sql",))
    assert snapshot.schema == past.schemas[1]
    assert [each.name for each in snapshot.determine_status(past).pending] == ["002_b.sql"]
    assert stored(snapshot, "SELECT id, name FROM d1_migrations") == [(1, "001_a.sql")]


def test_a_migrations_table_of_another_tool_is_no_record(cloud: Cloudflare) -> None:
    snapshot = snapshot_of(cloud, "CREATE TABLE d1_migrations (hash TEXT); INSERT INTO d1_migrations VALUES ('x')")

    assert snapshot.recorded is None
    assert not snapshot.schema.tables


def test_d1s_own_tables_and_those_behind_virtual_ones_are_left_out(cloud: Cloudflare) -> None:
    snapshot = snapshot_of(
        cloud,
        "CREATE VIRTUAL TABLE pages USING fts5(title); CREATE VIRTUAL TABLE boxes USING rtree(id, a, b);"
        "CREATE TABLE pages_x (a);"
        "CREATE TRIGGER t AFTER INSERT ON pages_x BEGIN INSERT INTO pages VALUES (new.a); END",
    )

    assert [table.name for table in snapshot.schema.tables] == ["boxes", "pages", "pages_x"]
    assert not [each for each in snapshot.objects if each.name.startswith("_cf_")]
    assert stored(snapshot, "SELECT count(*) FROM pages_data") != [(0,)]


def test_autoincrement_goes_on_at_the_same_number_however_large(cloud: Cloudflare) -> None:
    largest = 2**62 + 1
    snapshot = snapshot_of(
        cloud, f"CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, x); INSERT INTO a VALUES ({largest}, 1)"
    )

    assert snapshot.sequence == (("a", largest),)
    assert stored(snapshot, "INSERT INTO a (x) VALUES (1) RETURNING id") == [(largest + 1,)]


def test_the_numbers_of_analyze_are_kept(cloud: Cloudflare) -> None:
    snapshot = snapshot_of(
        cloud, "CREATE TABLE a (x); CREATE INDEX i ON a (x); INSERT INTO a VALUES (1), (1), (2); ANALYZE"
    )

    assert stored(snapshot, "SELECT * FROM sqlite_stat1") == [("a", "i", "3 2")]


def test_rows_are_counted_where_a_pending_file_reaches_them(cloud: Cloudflare) -> None:
    past = history(
        n001_tables=(
            "CREATE TABLE sites (id INTEGER PRIMARY KEY); CREATE TABLE aside (x);"
            "CREATE TABLE goals (id, site REFERENCES sites (id) ON DELETE CASCADE);"
            "CREATE TABLE log (x); CREATE TRIGGER t AFTER DELETE ON goals BEGIN INSERT INTO log VALUES (1); END;"
        ),
        n002_delete="DELETE FROM sites;",
    )
    rows = "INSERT INTO sites VALUES (1), (2); INSERT INTO goals VALUES (1, 1); INSERT INTO aside VALUES (1);"

    snapshot = snapshot_of(
        cloud,
        f"{past.migrations[0].text} {RECORDS} INSERT INTO d1_migrations (name) VALUES ('001_tables.sql'); {rows}",
        past,
    )

    assert {name: count.rows for name, count in snapshot.row_counts.items()} == {"sites": 2, "goals": 1, "log": 0}


def test_where_all_files_have_run_no_row_is_counted(cloud: Cloudflare) -> None:
    past = history(n001_a="CREATE TABLE a (x);", **{"n002_it's": "UPDATE a SET x = 1;"})
    names = "('001_a.sql'), ('002_it''s.sql')"
    many = "INSERT INTO a WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500) SELECT i FROM n"
    database = cloud.create(
        "staging", f"CREATE TABLE a (x); {RECORDS} INSERT INTO d1_migrations (name) VALUES {names}; {many}"
    )

    with client_of(cloud) as client:
        snapshot = read_snapshot(client, database, "d1_migrations", past)

        assert client.usage.rows_read < 50
    assert not snapshot.row_counts


def test_a_large_table_is_not_counted_to_its_end(cloud: Cloudflare) -> None:
    past = history(n001_a="CREATE TABLE a (x);", n002_b="UPDATE a SET x = 1;")
    rows = (
        f"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {PROBE_ROW_LIMIT + 5}) SELECT i FROM n"
    )
    database = cloud.create("staging", f"CREATE TABLE a (x); {RECORDS} INSERT INTO a {rows}")

    with client_of(cloud) as client:
        snapshot = read_snapshot(client, database, "d1_migrations", past)

        assert client.usage.rows_read < PROBE_ROW_LIMIT + 50
    assert snapshot.row_counts["a"] == TableRowCount(PROBE_ROW_LIMIT, PROBE_ROW_LIMIT + 5)
    assert not snapshot.row_counts["a"].is_exact
    assert snapshot.row_counts["a"].rows == PROBE_ROW_LIMIT + 5


def test_names_that_look_like_sql_are_names(cloud: Cloudflare) -> None:
    name = 'odd"; DROP TABLE a; --'
    quoted = '"' + name.replace('"', '""') + '"'
    past = history(n001_a=f"CREATE TABLE a (x); CREATE TABLE {quoted} (x);", n002_b=f"DELETE FROM {quoted};")
    database = cloud.create("staging", f"{past.migrations[0].text} {RECORDS}")

    snapshot = read(cloud, database, past)

    assert set(snapshot.row_counts) == {name.lower()}
    assert snapshot.schema == past.schemas[1]


def test_what_a_hand_has_put_into_sqlites_own_tables_is_passed_over(cloud: Cloudflare) -> None:
    snapshot = snapshot_of(
        cloud,
        "CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO a VALUES (5);"
        "INSERT INTO sqlite_sequence VALUES ('a', 'many'), (NULL, NULL)",
    )

    assert snapshot.sequence == (("a", 5),)
    assert stored(snapshot, "INSERT INTO a DEFAULT VALUES RETURNING id") == [(6,)]


def test_a_virtual_table_that_is_broken_breaks_no_snapshot(cloud: Cloudflare) -> None:
    past = history(
        n001_pages="CREATE TABLE t (x); CREATE VIRTUAL TABLE pages USING fts5(x, content='t');",
        n002_fill="INSERT INTO pages (pages) VALUES ('rebuild'); UPDATE t SET x = 1;",
    )

    snapshot = snapshot_of(cloud, f"{past.migrations[0].text} {RECORDS} DROP TABLE t; CREATE TABLE t (y);", past)

    assert set(snapshot.row_counts) == {"t"}


def test_an_object_that_d1_would_refuse_today_is_named() -> None:
    view = MasterRow("table", "old", "old", "CREATE TABLE old (a DEFAULT (sqlite_version()))")
    snapshot = Snapshot((view,), "d1_migrations", None, {})

    with pytest.raises(D1Error, match=r"refuse its table old today \(not authorized to use function: sqlite_version"):
        load_into_engine(snapshot)


def test_a_listing_of_another_shape_is_an_error_and_no_guess() -> None:
    answer = {"success": True, "errors": [], "result": [{"results": {"columns": ["a"], "rows": [["x"]]}}]}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=answer))

    with D1Client(Account("ffff", "token"), transport=transport) as client, pytest.raises(D1Error, match="4 columns"):
        read_objects(client, "x")
