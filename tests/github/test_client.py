from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest

from pulse_ci.errors import Forbidden, GitHubError, Gone, NotFound, Unauthorized
from pulse_ci.github.client import GitHubClient
from tests.github.mocked import API, TOKEN, github_that

if TYPE_CHECKING:
    from pathlib import Path

    from tests.standin.server import StandIn
    from tests.standin.state import Pull

PULL = "/repos/Codertocat/Hello-World/pulls/2"
COMMENTS = "/repos/Codertocat/Hello-World/issues/2/comments"


def test_importing_the_package_does_not_import_httpx() -> None:
    script = (
        "import sys\n"
        "from pulse_ci.github import client, comment, context, pull_request, pull_request_files, runner\n"
        "sys.exit('httpx' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_every_request_carries_the_token_and_the_version_of_the_api() -> None:
    seen: list[httpx.Headers] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return httpx.Response(200, json={})

    with github_that(answer) as github:
        github.get("/meta")

    assert seen[0]["authorization"] == f"Bearer {TOKEN}"
    assert seen[0]["x-github-api-version"] == "2022-11-28"
    assert seen[0]["user-agent"].startswith("pulse-migrate-action/")


def test_without_a_token_one_asks_as_nobody() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=sorted(request.headers))

    with GitHubClient(API, "", transport=httpx.MockTransport(answer)) as github:
        assert "authorization" not in list(github.get_pages("/meta"))


def test_an_enterprise_servers_address_keeps_its_path(standin: StandIn, pull: Pull) -> None:
    with GitHubClient(f"{standin.url}/api/v3/", TOKEN, transport=httpx.HTTPTransport()) as github:
        github.get(PULL)

    assert standin.log[0].status == 200


def test_all_pages_are_read_by_a_hundred(standin: StandIn, github: GitHubClient, pull: Pull) -> None:
    for number in range(250):
        standin.state.add_comment(2, f"Comment {number}")

    assert len(list(github.get_pages(COMMENTS))) == 250
    assert [logged.query["per_page"] for logged in standin.log] == ["100", "100", "100"]


def test_a_next_page_at_another_host_is_refused(standin: StandIn, github: GitHubClient, pull: Pull) -> None:
    standin.fail("foreign-next")

    with pytest.raises(GitHubError, match=r"gave the next page at https://foreign\.example"):
        list(github.get_pages(COMMENTS))


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.test/x",
        "http://api.github.test/x",
        "https://api.github.test:444/x",
        "//evil.test/x",
        "https://[",
    ],
)
def test_a_redirect_to_another_origin_is_refused(target: str) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(301, headers={"location": target})

    with github_that(answer) as github, pytest.raises(GitHubError, match="gave a redirect at"):
        github.get("/meta")
    assert seen == ["api.github.test"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_renamed_repository_is_followed_with_the_same_request(method: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/repositories/1/labels":
            return httpx.Response(200, json={"method": request.method, "body": request.content.decode()})
        return httpx.Response(307, headers={"location": f"{API}/repositories/1/labels"})

    with github_that(answer) as github:
        path = "/repos/old/name/labels"
        found = github.get(path) if method == "get" else github.post(path, {"name": "d1-drift"})

    assert found == {"method": method.upper(), "body": '{"name":"d1-drift"}' if method == "post" else ""}


def test_redirects_in_a_circle_end() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": "/meta"})

    with github_that(answer) as github, pytest.raises(GitHubError, match="in a circle"):
        github.get("/meta")


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, Unauthorized), (403, Forbidden), (404, NotFound), (410, Gone), (418, GitHubError)],
)
def test_a_refusal_says_what_was_asked_and_what_github_said(status: int, kind: type[GitHubError]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, json={"message": "No.\n::error::pwned\x1b[31m"})

    with github_that(answer) as github, pytest.raises(kind) as caught:
        github.get("/repos/o/r/contents/migrations", {"ref": "main"})
    message = str(caught.value)
    assert f"GET /repos/o/r/contents/migrations?ref=main: {status} No. ::error::pwned [31m. " in message
    assert "\n" not in message


@pytest.mark.parametrize("content", [b"<html>Log in</html>", b"", b"[" * 100_000, b"\xff"])
def test_an_answer_that_is_no_json_is_told(content: bytes) -> None:
    with (
        github_that(lambda _: httpx.Response(200, content=content)) as github,
        pytest.raises(GitHubError, match="GET /meta was not answered with JSON"),
    ):
        github.get("/meta")


def test_a_list_that_is_none_is_told() -> None:
    with (
        github_that(lambda _: httpx.Response(200, json={"message": "hm"})) as github,
        pytest.raises(GitHubError, match="with dict, not with a list"),
    ):
        list(github.get_pages("/meta"))


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 422, 429, 500])
def test_the_token_is_in_no_message(status: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        said = f"Your {request.headers['authorization']} is bad"
        return httpx.Response(status, json={"message": said}, headers={"location": f"https://x.test/{TOKEN}"})

    with github_that(answer) as github, pytest.raises(GitHubError) as caught:
        list(github.get_pages("/meta"))
    assert TOKEN not in repr(caught.value)


@pytest.mark.parametrize("token", ["secret\n", "se cret", "sécret", "\x00secret"])
def test_a_token_that_cannot_be_one_is_told_without_showing_it(token: str) -> None:
    with pytest.raises(GitHubError, match="The GitHub token has a character that no token has") as caught:
        GitHubClient(API, token)
    assert "cret" not in str(caught.value).replace("secret again", "")


@pytest.mark.parametrize("address", ["", "api.github.com", "ftp://api.github.com", "https://", "https://a:b"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(GitHubError, match="Check GITHUB_API_URL"):
        GitHubClient(address, TOKEN)


def test_a_ca_file_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    with pytest.raises(GitHubError, match="SSL_CERT_FILE"):
        GitHubClient(API, TOKEN)


def test_a_proxy_is_asked_where_the_environment_names_one(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", standin.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    with GitHubClient("http://api.github.test", TOKEN) as github:
        github.get("/meta")

    assert [logged.path for logged in standin.log] == ["/meta"]
