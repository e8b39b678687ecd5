from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pulse_ci.errors import GitHubError
from pulse_ci.github.context import RunnerContext
from pulse_ci.github.pull_request import PullRequest, get_pull_request_for_event
from tests.standin import events
from tests.standin.state import Pull

if TYPE_CHECKING:
    from pathlib import Path

    from pulse_ci.github.client import GitHubClient
    from tests.standin.server import StandIn


def context(path: Path | None, *, event: str = "pull_request", ref: str = "refs/pull/2/merge") -> RunnerContext:
    environ = {
        "GITHUB_REPOSITORY": "Codertocat/Hello-World",
        "GITHUB_EVENT_NAME": event,
        "GITHUB_EVENT_PATH": str(path or ""),
        "GITHUB_REF": ref,
    }
    return RunnerContext.from_environ(environ)


def read(event: events.Event, directory: Path, github: GitHubClient) -> PullRequest:
    found = get_pull_request_for_event(context(events.write(event, directory)), github)
    assert found is not None
    return found


@pytest.mark.parametrize("event", events.examples("pull_request"), ids=lambda event: event["action"])
def test_every_pull_request_event_is_read_without_asking_github(
    event: events.Event, tmp_path: Path, github: GitHubClient, standin: StandIn
) -> None:
    found = read(event, tmp_path, github)

    assert found.number == 2
    assert found.head_sha == event["pull_request"]["head"]["sha"]
    assert not found.is_fork
    assert standin.log == []


def test_a_pull_request_is_read_in_full(tmp_path: Path, github: GitHubClient) -> None:
    assert read(events.pull_request(), tmp_path, github) == PullRequest(
        number=2,
        author="Codertocat",
        head_repo="Codertocat/Hello-World",
        head_sha="ec26c3e57ca3a959ca5aad62de7213c562f8c821",
        base_repo="Codertocat/Hello-World",
        base_ref="master",
    )


def test_pull_request_target_is_read_alike(tmp_path: Path, github: GitHubClient) -> None:
    path = events.write(events.from_fork(), tmp_path)

    found = get_pull_request_for_event(context(path, event="pull_request_target", ref="refs/heads/main"), github)

    assert found is not None
    assert found.is_fork


def test_a_fork_is_known_by_its_repository(tmp_path: Path, github: GitHubClient) -> None:
    found = read(events.from_fork("mallory"), tmp_path, github)

    assert found.head_repo == "mallory/Hello-World"
    assert found.is_fork


def test_a_deleted_fork_is_still_a_fork(tmp_path: Path, github: GitHubClient) -> None:
    found = read(events.from_deleted_fork(), tmp_path, github)

    assert found.head_repo is None
    assert found.is_fork


def test_dependabots_pull_request_is_no_fork(tmp_path: Path, github: GitHubClient) -> None:
    found = read(events.from_dependabot(), tmp_path, github)

    assert found.author == "dependabot[bot]"
    assert not found.is_fork


def test_case_in_a_repositorys_name_makes_no_fork(tmp_path: Path, github: GitHubClient) -> None:
    found = read(events.pull_request(), tmp_path, github)

    assert not replace(found, head_repo="codertocat/hello-world").is_fork


@pytest.mark.parametrize("is_set", [True, False])
def test_without_an_event_file_the_number_comes_from_the_ref(
    *, is_set: bool, tmp_path: Path, github: GitHubClient, standin: StandIn
) -> None:
    standin.state.pulls.append(Pull(2, head_repo=None))

    found = get_pull_request_for_event(context(tmp_path / "none.json" if is_set else None), github)

    assert found is not None
    assert (found.number, found.head_repo, found.is_fork) == (2, None, True)
    assert [logged.path for logged in standin.log] == ["/repos/Codertocat/Hello-World/pulls/2"]


def test_without_an_event_file_or_a_number_one_is_told_what_to_do(github: GitHubClient) -> None:
    with pytest.raises(GitHubError, match=r"names no pull request\. Mount the runner's event file"):
        get_pull_request_for_event(context(None, ref="refs/heads/main"), github)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read"),
        ("{", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ("\xff", "cannot be read"),
        ("[]", "The event should be an object, but is list"),
        ("{}", "The event.pull_request is missing"),
        ('{"pull_request": {"head": 1}}', "The event.pull_request.head should be an object, but is int"),
        (
            '{"pull_request": {"head": {"ref": "a", "sha": "b"}, "base": {}, "number": true}}',
            "The event.pull_request.number should be a whole number, but is bool",
        ),
    ],
)
def test_a_malformed_event_is_told_by_field(text: str, message: str, tmp_path: Path, github: GitHubClient) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(text.encode("latin-1"))

    with pytest.raises(GitHubError, match=message):
        get_pull_request_for_event(context(path), github)


def test_outside_a_workflow_the_context_is_empty() -> None:
    found = RunnerContext.from_environ({"GITHUB_API_URL": "", "GITHUB_RUN_ID": "no number"})

    assert found.api_url == "https://api.github.com"
    assert (found.run_id, found.run_attempt) == (0, 1)
    assert found.event_path is found.summary_path is found.output_path is None
    assert found.run_url is None


def test_the_run_is_linked_at_its_own_server() -> None:
    environ = {
        "GITHUB_SERVER_URL": "https://ghes.example",
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_RUN_ID": "123",
        "GITHUB_RUN_ATTEMPT": "2",
    }

    assert RunnerContext.from_environ(environ).run_url == "https://ghes.example/o/r/actions/runs/123/attempts/2"
