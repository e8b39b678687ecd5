"""The comment from one push to the next, as the inputs ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.action.files import BASE, CLEAN, FAULTY
from tests.container.outcome import notices
from tests.standin import events

if TYPE_CHECKING:
    from tests.action.job import Job
    from tests.container.outcome import Outcome
    from tests.standin.server import StandIn

EVENT = events.pull_request()
UNTOUCHED = BASE | {"README.md": "Hello again.\n"}


def push(job: Job, head: dict[str, str], *, comment: str = "always", label: str = "", run_id: str = "") -> Outcome:
    """Let the pull request hold `head`, and check it."""
    job.standin.state.pulls.clear()
    job.open_pull_request(EVENT, BASE, head)
    job.check_out(head)
    job.standin.log.clear()
    variables = {"GITHUB_RUN_ID": run_id} if run_id else None
    return job.run("pull_request", EVENT, variables=variables, comment=comment, label=label)


def test_what_was_mended_updates_the_comment_and_deletes_nothing(job: Job, standin: StandIn) -> None:
    push(job, FAULTY)
    (comment,) = standin.state.comments
    number, faulty = comment.id, comment.body

    push(job, CLEAN)

    (comment,) = standin.state.comments
    assert comment.id == number
    assert "❌" in faulty
    assert "❌" not in comment.body
    assert [logged.method for logged in standin.writes] == ["PATCH"]


def test_the_same_again_writes_nothing(job: Job, standin: StandIn) -> None:
    push(job, CLEAN)
    push(job, CLEAN)

    assert standin.writes == []


def test_changes_writes_none_where_there_is_nothing_to_say(job: Job, standin: StandIn) -> None:
    outcome = push(job, UNTOUCHED, comment="changes")

    assert (outcome.status, standin.state.comments) == (0, [])
    assert outcome.outputs["comment-url"] == ""


@pytest.mark.parametrize("head", [CLEAN, FAULTY])
def test_changes_writes_one_where_there_is(job: Job, standin: StandIn, head: dict[str, str]) -> None:
    push(job, head, comment="changes")

    assert len(standin.state.comments) == 1


def test_off_asks_github_nothing_about_comments(job: Job, standin: StandIn) -> None:
    push(job, FAULTY, comment="off")

    assert [logged for logged in standin.log if "comments" in logged.path] == []


def test_each_label_has_a_comment_of_its_own(job: Job, standin: StandIn) -> None:
    for label in ("eu", "us", "eu"):
        push(job, CLEAN, label=label)

    assert len(standin.state.comments) == 2


def test_an_older_run_that_ends_last_leaves_the_newer_ones_comment(job: Job, standin: StandIn) -> None:
    push(job, CLEAN)
    before = standin.state.comments[0].body

    outcome = push(job, FAULTY, run_id="7")

    assert (outcome.status, standin.state.comments[0].body) == (1, before)
    assert ["a newer one, has written it" in text for text in notices(outcome)] == [True]


def test_a_push_that_cannot_be_checked_takes_the_old_verdict_back(job: Job, standin: StandIn) -> None:
    push(job, CLEAN)

    outcome = push(job, CLEAN | {"wrangler.toml": "[[d1_databases\n"})

    (comment,) = standin.state.comments
    assert outcome.status == 2
    assert "### ❌ Could not check " in comment.body
    assert "✅" not in comment.body
