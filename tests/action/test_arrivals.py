"""Each way in which a change arrives, from the event to the comment, on GitHub's own examples of events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.action.files import BASE, CLEAN, FAULTY, NEW, PULSE_BASE, PULSE_HEAD
from tests.container.outcome import notices, reported
from tests.standin import events

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.action.job import Job
    from tests.standin.server import StandIn

BEFORE, AFTER = "b" * 40, "a" * 40


@pytest.mark.parametrize("action", ["opened", "synchronize", "reopened"])
def test_a_pull_request_is_judged_in_the_jobs_checkout(job: Job, standin: StandIn, action: str) -> None:
    event = events.pull_request(action)
    job.open_pull_request(event, BASE, FAULTY)
    job.check_out(FAULTY)

    outcome = job.run("pull_request", event)

    assert (outcome.status, reported(outcome)) == (1, [("not-idempotent", NEW)])
    assert len(standin.state.comments) == 1
    assert [logged for logged in standin.log if "/git/" in logged.path] == []


@pytest.mark.parametrize("payload", [events.from_fork, events.from_deleted_fork, events.from_dependabot])
@pytest.mark.parametrize(("head", "status"), [(CLEAN, 0), (FAULTY, 1)])
def test_where_the_token_may_not_write_the_check_counts_all_the_same(
    job: Job, standin: StandIn, payload: Callable[[], events.Event], head: dict[str, str], status: int
) -> None:
    event = payload()
    job.open_pull_request(event, BASE, head)
    job.check_out(head)
    standin.state.read_only = True

    outcome = job.run("pull_request", event)

    assert outcome.status == status
    assert [text.startswith("There is no comment, since the token may not") for text in notices(outcome)] == [True]
    assert outcome.outputs["comment-url"] == ""
    assert "goals" in outcome.summary


@pytest.mark.parametrize("payload", [events.pull_request, events.from_fork, events.from_deleted_fork])
@pytest.mark.parametrize("name", ["pull_request", "pull_request_target"])
def test_without_a_checkout_the_files_are_asked_of_github(
    job: Job, standin: StandIn, payload: Callable[[], events.Event], name: str
) -> None:
    event = payload()
    job.open_pull_request(event, BASE, FAULTY)

    outcome = job.run(name, event)

    assert (outcome.status, reported(outcome)) == (1, [("not-idempotent", NEW)])
    assert len([logged for logged in standin.log if "/git/" in logged.path]) == 2


def test_under_pull_request_target_the_checkout_is_the_base_and_only_what_is_new_is_asked_for(
    job: Job, standin: StandIn
) -> None:
    event = events.from_fork()
    job.open_pull_request(event, PULSE_BASE, PULSE_HEAD)
    job.check_out(PULSE_BASE)

    outcome = job.run("pull_request_target", event)

    assert outcome.status == 1
    assert "22 migrations ran on a local copy" in standin.state.comments[0].body
    assert len([logged for logged in standin.log if "/git/" in logged.path]) == 1


def test_a_checkout_that_lacks_what_is_new_is_not_taken_for_the_change(job: Job) -> None:
    event = events.pull_request()
    job.open_pull_request(event, BASE, FAULTY)
    job.check_out(BASE)

    assert reported(job.run("pull_request", event)) == [("not-idempotent", NEW)]


def test_without_an_event_file_the_ref_says_which_pull_request_it_is(job: Job, standin: StandIn) -> None:
    job.open_pull_request(events.pull_request(), BASE, FAULTY)
    job.check_out(FAULTY)

    outcome = job.run("pull_request", None, variables={"GITHUB_REF": "refs/pull/2/merge"})

    assert reported(outcome) == [("not-idempotent", NEW)]
    assert len(standin.state.comments) == 1


@pytest.mark.parametrize(
    ("name", "variables", "said"),
    [
        ("pull_request_target", {"GITHUB_REF": "refs/heads/main"}, "names no pull request. Mount the runner's event"),
        ("merge_group", {"GITHUB_REF": "refs/heads/main"}, "names no merge group. Mount the runner's event file"),
        ("workflow_run", {"PULSE_CI_COMMAND": "check"}, "nothing else says which workflow run this one follows"),
    ],
)
def test_where_nothing_says_what_is_meant_one_is_told_what_to_do(
    job: Job, name: str, variables: dict[str, str], said: str
) -> None:
    outcome = job.run(name, None, variables=variables)

    assert outcome.status == 2
    assert said in outcome.annotations[0].message
    assert said.partition(". ")[0] in outcome.summary.replace("\\", "")


def test_a_merge_group_is_compared_with_its_base_and_gets_no_comment(job: Job, standin: StandIn) -> None:
    standin.state.tree = {BEFORE: BASE, AFTER: FAULTY}
    job.check_out(FAULTY)

    outcome = job.run("merge_group", events.merge_group(BEFORE, AFTER))

    assert (outcome.status, reported(outcome), outcome.outputs["pending"]) == (1, [("not-idempotent", NEW)], "1")
    assert standin.writes == []


def test_a_merge_group_without_event_file_is_compared_with_the_branch_of_the_queue(job: Job, standin: StandIn) -> None:
    standin.state.tree = {"release/1": BASE, AFTER: CLEAN}
    job.check_out(CLEAN)
    ref = f"refs/heads/gh-readonly-queue/release/1/pr-104-{BEFORE}"

    outcome = job.run("merge_group", None, variables={"GITHUB_REF": ref, "GITHUB_SHA": AFTER})

    assert (outcome.status, outcome.outputs["pending"]) == (0, "1")


def test_two_pull_requests_of_one_number_meet_in_the_merge_group(job: Job, standin: StandIn) -> None:
    first = BASE | {"migrations/002_visits.sql": CLEAN[NEW].replace("goals", "visits")}
    standin.state.tree = {BEFORE: first, AFTER: first | CLEAN}
    job.check_out(first | CLEAN)

    outcome = job.run("merge_group", events.merge_group(BEFORE, AFTER))

    assert ("migration-number-duplicate", NEW) in reported(outcome)


def test_a_number_that_was_taken_on_the_base_meanwhile_is_seen_in_the_pull_request(job: Job) -> None:
    event = events.pull_request()
    moved = BASE | {"migrations/002_visits.sql": CLEAN[NEW].replace("goals", "visits")}
    job.open_pull_request(event, BASE, CLEAN)
    job.standin.state.tree[event["pull_request"]["base"]["ref"]] = moved
    job.check_out(CLEAN)

    outcome = job.run("pull_request", event)

    assert ("migration-number-duplicate", NEW) in reported(outcome)


def test_a_git_ref_to_compare_with_has_no_place_where_the_checkout_is_not_the_change(job: Job) -> None:
    event = events.from_fork()
    job.open_pull_request(event, BASE, FAULTY)
    job.check_out(BASE)

    outcome = job.run("pull_request_target", event, base="origin/main")

    assert outcome.status == 2
    assert outcome.annotations[0].message.startswith("base: on this event the job's checkout is the base branch")


def test_a_directory_that_the_commit_has_not_is_told(job: Job) -> None:
    event = events.pull_request()
    job.open_pull_request(event, BASE, FAULTY)

    outcome = job.run("pull_request", event, migrations_dir="db/migrations")

    assert outcome.status == 2
    assert "db/migrations is not there at commit ec26c3e of Codertocat/Hello-World" in outcome.annotations[0].message
