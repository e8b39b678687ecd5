"""The action with a token to Cloudflare: what the comment says of staging, and what a fork does not get."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.action.files import BASE, CLEAN, PULSE_BASE, PULSE_HEAD
from tests.cloudflare.wrangler import configure
from tests.standin import events

if TYPE_CHECKING:
    from tests.action.job import Job
    from tests.cloudflare.server import Cloudflare
    from tests.standin.server import StandIn


def inputs(cloud: Cloudflare) -> dict[str, str]:
    return {"api_token": cloud.token, "account_id": cloud.account}


def address(cloud: Cloudflare) -> dict[str, str]:
    return {"CLOUDFLARE_API_BASE_URL": cloud.url}


def test_the_comment_says_what_is_pending_on_staging(job: Job, standin: StandIn, cloud: Cloudflare) -> None:
    event = events.pull_request("opened")
    job.open_pull_request(event, PULSE_BASE, PULSE_HEAD)
    job.check_out(PULSE_HEAD)
    files = [text for path, text in PULSE_BASE.items() if "/reverse/" not in path]
    configure(job.workspace, cloud.create("pulse_staging", "\n".join(files)), "pulse_staging")

    outcome = job.run("pull_request", event, variables=address(cloud), **inputs(cloud))

    (comment,) = standin.state.comments
    assert "1 of 22 files pending on staging `pulse_staging`, 1 under review" in comment.body
    assert "Staging: 21 applied, 1 pending (2 requests" in comment.body
    assert outcome.outputs["pending"] == "1"
    assert not cloud.writes
    assert outcome.stdout.count(cloud.token) == outcome.stdout.count(f"::add-mask::{cloud.token}") == 1
    assert cloud.token not in comment.body + outcome.summary + outcome.stderr


@pytest.mark.parametrize("name", ["pull_request", "pull_request_target"])
def test_a_fork_is_checked_without_staging_and_told_so(
    job: Job, standin: StandIn, cloud: Cloudflare, name: str
) -> None:
    event = events.from_fork()
    job.open_pull_request(event, BASE, CLEAN)
    job.check_out(CLEAN)
    configure(job.workspace, cloud.create("production"))

    outcome = job.run(name, event, variables=address(cloud), **inputs(cloud))

    assert outcome.status == 0
    assert not cloud.log
    assert "Staging was not used: the change comes from a fork" in outcome.summary.replace("\\", "")


@pytest.mark.parametrize("token", [True, False], ids=["with a token", "without"])
def test_a_fork_runs_nothing_on_a_scratch_database_and_the_team_is_told_so(
    job: Job, cloud: Cloudflare, *, token: bool
) -> None:
    event = events.from_fork()
    job.open_pull_request(event, BASE, CLEAN)
    job.check_out(BASE)
    configure(job.workspace, cloud.create("staging"))
    given = inputs(cloud) if token else {}

    outcome = job.run("pull_request_target", event, variables=address(cloud), preview="scratch", **given)

    said = "the change comes from a fork, whose SQL `preview: scratch` would run on your account"
    assert outcome.status == 0
    assert not cloud.log
    assert f"::warning::preview: scratch was not done: {said}." in outcome.stdout
    assert f"Staging was not used: {said}" in " ".join(outcome.stdout.split())
    assert said.replace("`", "") in outcome.summary.replace("\\", "").replace("`", "")


def test_a_scratch_database_has_the_runs_number_in_its_name(job: Job, cloud: Cloudflare) -> None:
    event = events.pull_request("opened")
    job.open_pull_request(event, BASE, CLEAN)
    job.check_out(CLEAN)
    configure(job.workspace, cloud.create("staging"))
    names: list[str] = []
    cloud.after_request = lambda _: names.extend(each.name for each in cloud.routes.databases)

    outcome = job.run("pull_request", event, variables=address(cloud), preview="scratch", **inputs(cloud))

    assert outcome.status == 0
    (scratch,) = {name.rpartition("-")[0] for name in names if name != "staging"}
    assert scratch == "pulse-ci-scratch-18000000001"
    assert [each.name for each in cloud.routes.databases] == ["staging"]
