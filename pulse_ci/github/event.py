"""The event that started the workflow, to the pull request it is about."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.errors import GitHubError
from pulse_ci.github.fields import Fields

if TYPE_CHECKING:
    from pathlib import Path

    from pulse_ci.github.client import GitHub
    from pulse_ci.github.context import RunnerContext

_PULL_REF = re.compile(r"refs/pull/(\d+)/(?:merge|head)")


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request; repositories are "owner/name", and `head_repo` is None once the fork was deleted."""

    number: int
    author: str
    head_repo: str | None
    head_ref: str
    head_sha: str
    base_repo: str
    base_ref: str
    base_sha: str

    @property
    def is_fork(self) -> bool:
        """Whether the commits live in another repository; those of a deleted one do."""
        return self.head_repo is None or self.head_repo.lower() != self.base_repo.lower()


def find_pull_request(context: RunnerContext, github: GitHub) -> PullRequest | None:
    """Return the pull request that the event is about, or None for an event that is about none.

    The event file is read; where a self-hosted runner has none, the number is taken from GITHUB_REF and the
    rest from the API.

    Raises:
        GitHubError: nothing says which pull request the event is about, or its payload is malformed.

    """
    match context.event_name:
        case "pull_request" | "pull_request_target":
            return _read_event(context.event_path) or _ask(context, github)
        case _:  # merge_group, push, workflow_run, schedule name no pull request
            return None


def _read_event(path: Path | None) -> PullRequest | None:
    if path is None or not path.is_file():
        return None
    try:
        payload = json.loads(path.read_bytes())
    except (ValueError, RecursionError, OSError) as error:
        raise GitHubError(
            f"The event file {path} cannot be read: {error}. Check that GITHUB_EVENT_PATH is what the runner set."
        ) from error
    return _pull_request(Fields(payload, "The event").object("pull_request"))


def _ask(context: RunnerContext, github: GitHub) -> PullRequest:
    number = _PULL_REF.fullmatch(context.ref)
    if number is None:
        raise GitHubError(
            f"There is no event file, and GITHUB_REF is {context.ref!r}, which names no pull request. "
            "Mount the runner's event file, and set GITHUB_EVENT_PATH to it."
        )
    answer = github.get(f"/repos/{context.repository}/pulls/{number[1]}")
    return _pull_request(Fields(answer, "The pull request"))


def _pull_request(fields: Fields) -> PullRequest:
    head, base = fields.object("head"), fields.object("base")
    head_repo = head.find_object("repo")
    return PullRequest(
        number=fields.number("number"),
        author=fields.object("user").text("login"),
        head_repo=head_repo.text("full_name") if head_repo else None,
        head_ref=head.text("ref"),
        head_sha=head.text("sha"),
        base_repo=base.object("repo").text("full_name"),
        base_ref=base.text("ref"),
        base_sha=base.text("sha"),
    )
