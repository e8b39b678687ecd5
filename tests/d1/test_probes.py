"""Questions to a live database: only those that read, and no more than it should bear."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulse_ci.d1.probes import MAX_ROWS_READ, run_probes
from pulse_ci.engine import EmbeddedD1
from pulse_ci.model import PROBE_ROW_LIMIT, Probe, ProbeCounts
from tests.cloudflare.clients import client_of

if TYPE_CHECKING:
    from tests.cloudflare.server import Cloudflare

SCHEMA = "CREATE TABLE sites (id INTEGER PRIMARY KEY, url TEXT);"
COUNT = "SELECT count(*) AS found, count(*) AS rows FROM sites"


def probe(sql: str, table: str = "sites") -> Probe:
    return Probe(table, "rows", sql, sql)


def content() -> bytes:
    with EmbeddedD1() as database:
        database.run(SCHEMA)
        return database.take_snapshot()


def asked(cloud: Cloudflare, *probes: Probe, rows: int = 1) -> dict[Probe, ProbeCounts]:
    database = cloud.create("staging", f"{SCHEMA} INSERT INTO sites (url) VALUES ('a'), ('b');")
    with client_of(cloud) as client:
        found = run_probes(client, database, content(), probes, {"sites": rows})
    assert not cloud.writes
    return found


def test_all_questions_go_in_one_request(cloud: Cloudflare) -> None:
    probes = [probe(f"{COUNT} WHERE id > {number}") for number in range(3)]

    assert asked(cloud, *probes) == {
        probes[0]: ProbeCounts(2, 2),
        probes[1]: ProbeCounts(1, 1),
        probes[2]: ProbeCounts(0, 0),
    }
    assert len(cloud.log) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM sites RETURNING 1, 1",
        "INSERT INTO sites (url) VALUES ('c') RETURNING 1, 1",
        "SELECT 1, 1; DELETE FROM sites",
        "DROP TABLE sites",
        "SELECT count(*), count(*) FROM absent",
        "PRAGMA table_list",
        "WITH gone AS (SELECT 1) DELETE FROM sites RETURNING 1, 1",
    ],
)
def test_what_does_more_than_read_is_not_sent(cloud: Cloudflare, sql: str) -> None:
    assert asked(cloud, probe(sql)) == {}
    assert cloud.log == []


@pytest.mark.parametrize(
    "sql", [f"WITH s AS (SELECT 1) {COUNT}", f"{COUNT} -- all of them", "/* all */ " + COUNT, f"{COUNT}\n-- x;\n"]
)
def test_comments_and_a_with_are_spelled_so_that_the_client_takes_them(cloud: Cloudflare, sql: str) -> None:
    (answer,) = asked(cloud, probe(sql)).values()

    assert answer == ProbeCounts(2, 2)


def test_no_more_rows_are_looked_at_than_the_limit_for_all(cloud: Cloudflare) -> None:
    fitting = MAX_ROWS_READ // PROBE_ROW_LIMIT
    probes = [probe(f"{COUNT} WHERE id > {number}") for number in range(fitting + 3)]

    assert list(asked(cloud, *probes, rows=10**9)) == probes[:fitting]
