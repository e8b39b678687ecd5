"""Pushes, runs by hand and on a schedule: with the pull request that they belong to, if there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.action.files import BASE, CLEAN, FAULTY, NEW
from tests.container.outcome import notices, reported
from tests.standin import events

if TYPE_CHECKING:
    from tests.action.job import Job
    from tests.standin.server import StandIn

BEFORE, AFTER = "b" * 40, "a" * 40


def test_a_push_to_a_pull_requests_branch_is_judged_as_that_pull_request(job: Job, standin: StandIn) -> None:
    event = events.pull_request()
    head = event["pull_request"]["head"]
    job.open_pull_request(event, BASE, FAULTY)
    job.check_out(FAULTY)

    outcome = job.run("push", events.push(BEFORE, head["sha"], f"refs/heads/{head['ref']}"), command="check")

    assert reported(outcome) == [("not-idempotent", NEW)]
    assert len(standin.state.comments) == 1


def test_a_push_without_pull_request_is_compared_with_what_was_there_before(job: Job, standin: StandIn) -> None:
    standin.state.tree = {BEFORE: BASE, AFTER: FAULTY}
    job.check_out(FAULTY)

    outcome = job.run("push", events.push(BEFORE, AFTER), command="check")

    assert (reported(outcome), outcome.outputs["pending"]) == ([("not-idempotent", NEW)], "1")


def test_a_new_branch_is_compared_with_the_default_branch(job: Job, standin: StandIn) -> None:
    standin.state.tree = {"master": BASE, AFTER: FAULTY}
    job.check_out(FAULTY)

    outcome = job.run("push", events.push("0" * 40, AFTER), command="check")

    assert outcome.outputs["pending"] == "1"


def test_the_first_push_to_the_default_branch_is_judged_in_whole(job: Job) -> None:
    job.check_out(FAULTY)

    outcome = job.run("push", events.push("0" * 40, AFTER, "refs/heads/master"), command="check")

    assert outcome.outputs["pending"] == "2"


def test_a_commit_that_a_force_push_has_swept_away_is_told(job: Job, standin: StandIn) -> None:
    standin.state.tree = {AFTER: FAULTY}
    job.check_out(FAULTY)

    outcome = job.run("push", events.push(BEFORE, AFTER), command="check")

    assert outcome.status == 2
    assert f"{BEFORE} is not at Codertocat/Hello-World any more" in outcome.annotations[0].message


def test_a_job_that_may_not_list_pull_requests_is_checked_without_one(job: Job, standin: StandIn) -> None:
    standin.state.tree = {BEFORE: BASE, AFTER: CLEAN}
    standin.fail("read-only", "GET", "*/commits/*/pulls")
    job.check_out(CLEAN)

    assert job.run("push", events.push(BEFORE, AFTER), command="check").outputs["pending"] == "1"


def test_a_branch_that_is_deleted_leaves_nothing_to_check(job: Job, standin: StandIn) -> None:
    outcome = job.run("push", events.push(BEFORE, "0" * 40), command="check")

    assert (outcome.status, outcome.outputs["conclusion"]) == (0, "neutral")
    assert notices(outcome) == ["refs/heads/changes was deleted: there is nothing to judge."]
    assert standin.log == []


def test_by_hand_the_whole_directory_is_judged(job: Job) -> None:
    job.check_out(FAULTY)

    outcome = job.run("workflow_dispatch", events.workflow_dispatch(), command="check")

    assert outcome.outputs["pending"] == "2"


def test_on_a_schedule_the_whole_directory_can_be_checked(job: Job, standin: StandIn) -> None:
    job.check_out(FAULTY)

    outcome = job.run("schedule", events.schedule(), command="check")

    assert outcome.outputs["pending"] == "2"
    assert standin.log == []
