"""Each way in which a change arrives, in the container with the runner's own flags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cloudflare.wrangler import configure
from tests.container.event import Event, open_pull_request, pulse_files
from tests.container.outcome import reported
from tests.container.runner import own
from tests.container.workspace import CLEAN, DOCUMENTATION_SAMPLE, NEW_FILE, check_out, take_stock
from tests.live.pulse import recorded
from tests.standin import events

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cloudflare.server import Cloudflare
    from tests.container.runner import Runner
    from tests.standin.server import StandIn

pytestmark = pytest.mark.container

BEFORE, AFTER = "b" * 40, "a" * 40


def two_commits(standin: StandIn) -> None:
    """Let GitHub have a commit before the new migration, and one with it."""
    standin.state.tree = {BEFORE: pulse_files(), AFTER: pulse_files() | {NEW_FILE: DOCUMENTATION_SAMPLE}}


@pytest.mark.parametrize("action", ["synchronize", "reopened"])
def test_a_pull_request_that_is_pushed_to_or_opened_again(runner: Runner, standin: StandIn, action: str) -> None:
    check_out(runner.workspace, DOCUMENTATION_SAMPLE)

    outcome = runner.run(open_pull_request(standin, events.pull_request(action)))

    assert ("not-idempotent", NEW_FILE) in reported(outcome), outcome
    assert len(standin.state.comments) == 1


def test_dependabots_token_may_not_write(runner: Runner, standin: StandIn) -> None:
    standin.state.read_only = True
    check_out(runner.workspace, CLEAN)

    outcome = runner.run(open_pull_request(standin, events.from_dependabot()))

    assert (outcome.status, outcome.outputs["conclusion"]) == (0, "success"), outcome
    assert [found.name for found in outcome.annotations] == ["notice"]


@pytest.mark.parametrize("payload", [events.pull_request, events.from_fork, events.from_deleted_fork])
@pytest.mark.parametrize("name", ["pull_request", "pull_request_target"])
def test_without_a_checkout(runner: Runner, standin: StandIn, payload: Callable[[], events.Event], name: str) -> None:
    before = take_stock(runner.workspace)

    outcome = runner.run(open_pull_request(standin, payload(), migration=DOCUMENTATION_SAMPLE, name=name))

    assert ("not-idempotent", NEW_FILE) in reported(outcome), outcome
    assert len(standin.state.comments) == 1
    assert take_stock(runner.workspace) == before


@pytest.mark.parametrize("report_file", ["report.json", ""])
def test_a_second_workflow_after_a_forks_check(runner: Runner, standin: StandIn, report_file: str) -> None:
    fork = events.from_fork()
    check_out(runner.workspace, DOCUMENTATION_SAMPLE)
    standin.state.read_only = True
    event = open_pull_request(standin, fork, migration=DOCUMENTATION_SAMPLE)
    first = runner.run(event, inputs={"report-file": "report.json"})
    standin.state.read_only = False

    inputs = {"command": "check", "report-file": report_file}
    second = runner.run(Event("workflow_run", events.workflow_run(fork)), inputs=inputs)

    assert (first.status, second.status) == (1, 1), second
    assert reported(second) == reported(first)
    assert len(standin.state.comments) == 1


def test_a_merge_group(runner: Runner, standin: StandIn) -> None:
    two_commits(standin)
    check_out(runner.workspace, DOCUMENTATION_SAMPLE)

    outcome = runner.run(Event("merge_group", events.merge_group(BEFORE, AFTER)))

    assert ("not-idempotent", NEW_FILE) in reported(outcome), outcome
    assert outcome.outputs["pending"] == "1"
    assert standin.writes == []


def test_a_push(runner: Runner, standin: StandIn) -> None:
    two_commits(standin)
    check_out(runner.workspace, DOCUMENTATION_SAMPLE)

    outcome = runner.run(Event("push", events.push(BEFORE, AFTER)), inputs={"command": "check"})

    assert ("not-idempotent", NEW_FILE) in reported(outcome), outcome
    assert outcome.outputs["pending"] == "1"


def test_a_run_by_hand(runner: Runner) -> None:
    check_out(runner.workspace, CLEAN)

    outcome = runner.run(Event("workflow_dispatch", events.workflow_dispatch()), inputs={"command": "check"})

    assert (outcome.status, outcome.outputs["pending"]) == (0, "22"), outcome


def test_a_schedule_looks_for_drift(runner: Runner, standin: StandIn, cloud: Cloudflare) -> None:
    check_out(runner.workspace, CLEAN)
    (runner.workspace / NEW_FILE).unlink()
    own(configure(runner.workspace, cloud.create("staging", f"{recorded()}CREATE INDEX hotfix ON sites (name);")))

    outcome = runner.run(Event("schedule", events.schedule()), variables=cloud.environment)

    assert (outcome.status, outcome.outputs["drift"]) == (1, "true"), outcome
    assert ["hotfix" in issue.body for issue in standin.state.issues] == [True]
    assert cloud.writes == []
