"""The event that started the workflow, to the pull request it is about."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.errors import GitHubError
from pulse_ci.github.fields import JsonObject

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


def read_event(path: Path | None) -> JsonObject | None:
    """Return the event's payload, or None where there is no event file, as on some self-hosted runners.

    Raises:
        GitHubError: the file is no JSON object.

    """
    if path is None or not path.is_file():
        return None
    try:
        payload = json.loads(path.read_bytes())
    except (ValueError, RecursionError, OSError) as error:
        raise GitHubError(
            f"The event file {path} cannot be read: {error}. Check that GITHUB_EVENT_PATH is what the runner set."
        ) from error
    return JsonObject(payload, "The event")


def get_pull_request_for_event(context: RunnerContext, github: GitHubClient) -> PullRequest:
    """Return the pull request that the event names.

    Where there is no event file, the number is taken from GITHUB_REF and the rest from the API.

    Raises:
        GitHubError: nothing says which pull request the event is about, or its payload is malformed.

    """
    if event := read_event(context.event_path):
        return _parse_pull_request(event.get_object("pull_request"))
    number = _PULL_REF.fullmatch(context.ref)
    if number is None:
        raise GitHubError(
            f"There is no event file, and GITHUB_REF is {context.ref!r}, which names no pull request. "
            "Mount the runner's event file, and set GITHUB_EVENT_PATH to it."
        )
    answer = github.get(f"/repos/{context.repository}/pulls/{number[1]}")
    return _parse_pull_request(JsonObject(answer, "The pull request"))


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
    listed = (JsonObject(item, "The pull request") for item in github.get_pages(path, params))
    return [_parse_pull_request(fields) for fields in listed if fields.get_text("state") == "open"]


def _parse_pull_request(fields: JsonObject) -> PullRequest:
    head, base = fields.get_object("head"), fields.get_object("base")
    head_repo = head.find_object("repo")
    return PullRequest(
        number=fields.get_number("number"),
        author=fields.get_object("user").get_text("login"),
        head_repo=head_repo.get_text("full_name") if head_repo else None,
        head_sha=head.get_text("sha"),
        base_repo=base.get_object("repo").get_text("full_name"),
        base_ref=base.get_text("ref"),
    )
