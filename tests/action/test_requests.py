"""How much a check asks of GitHub: jobs of a repository share 1,000 requests an hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.action.files import PULSE_BASE, PULSE_HEAD
from tests.standin import events

if TYPE_CHECKING:
    from tests.action.job import Job
    from tests.standin.server import StandIn

MOST_AT_FIRST, MOST_AGAIN = 5, 4


def test_a_check_of_pulse_asks_five_times_at_most_and_again_four_times_without_a_write(
    job: Job, standin: StandIn
) -> None:
    event = events.pull_request()
    job.open_pull_request(event, PULSE_BASE, PULSE_HEAD)
    job.check_out(PULSE_HEAD)

    first = job.run("pull_request", event)
    at_first = len(standin.log)
    standin.log.clear()
    again = job.run("pull_request", event)

    assert at_first <= MOST_AT_FIRST
    assert len(standin.log) <= MOST_AGAIN
    assert standin.writes == []
    assert first.outputs == again.outputs
    assert len(standin.state.comments) == 1


def test_without_a_comment_two_requests_are_enough(job: Job, standin: StandIn) -> None:
    event = events.pull_request()
    job.open_pull_request(event, PULSE_BASE, PULSE_HEAD)
    job.check_out(PULSE_HEAD)

    job.run("pull_request", event, comment="off")

    assert len(standin.log) == 2


def test_under_pull_request_target_only_the_new_files_come_on_top(job: Job, standin: StandIn) -> None:
    event = events.from_fork()
    job.open_pull_request(event, PULSE_BASE, PULSE_HEAD)
    job.check_out(PULSE_BASE)

    job.run("pull_request_target", event)

    listings_and_new_files = 2 + 1
    assert len(standin.log) <= MOST_AT_FIRST + listings_and_new_files
