"""The event that started the workflow, to the pull request it is about."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.errors import GitHubError
from pulse_ci.github.answers import Model, PullRequestAnswer, PullRequestEvent, parse_answer

if TYPE_CHECKING:
    from pathlib import Path

    from pulse_ci.github.client import GitHubClient
    from pulse_ci.github.context import RunnerContext

_PULL_REF = re.compile(r"refs/pull/(\d+)/(?:merge|head)")


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request; repositories are "owner/name", and `head_repo` is None once the fork was deleted."""

    number: int
    author: str
    head_repo: str | None
    head_sha: str
    base_repo: str
    base_ref: str

    @property
    def is_fork(self) -> bool:
        """Whether the commits live in another repository; those of a deleted one do."""
        return self.head_repo is None or self.head_repo.lower() != self.base_repo.lower()


def read_event(path: Path | None, model: type[Model]) -> Model | None:
    """Return the event's payload as `model`, or None where there is no event file, as on some self-hosted runners.

    Raises:
        GitHubError: the file is not such a JSON object.

    """
    if path is None or not path.is_file():
        return None
    try:
        payload = json.loads(path.read_bytes())
    except (ValueError, RecursionError, OSError) as error:
        raise GitHubError(
            f"The event file {path} cannot be read: {error}. Check that GITHUB_EVENT_PATH is what the runner set."
        ) from error
    return parse_answer(model, payload, "The event")


def get_pull_request_for_event(context: RunnerContext, github: GitHubClient) -> PullRequest:
    """Return the pull request that the event names.

    Where there is no event file, the number is taken from GITHUB_REF and the rest from the API.

    Raises:
        GitHubError: nothing says which pull request the event is about, or its payload is malformed.

    """
    if event := read_event(context.event_path, PullRequestEvent):
        return _build_pull_request(event.pull_request)
    number = _PULL_REF.fullmatch(context.ref)
    if number is None:
        raise GitHubError(
            f"There is no event file, and GITHUB_REF is {context.ref!r}, which names no pull request. "
            "Mount the runner's event file, and set GITHUB_EVENT_PATH to it."
        )
    answer = github.get(f"/repos/{context.repository}/pulls/{number[1]}")
    return _build_pull_request(parse_answer(PullRequestAnswer, answer, "The pull request"))


def find_pull_requests_for_branch(
    github: GitHubClient, repository: str, head_repo: str, branch: str, sha: str
) -> tuple[PullRequest, ...]:
    """Return the open pull requests to `repository` from a branch of `head_repo` whose head still is `sha`."""
    head = f"{head_repo.partition('/')[0]}:{branch}"
    found = _list_open(github, f"/repos/{repository}/pulls", {"state": "open", "head": head})
    return tuple(each for each in found if each.head_sha == sha and each.head_repo == head_repo)


def find_pull_requests_for_commit(github: GitHubClient, repository: str, sha: str) -> tuple[PullRequest, ...]:
    """Return the open pull requests within `repository` whose head is `sha`; GitHub names none from a fork here."""
    found = _list_open(github, f"/repos/{repository}/commits/{sha}/pulls", {})
    return tuple(each for each in found if each.head_sha == sha and each.base_repo == repository)


def _list_open(github: GitHubClient, path: str, params: dict[str, str]) -> list[PullRequest]:
    listed = (parse_answer(PullRequestAnswer, item, "The pull request") for item in github.get_pages(path, params))
    return [_build_pull_request(each) for each in listed if each.state == "open"]


def _build_pull_request(answer: PullRequestAnswer) -> PullRequest:
    if answer.base.repo is None:
        raise GitHubError(f"Pull request #{answer.number} names no base repository. Report this.")
    return PullRequest(
        number=answer.number,
        author=answer.user.login,
        head_repo=answer.head.repo.full_name if answer.head.repo else None,
        head_sha=answer.head.sha,
        base_repo=answer.base.repo.full_name,
        base_ref=answer.base.ref,
    )
