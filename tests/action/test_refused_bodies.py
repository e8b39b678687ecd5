"""A comment that GitHub refuses for what it is gets smaller, and says where the rest is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.action.files import BASE, NEW
from tests.commands.files import HEADER
from tests.standin import events

if TYPE_CHECKING:
    from tests.action.job import Job
    from tests.container.outcome import Outcome
    from tests.standin.server import StandIn

TABLES = "".join(f"CREATE TABLE table_with_a_name_{number} (a TEXT NOT NULL, b);\n" for number in range(60))


@pytest.fixture
def event(job: Job) -> dict[str, object]:
    """A pull request with very much to say of it."""
    event = events.pull_request()
    files = BASE | {NEW: f"{HEADER}{TABLES}"}
    job.open_pull_request(event, BASE, files)
    job.check_out(files)
    return event


def run(job: Job, event: dict[str, object]) -> Outcome:
    return job.run("pull_request", event)


def test_a_body_that_is_refused_is_sent_again_smaller(job: Job, standin: StandIn, event: dict[str, object]) -> None:
    standin.fail("invalid", "POST")

    outcome = run(job, event)

    refused, taken = (str(logged.body["body"]) for logged in standin.writes)
    assert len(taken.encode()) < 21_000 < len(refused.encode())
    assert "left out for size; [the job summary](" in taken
    assert outcome.outputs["comment-url"]


def test_the_job_summary_has_what_the_comment_leaves_out(job: Job, standin: StandIn, event: dict[str, object]) -> None:
    outcome = run(job, event)

    assert "table_with_a_name_59" in outcome.summary
    assert "left out" not in outcome.summary
