"""The event to what is to be judged, where a pull request has to be looked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pulse_ci.errors import GitHubError
from pulse_ci.github.check_target import CheckTarget, NothingToCheck, read_check_target
from pulse_ci.github.context import RunnerContext
from tests.standin import events
from tests.standin.state import SHA, Pull

if TYPE_CHECKING:
    from pathlib import Path

    from pulse_ci.github.client import GitHubClient
    from tests.standin.server import StandIn

REPOSITORY = "Codertocat/Hello-World"


def context(name: str, path: Path | None = None, **variables: str) -> RunnerContext:
    given = {"EVENT_NAME": name, "EVENT_PATH": str(path or ""), "REPOSITORY": REPOSITORY} | variables
    return RunnerContext.from_environ({f"GITHUB_{key}": value for key, value in given.items()})


@pytest.fixture
def after_a_fork(tmp_path: Path) -> RunnerContext:
    """A workflow run that follows the check of mallory's pull request."""
    return context("workflow_run", events.write(events.workflow_run(events.from_fork()), tmp_path))


FORKED = Pull(2, author="mallory", head_repo="mallory/Hello-World")


def test_the_pull_request_of_a_forks_check_is_found_by_its_branch_and_head(
    after_a_fork: RunnerContext, standin: StandIn, github: GitHubClient
) -> None:
    standin.state.pulls = [Pull(1, head_repo="eve/Hello-World"), FORKED]

    arrival = read_check_target(after_a_fork, github)

    assert isinstance(arrival, CheckTarget)
    assert arrival.pull_request is not None
    assert (arrival.pull_request.number, arrival.head, arrival.is_checked_out) == (2, SHA, False)
    assert [logged.query["head"] for logged in standin.log] == ["mallory:changes"]


@pytest.mark.parametrize(
    ("pulls", "reason"),
    [
        ([], "No open pull request has the head ec26c3e: it was closed, or a later push has come."),
        ([replace(FORKED, state="closed")], "No open pull request has the head ec26c3e"),
        ([replace(FORKED, head_sha="b" * 40)], "No open pull request has the head ec26c3e"),
        ([replace(FORKED, head_ref="other")], "No open pull request has the head ec26c3e"),
        ([replace(FORKED, head_repo="mallory/Other")], "No open pull request has the head ec26c3e"),
        ([replace(FORKED, head_repo=None)], "No open pull request has the head ec26c3e"),
        ([FORKED, replace(FORKED, number=3)], "Commit ec26c3e is the head of #2 and #3: which one is meant cannot"),
    ],
)
def test_where_it_is_not_one_pull_request_there_is_nothing_to_say(
    after_a_fork: RunnerContext, standin: StandIn, github: GitHubClient, pulls: list[Pull], reason: str
) -> None:
    standin.state.pulls = pulls

    arrival = read_check_target(after_a_fork, github)

    assert isinstance(arrival, NothingToCheck)
    assert arrival.reason.startswith(reason)


def test_the_list_of_pull_requests_in_the_event_is_not_relied_on(
    tmp_path: Path, standin: StandIn, github: GitHubClient
) -> None:
    event = events.workflow_run(events.from_fork())
    event["workflow_run"]["pull_requests"] = [{"number": 7}]
    standin.state.pulls = [FORKED, Pull(7)]

    arrival = read_check_target(context("workflow_run", events.write(event, tmp_path)), github)

    assert isinstance(arrival, CheckTarget)
    assert arrival.pull_request is not None
    assert arrival.pull_request.number == 2


def test_a_run_for_a_fork_that_is_no_more_leads_to_nothing(
    tmp_path: Path, github: GitHubClient, standin: StandIn
) -> None:
    event = events.workflow_run(events.from_fork())
    event["workflow_run"]["head_repository"] = None

    arrival = read_check_target(context("workflow_run", events.write(event, tmp_path)), github)

    assert isinstance(arrival, NothingToCheck)
    assert "a fork that is there no more" in arrival.reason
    assert standin.log == []


def test_a_commit_that_heads_two_pull_requests_is_judged_for_neither(standin: StandIn, github: GitHubClient) -> None:
    standin.state.pulls = [Pull(2), Pull(3, base_ref="release")]

    arrival = read_check_target(context("workflow_dispatch", SHA=SHA), github)

    assert arrival == CheckTarget(REPOSITORY, SHA)


@pytest.mark.parametrize("name", ["schedule", "repository_dispatch", ""])
def test_other_events_are_about_a_commit_alone(name: str, github: GitHubClient, standin: StandIn) -> None:
    assert read_check_target(context(name, SHA=SHA), github) == CheckTarget(REPOSITORY, SHA)
    assert standin.log == []


@pytest.mark.parametrize(
    ("name", "text", "missing"),
    [
        ("merge_group", "{}", "The event.merge_group is missing"),
        ("merge_group", '{"merge_group": {"head_sha": 1}}', "The event.merge_group.head_sha should be a string"),
        ("push", "{}", "The event.ref is missing"),
        ("workflow_run", '{"workflow_run": []}', "The event.workflow_run should be an object, but is list"),
        ("workflow_run", "[]", "The event should be an object, but is list"),
    ],
)
def test_a_malformed_event_is_told_by_field(
    name: str, text: str, missing: str, tmp_path: Path, github: GitHubClient
) -> None:
    path = tmp_path / "event.json"
    path.write_text(text)

    with pytest.raises(GitHubError, match=missing):
        read_check_target(context(name, path), github)
