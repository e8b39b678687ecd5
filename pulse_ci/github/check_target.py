"""The event that started the workflow, to what is to be judged: which commit, compared with what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.errors import GitHubError
from pulse_ci.github.failures import Forbidden
from pulse_ci.github.pull_request import PullRequest, find_named, find_of_branch, find_of_commit, read_event

if TYPE_CHECKING:
    from pulse_ci.github.client import GitHub
    from pulse_ci.github.context import RunnerContext
    from pulse_ci.github.fields import Fields

_NO_COMMIT = "0" * 40
# https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
_QUEUE_REF = re.compile(r"refs/heads/gh-readonly-queue/(.+)/pr-\d+-[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class Arrival:
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
    before: str | None = None
    is_checked_out: bool = True


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing to judge (any more); `reason` is a sentence for people."""

    reason: str


def read_arrival(context: RunnerContext, github: GitHub) -> Arrival | Nothing:
    """Return what the event asks to judge; asks GitHub only where the event file does not say it.

    Raises:
        GitHubError: nothing says what the event is about, or its payload is malformed.

    """
    match context.event_name:
        case "pull_request":
            return _of(find_named(context, github))
        case "pull_request_target":
            return _of(find_named(context, github), is_checked_out=False)
        case "workflow_run":
            return _checked_by_another_run(context, github)
        case "merge_group":
            return _queued(context)
        case "push":
            return _pushed(context, github)
        case "workflow_dispatch":
            return _of_commit(context, github)
        case _:
            return Arrival(context.repository, context.sha)


def _of(pull_request: PullRequest, *, is_checked_out: bool = True) -> Arrival:
    return Arrival(
        pull_request.base_repo, pull_request.head_sha, pull_request=pull_request, is_checked_out=is_checked_out
    )


def _checked_by_another_run(context: RunnerContext, github: GitHub) -> Arrival | Nothing:
    event = read_event(context.event_path)
    if event is None:
        raise GitHubError(
            "There is no event file, and nothing else says which workflow run this one follows. "
            "Mount the runner's event file, and set GITHUB_EVENT_PATH to it."
        )
    run = event.object("workflow_run")
    sha, branch = run.text("head_sha"), run.find_text("head_branch")
    origin = run.find_object("head_repository")
    if origin is None or branch is None:
        return Nothing(f"Commit {sha[:7]} came from a fork that is there no more, and leads to no pull request.")
    # The event's own list of pull requests is empty for a fork's, and the first run's word is not taken for it.
    found = find_of_branch(github, context.repository, origin.text("full_name"), branch, sha)
    match found:
        case (pull_request,):
            return _of(pull_request, is_checked_out=False)
        case ():
            return Nothing(f"No open pull request has the head {sha[:7]}: it was closed, or a later push has come.")
        case _:
            numbers = " and ".join(f"#{each.number}" for each in found)
            return Nothing(f"Commit {sha[:7]} is the head of {numbers}: which one is meant cannot be told.")


def _queued(context: RunnerContext) -> Arrival:
    if event := read_event(context.event_path):
        group = event.object("merge_group")
        return Arrival(context.repository, group.text("head_sha"), before=group.text("base_sha"))
    branch = _QUEUE_REF.fullmatch(context.ref)
    if branch is None:
        raise GitHubError(
            f"There is no event file, and GITHUB_REF is {context.ref!r}, which names no merge group. "
            "Mount the runner's event file, and set GITHUB_EVENT_PATH to it."
        )
    return Arrival(context.repository, context.sha, before=branch[1])


def _pushed(context: RunnerContext, github: GitHub) -> Arrival | Nothing:
    event = read_event(context.event_path)
    if event is None:
        return _of_commit(context, github)
    if event.text("after") == _NO_COMMIT:
        return Nothing(f"{event.text('ref')} was deleted: there is nothing to judge.")
    return _of_commit(context, github, before=_before(event))


def _before(event: Fields) -> str | None:
    if event.text("before") != _NO_COMMIT:
        return event.text("before")
    default = event.object("repository").text("default_branch")
    return None if event.text("ref") == f"refs/heads/{default}" else default


def _of_commit(context: RunnerContext, github: GitHub, before: str | None = None) -> Arrival:
    try:
        found = find_of_commit(github, context.repository, context.sha) if context.sha else ()
    except Forbidden:  # the job has no `pull-requests` permission, and needs none without a comment
        found = ()
    if len(found) == 1:
        return _of(found[0])
    return Arrival(context.repository, context.sha, before=before)
