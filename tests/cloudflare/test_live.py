"""What apply and drift read of a live database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulse_ci.d1.database_state import read_database_state
from pulse_ci.errors import D1Error
from tests.cloudflare.clients import client_of

if TYPE_CHECKING:
    from tests.cloudflare.server import Cloudflare

SITES = "CREATE TABLE sites (id INTEGER PRIMARY KEY); CREATE INDEX by_id ON sites (id);"
TABLE = (
    "CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP);"
    "INSERT INTO d1_migrations (id, name) VALUES (7, '002_b.sql'), (4, '001_a.sql');"
)


def test_schema_and_records_are_read_in_one_request(cloud: Cloudflare) -> None:
    database = cloud.create("staging", SITES + TABLE)

    with client_of(cloud) as client:
        live = read_database_state(client, database, "d1_migrations")

    assert live.schema.names == {"sites", "by_id"}
    assert live.records == ((4, "001_a.sql"), (7, "002_b.sql"))
    assert live.last_id == 7
    assert len(cloud.log) == 1
    assert cloud.writes == []


@pytest.mark.parametrize(("is_recorded", "requests"), [(True, 2), (False, 1)])
def test_a_database_that_records_nothing_is_told_from_one_that_recorded_none(
    cloud: Cloudflare, is_recorded: bool, requests: int
) -> None:
    database = cloud.create("staging", SITES)

    with client_of(cloud) as client:
        live = read_database_state(client, database, "d1_migrations", is_recorded=is_recorded)

    assert live.recorded is None
    assert len(cloud.log) == requests


def test_a_record_that_was_not_expected_is_read_all_the_same(cloud: Cloudflare) -> None:
    database = cloud.create("staging", SITES + TABLE)

    with client_of(cloud) as client:
        assert read_database_state(client, database, "d1_migrations", is_recorded=False).last_id == 7


@pytest.mark.parametrize("is_recorded", [True, False])
def test_a_table_that_is_no_migrations_table_is_told(cloud: Cloudflare, is_recorded: bool) -> None:
    database = cloud.create("staging", SITES)

    with client_of(cloud) as client, pytest.raises(D1Error, match="`sites` is not a migrations table"):
        read_database_state(client, database, "sites", is_recorded=is_recorded)
