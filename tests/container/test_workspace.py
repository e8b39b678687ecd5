"""The container leaves the workspace as it was, whoever it runs as."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.container.event import open_pull_request
from tests.container.workspace import CLEAN, DOCUMENTATION_SAMPLE, check_out, take_stock
from tests.standin.state import ChangedFile

if TYPE_CHECKING:
    from pathlib import Path

    from tests.container.event import Event
    from tests.container.runner import Runner
    from tests.standin.server import StandIn

pytestmark = pytest.mark.container


@pytest.fixture
def event(standin: StandIn) -> Event:
    """A pull request that adds one migration."""
    return open_pull_request(standin)


def test_root_leaves_the_workspace_as_it_was(runner: Runner, event: Event) -> None:
    check_out(runner.workspace, DOCUMENTATION_SAMPLE)
    before = take_stock(runner.workspace)

    outcome = runner.run(event)

    assert outcome.status == 1, outcome
    assert take_stock(runner.workspace) == before


def test_the_runners_user_leaves_the_workspace_as_it_was(runner: Runner, event: Event) -> None:
    check_out(runner.workspace, CLEAN)
    before = take_stock(runner.workspace)
    owner = runner.workspace.stat()

    outcome = runner.run(event, flags=[f"--user={owner.st_uid}:{owner.st_gid}", "--read-only"])

    assert outcome.status == 0, outcome
    assert outcome.outputs["conclusion"] == "success"
    assert take_stock(runner.workspace) == before


def test_a_report_that_is_asked_for_belongs_to_the_workspaces_owner(runner: Runner, event: Event) -> None:
    check_out(runner.workspace, CLEAN)
    before = take_stock(runner.workspace)

    outcome = runner.run(event, inputs={"report-file": "migrations.json", "sarif-file": "migrations.sarif"})

    after = take_stock(runner.workspace)
    assert after.keys() - before.keys() == {"migrations.json", "migrations.sarif"}, outcome
    assert outcome.outputs["report"] == "migrations.json"
    assert json.loads((runner.workspace / "migrations.json").read_text())["conclusion"] == "success"
    assert _owner(runner.workspace / "migrations.json") == _owner(runner.workspace)
    assert _owner(runner.workspace / "migrations.sarif") == _owner(runner.workspace)


def test_a_link_out_of_the_workspace_is_reported_and_not_followed(
    runner: Runner, standin: StandIn, event: Event
) -> None:
    check_out(runner.workspace, CLEAN)
    runner.on_host("/github/home/secrets.sql").write_text("CREATE TABLE secret_of_the_runner (a);\n")
    link = "migrations/023_secrets.sql"
    (runner.workspace / link).symlink_to("/github/home/secrets.sql")
    standin.state.pulls[0].files.append(ChangedFile(link))

    outcome = runner.run(event)

    everything = f"{outcome}{outcome.summary}{standin.state.comments}"
    assert outcome.status in (1, 2), outcome
    assert link in everything
    assert "secret_of_the_runner" not in everything


def _owner(path: Path) -> tuple[int, int]:
    found = os.lstat(path)
    return found.st_uid, found.st_gid
