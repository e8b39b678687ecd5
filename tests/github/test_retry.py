from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx
import pytest

from pulse_ci.errors import GitHubUnavailable, RateLimited
from pulse_ci.github.client import GitHubClient
from tests.github.mocked import TOKEN, github_that

if TYPE_CHECKING:
    from tests.standin.server import StandIn
    from tests.standin.state import Pull

PULL = "/repos/Codertocat/Hello-World/pulls/2"
COMMENTS = "/repos/Codertocat/Hello-World/issues/2/comments"


@pytest.mark.parametrize("kind", ["error", "unavailable", "drop", "too-many", "secondary", "exhausted"])
def test_reading_is_tried_again(
    standin: StandIn, github: GitHubClient, pull: Pull, waits: list[float], kind: str
) -> None:
    standin.fail(kind, times=2, seconds=3)

    github.get(PULL)

    assert len(standin.log) == 3
    assert len(waits) == 2
    assert all(0 < wait <= 4 for wait in waits)


def test_trying_again_has_an_end(standin: StandIn, github: GitHubClient, waits: list[float], pull: Pull) -> None:
    standin.fail("unavailable", times=99)

    with pytest.raises(GitHubUnavailable, match="503 Service unavailable"):
        github.get(PULL)
    assert waits == [1, 2, 4]


def test_the_wait_that_github_asks_for_is_kept(
    standin: StandIn, github: GitHubClient, waits: list[float], pull: Pull
) -> None:
    standin.fail("too-many", seconds=17)

    github.get(PULL)

    assert waits == [17]


def test_a_wait_longer_than_a_job_should_take_is_an_error(
    standin: StandIn, github: GitHubClient, waits: list[float], pull: Pull
) -> None:
    standin.fail("exhausted", seconds=1800)

    with pytest.raises(RateLimited, match="Run the job again in an hour"):
        github.get(PULL)
    assert waits == []


def test_a_limit_that_names_no_time_is_waited_for_a_minute(waits: list[float]) -> None:
    answers = [httpx.Response(429), httpx.Response(200, json={})]

    with github_that(lambda _: answers.pop(0), waits) as github:
        github.get("/meta")

    assert waits == [60]


@pytest.mark.parametrize(
    "refusal",
    [
        httpx.Response(403, headers={"retry-after": "5"}),
        httpx.Response(403, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "0"}),
        httpx.Response(403, json={"message": "You have exceeded a secondary rate limit."}),
    ],
    ids=["retry-after", "none left", "in words"],
)
def test_a_limit_is_known_by_any_of_its_signs(refusal: httpx.Response, waits: list[float]) -> None:
    answers = [refusal, httpx.Response(200, json={})]

    with github_that(lambda _: answers.pop(0), waits) as github:
        github.get("/meta")

    assert len(waits) == 1


@pytest.mark.parametrize("kind", ["error", "unavailable", "drop"])
def test_a_write_that_may_have_been_done_is_not_repeated(
    standin: StandIn, github: GitHubClient, pull: Pull, kind: str
) -> None:
    standin.fail(kind)

    with pytest.raises(GitHubUnavailable):
        github.post(COMMENTS, {"body": "Hello."})
    assert len(standin.log) == 1


@pytest.mark.parametrize("kind", ["too-many", "secondary"])
def test_a_write_that_was_put_off_is_repeated(standin: StandIn, github: GitHubClient, pull: Pull, kind: str) -> None:
    standin.fail(kind)

    github.post(COMMENTS, {"body": "Hello."})

    assert [comment.body for comment in standin.state.comments] == ["Hello."]


def test_writes_are_a_second_apart(github: GitHubClient, pull: Pull, waits: list[float]) -> None:
    for body in ("One.", "Two.", "Three."):
        github.post(COMMENTS, {"body": body})

    assert waits == [1, 1]


def test_a_server_that_is_slow_is_waited_for(standin: StandIn, github: GitHubClient, pull: Pull) -> None:
    standin.fail("slow", seconds=0.1)
    begin = time.monotonic()

    github.get(PULL)

    assert time.monotonic() - begin >= 0.1


def test_nobody_at_the_address_is_told_with_what_to_check(waits: list[float]) -> None:
    with (
        GitHubClient("http://127.0.0.1:9", TOKEN, transport=httpx.HTTPTransport(), sleep=waits.append) as github,
        pytest.raises(GitHubUnavailable, match=r"GET /meta got no answer from 127\.0\.0\.1: .*Check GITHUB_API_URL"),
    ):
        github.get("/meta")
    assert len(waits) == 3
