"""Each fault ends in success after another try, or in one sentence that says what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulse_ci.d1.client import Query
from pulse_ci.errors import AmbiguousWrite, D1Error, D1Refused, D1Unavailable, Overloaded
from pulse_ci.http import ATTEMPTS
from tests.cloudflare.clients import client_of
from tests.cloudflare.limit import RateLimit

if TYPE_CHECKING:
    from tests.cloudflare.server import Cloudflare

ONE = [Query("SELECT a FROM t")]
WRITE = [Query("INSERT INTO t VALUES (2)")]
REFUSED_UNREAD = ("too-many", "overloaded", "importing")
UNKNOWN = ("internal", "reset", "gateway", "timeout", "drop", "drop-after")


@pytest.fixture
def database(cloud: Cloudflare) -> str:
    return cloud.create("staging", "CREATE TABLE t (a); INSERT INTO t VALUES (1);")


@pytest.mark.parametrize("kind", [*REFUSED_UNREAD, *UNKNOWN])
def test_a_read_is_sent_again_until_it_is_answered(cloud: Cloudflare, database: str, kind: str) -> None:
    cloud.fail(kind, times=ATTEMPTS - 1)
    waited: list[float] = []

    with client_of(cloud, sleep=waited.append) as client:
        (result,) = client.read(database, ONE)

        assert client.usage.requests == ATTEMPTS
    assert result.rows == ((1,),)
    assert len(waited) == ATTEMPTS - 1


@pytest.mark.parametrize("kind", [*REFUSED_UNREAD, *UNKNOWN])
def test_a_read_that_is_never_answered_ends_in_a_sentence(cloud: Cloudflare, database: str, kind: str) -> None:
    cloud.fail(kind, times=ATTEMPTS)

    with client_of(cloud) as client, pytest.raises((Overloaded, D1Unavailable), match="again in a few minutes") as told:
        client.read(database, ONE)

    assert cloud.token not in str(told.value)
    assert "<html" not in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("kind", UNKNOWN)
def test_a_write_of_unknown_outcome_is_not_sent_again(cloud: Cloudflare, database: str, kind: str) -> None:
    cloud.fail(kind)

    with client_of(cloud) as client, pytest.raises(AmbiguousWrite, match="pulse-ci status"):
        client.write(database, WRITE)

    assert len(cloud.log) == 1
    was_done = kind in ("timeout", "drop-after")
    assert cloud.run(database, "SELECT count(*) FROM t") == [[2 if was_done else 1]]


@pytest.mark.parametrize("kind", REFUSED_UNREAD)
def test_a_write_that_was_turned_away_is_sent_again_and_done_once(cloud: Cloudflare, database: str, kind: str) -> None:
    cloud.fail(kind, times=2)

    with client_of(cloud) as client:
        client.write(database, WRITE)

    assert cloud.run(database, "SELECT count(*) FROM t WHERE a = 2") == [[1]]


def test_cloudflare_is_given_the_time_that_it_asks_for(cloud: Cloudflare, database: str) -> None:
    cloud.fail("too-many", seconds=17)
    waited: list[float] = []

    with client_of(cloud, sleep=waited.append) as client:
        client.read(database, ONE)

    assert waited == [17.0]


def test_a_wait_that_is_longer_than_a_job_should_take_is_not_waited(cloud: Cloudflare, database: str) -> None:
    cloud.fail("too-many", seconds=300)
    waited: list[float] = []

    with client_of(cloud, sleep=waited.append) as client, pytest.raises(Overloaded, match="throttling"):
        client.read(database, ONE)

    assert not waited


def test_what_is_refused_because_the_limit_is_used_up_is_sent_again_when_it_starts_anew(cloud: Cloudflare) -> None:
    cloud.create("staging")
    cloud.limit = RateLimit(used=1200)
    slept = list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if seconds:
            cloud.limit = RateLimit()

    with client_of(cloud, sleep=sleep) as client:
        found = [each.name for each in client.list_databases()]

    assert found == ["staging"]
    assert slept == [0, 300]


@pytest.mark.parametrize("kind", ["garbled", "redirect"])
def test_what_is_not_the_api_gets_no_second_request(cloud: Cloudflare, database: str, kind: str) -> None:
    cloud.fail(kind)

    with client_of(cloud) as client, pytest.raises(D1Error, match="CLOUDFLARE_API_BASE_URL"):
        client.read(database, ONE)

    assert len(cloud.log) == 1


def test_a_server_that_is_not_there_names_what_to_check(cloud: Cloudflare, database: str) -> None:
    cloud.url = "http://127.0.0.1:9/client/v4"

    with client_of(cloud) as client, pytest.raises(Overloaded, match="proxy and SSL_CERT_FILE"):
        client.write(database, WRITE)


def test_an_error_that_quotes_an_internal_one_is_still_the_users(cloud: Cloudflare, database: str) -> None:
    with client_of(cloud) as client, pytest.raises(D1Refused, match="SQLITE_ERROR"):
        client.read(database, [Query('SELECT a FROM "internal error; reference"')])

    assert len(cloud.log) == 1


def test_a_database_that_is_deleted_twice_over_a_lost_answer_is_gone(cloud: Cloudflare, database: str) -> None:
    cloud.fail("drop-after", "DELETE")

    with client_of(cloud) as client:
        client.delete_database(database)

    assert not cloud.routes.databases
