"""The event that started the workflow, to what is to be judged: which commit, compared with what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.errors import Forbidden, GitHubError
from pulse_ci.github.answers import MergeGroupEvent, PushEvent, WorkflowRunEvent
from pulse_ci.github.pull_request import (
    PullRequest,
    find_pull_requests_for_branch,
    find_pull_requests_for_commit,
    get_pull_request_for_event,
    read_event,
)

if TYPE_CHECKING:
    from pulse_ci.github.client import GitHubClient
    from pulse_ci.github.context import RunnerContext

_ZERO_SHA = "0" * 40
# https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
_MERGE_QUEUE_REF = re.compile(r"refs/heads/gh-readonly-queue/(.+)/pr-\d+-[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class CheckTarget:
    """What is to be judged.

    repository      "owner/name", where the commit is asked for
    head            the commit, "" outside a workflow
    pull_request    the one that it is the head of, if any: it says what is new, and gets the comment
    before          the commit or branch that says what is new where there is no pull request
    is_checked_out  False where the job's checkout is another commit: the base branch's, under pull_request_target
                    and workflow_run
    """

    repository: str
    head: str
    pull_request: PullRequest | None = None
    base: str | None = None
    is_checked_out: bool = True


@dataclass(frozen=True, slots=True)
class NothingToCheck:
    """There is nothing to judge (any more); `reason` is a sentence for people."""

    reason: str


def read_check_target(context: RunnerContext, github: GitHubClient) -> CheckTarget | NothingToCheck:
    """Return what the event asks to judge; asks GitHub only where the event file does not say it.

    Raises:
        GitHubError: nothing says what the event is about, or its payload is malformed.

    """
    match context.event_name:
        case "pull_request":
            return _build_for_pull_request(get_pull_request_for_event(context, github))
        case "pull_request_target":
            return _build_for_pull_request(get_pull_request_for_event(context, github), is_checked_out=False)
        case "workflow_run":
            return _read_workflow_run(context, github)
        case "merge_group":
            return _read_merge_group(context)
        case "push":
            return _read_push(context, github)
        case "workflow_dispatch":
            return _read_commit(context, github)
        case _:
            return CheckTarget(context.repository, context.sha)


def _build_for_pull_request(pull_request: PullRequest, *, is_checked_out: bool = True) -> CheckTarget:
    return CheckTarget(
        pull_request.base_repo, pull_request.head_sha, pull_request=pull_request, is_checked_out=is_checked_out
    )


def _read_workflow_run(context: RunnerContext, github: GitHubClient) -> CheckTarget | NothingToCheck:
    event = read_event(context.event_path, WorkflowRunEvent)
    if event is None:
        raise GitHubError(
            "There is no event file, and nothing else says which workflow run this one follows. "
            "Mount the runner's event file, and set GITHUB_EVENT_PATH to it."
        )
    run = event.workflow_run
    sha, branch, origin = run.head_sha, run.head_branch, run.head_repository
    if origin is None or branch is None:
        return NothingToCheck(f"Commit {sha[:7]} came from a fork that is there no more, and leads to no pull request.")
    # The event's own list of pull requests is empty for a fork's, and the first run's word is not taken for it.
    found = find_pull_requests_for_branch(github, context.repository, origin.full_name, branch, sha)
    match found:
        case (pull_request,):
            return _build_for_pull_request(pull_request, is_checked_out=False)
        case ():
            return NothingToCheck(
                f"No open pull request has the head {sha[:7]}: it was closed, or a later push has come."
            )
        case _:
            numbers = " and ".join(f"#{each.number}" for each in found)
            return NothingToCheck(f"Commit {sha[:7]} is the head of {numbers}: which one is meant cannot be told.")


def _read_merge_group(context: RunnerContext) -> CheckTarget:
    if event := read_event(context.event_path, MergeGroupEvent):
        group = event.merge_group
        return CheckTarget(context.repository, group.head_sha, base=group.base_sha)
    branch = _MERGE_QUEUE_REF.fullmatch(context.ref)
    if branch is None:
        raise GitHubError(
            f"There is no event file, and GITHUB_REF is {context.ref!r}, which names no merge group. "
            "Mount the runner's event file, and set GITHUB_EVENT_PATH to it."
        )
    return CheckTarget(context.repository, context.sha, base=branch[1])


def _read_push(context: RunnerContext, github: GitHubClient) -> CheckTarget | NothingToCheck:
    event = read_event(context.event_path, PushEvent)
    if event is None:
        return _read_commit(context, github)
    if event.after == _ZERO_SHA:
        return NothingToCheck(f"{event.ref} was deleted: there is nothing to judge.")
    return _read_commit(context, github, base=_find_push_base(event))


def _find_push_base(event: PushEvent) -> str | None:
    if event.before != _ZERO_SHA:
        return event.before
    default = event.repository.default_branch
    return None if event.ref == f"refs/heads/{default}" else default


def _read_commit(context: RunnerContext, github: GitHubClient, base: str | None = None) -> CheckTarget:
    try:
        found = find_pull_requests_for_commit(github, context.repository, context.sha) if context.sha else ()
    except Forbidden:  # the job has no `pull-requests` permission, and needs none without a comment
        found = ()
    if len(found) == 1:
        return _build_for_pull_request(found[0])
    return CheckTarget(context.repository, context.sha, base=base)
