from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from pulse_ci.d1.account import API_URL, Account
from pulse_ci.d1.client import D1Client, Query
from pulse_ci.errors import D1Error, D1Refused, DatabaseNotFound, InvalidToken, NotPermitted
from tests.cloudflare.clients import client_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cloudflare.server import Cloudflare


def test_reading_gives_rows_and_what_they_cost(cloud: Cloudflare) -> None:
    database = cloud.create("staging", "CREATE TABLE t (a, b); INSERT INTO t VALUES (1, NULL), (2, 'x');")

    with client_of(cloud) as client:
        first, second = client.read(database, [Query("SELECT a, b FROM t"), Query("SELECT 1 AS one WHERE 0")])

        assert first.columns == ("a", "b")
        assert first.rows == ((1, None), (2, "x"))
        assert second.columns == ("one",)
        assert second.rows == ()
        assert (client.usage.requests, client.usage.rows_read) == (1, 2)
    assert not cloud.writes


def test_what_json_cannot_hold_comes_whole_through_quote(cloud: Cloudflare) -> None:
    database = cloud.create("staging", "CREATE TABLE t (a); INSERT INTO t VALUES (9007199254740993), (x'00ff');")

    with client_of(cloud) as client:
        (result,) = client.read(database, [Query("SELECT a, quote(a) FROM t")])

    assert result.rows == ((9007199254740992, "9007199254740993"), (b"\x00\xff", "X'00FF'"))


def test_a_request_that_writes_is_all_or_nothing(cloud: Cloudflare) -> None:
    database = cloud.create("staging", "CREATE TABLE t (a UNIQUE);")

    with client_of(cloud) as client:
        client.write(database, [Query("INSERT INTO t VALUES (?), (?)", (1, "it's"))])
        with pytest.raises(D1Refused, match=r"^UNIQUE constraint failed: t\.a: SQLITE_CONSTRAINT"):
            client.write(database, [Query("INSERT INTO t VALUES (2)"), Query("INSERT INTO t VALUES (1)")])

    assert cloud.run(database, "SELECT a FROM t") == [[1], ["it's"]]


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM t",
        "WITH x AS (SELECT 1) DELETE FROM t",
        "SELECT 1; DELETE FROM t",
        "SELECT 1 -- ;\n; DELETE FROM t",
        "SELECT 1 /* one */",
        "EXPLAIN SELECT 1; DELETE FROM t",
        "",
        "-- nothing",
        "PRAGMA optimize",
    ],
)
def test_what_may_write_is_never_sent_as_a_read(cloud: Cloudflare, sql: str) -> None:
    database = cloud.create("staging", "CREATE TABLE t (a);")

    with client_of(cloud) as client, pytest.raises(D1Error, match="not a single statement that reads"):
        client.read(database, [Query(sql)])

    assert not cloud.log


def test_databases_are_found_made_and_deleted(cloud: Cloudflare) -> None:
    with client_of(cloud) as client:
        made = client.create_database("pulse")

        assert client.get_database("pulse") == client.get_database(made.id) == made
        client.delete_database(made.id)
        client.delete_database(made.id)
        with pytest.raises(DatabaseNotFound, match=r"The database pulse could not be found\. .*--database"):
            client.get_database("pulse")


def test_every_page_of_the_databases_is_read(cloud: Cloudflare) -> None:
    names = [f"tenant-{number:03}" for number in range(205)]
    for name in (*names, "staging"):
        cloud.create(name)

    with client_of(cloud) as client:
        assert [each.name for each in client.list_databases("tenant-")] == names
        assert len(list(client.list_databases())) == 206
        assert not list(client.list_databases("nobody"))


def test_a_bookmark_is_given_to_return_to(cloud: Cloudflare) -> None:
    database = cloud.create("staging")

    with client_of(cloud) as client:
        assert client.get_bookmark(database).count("-") == 3


def test_each_refusal_of_access_says_what_to_correct(cloud: Cloudflare) -> None:
    database = cloud.create("staging")
    elsewhere = D1Client(Account("ffff", cloud.token, cloud.url))

    with client_of(cloud, token="wrong-token") as client, pytest.raises(InvalidToken, match="`api-token`") as wrong:
        client.get_database(database)
    with elsewhere, pytest.raises(NotPermitted, match="`account-id`"):
        elsewhere.get_database(database)

    assert "wrong-token" not in str(wrong.value)


@pytest.mark.parametrize("token", ["", "two words", "line\nend", "tökèn"])
def test_a_token_that_none_is_fails_before_anything_is_sent(token: str) -> None:
    with pytest.raises(D1Error, match="Copy the secret again"):
        D1Client(Account("ffff", token))


@pytest.mark.parametrize("url", ["ftp://x", "nonsense", "https://", "http://[::1"])
def test_an_address_that_none_is_names_the_variable(url: str) -> None:
    with pytest.raises(D1Error, match="CLOUDFLARE_API_BASE_URL"):
        D1Client(Account("ffff", "token", url))


def test_an_account_cannot_lead_elsewhere() -> None:
    with pytest.raises(D1Error, match="account-id"):
        D1Client(Account("../../user", "token"))


def test_a_proxy_of_the_environment_is_used(cloud: Cloudflare, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, cloud.address)
    cloud.create("staging")

    with D1Client(Account(cloud.account, cloud.token, "http://api.example/client/v4")) as client:
        assert client.get_database("staging").name == "staging"


def test_a_certificate_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    with pytest.raises(D1Error, match="SSL_CERT_FILE"):
        D1Client(Account("ffff", "token"))


def test_the_token_is_in_no_representation() -> None:
    assert "secret" not in repr(Account("ffff", "secret"))


@pytest.mark.parametrize(
    "content",
    [
        b'{"success": true, "result": {"uuid": 7}, "errors": []}',
        b'{"success": true, "result": [], "errors": []}',
        b'{"success": true, "errors": []}',
        b'{"success": true, "result": [{"results": {"columns": 1}}], "errors": []}',
        b'{"success": true, "result": [{"results": {"columns": ["a"], "rows": [[1, 2]]}}], "errors": []}',
        b'{"success": true, "result": [{"results": {"columns": ["a"], "rows": [[[999]]]}}], "errors": []}',
        b"[]",
        b"nonsense",
        b"",
    ],
)
def test_an_answer_that_is_not_cloudflares_is_an_error_and_no_guess(content: bytes) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=content))

    with D1Client(Account("ffff", "token"), transport=transport) as client:
        with pytest.raises(D1Error, match="CLOUDFLARE_API_BASE_URL"):
            client.get_database("x")
        with pytest.raises(D1Error, match="CLOUDFLARE_API_BASE_URL"):
            client.read("x", [Query("SELECT 1")])


def test_without_an_address_cloudflares_own_is_asked() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(404, json={"success": False, "errors": [{"code": 7404, "message": "none"}]})

    client = D1Client(Account("ffff", "token"), transport=httpx.MockTransport(answer))
    with client, pytest.raises(DatabaseNotFound):
        client.get_database("a/b c")

    assert str(asked[0].url) == f"{API_URL}/accounts/ffff/d1/database/a%2Fb%20c"
    assert asked[0].headers["authorization"] == "Bearer token"
