"""A workflow that runs on a schedule: a drift of real D1 becomes an issue, from within the real container."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cloudflare.fixtures import cloud as cloud
from tests.cloudflare.fixtures import databases as databases
from tests.container.act import ACTION, export_action, run_workflow
from tests.container.event import Event
from tests.container.workspace import CLEAN, check_out
from tests.live.pulse import recorded
from tests.standin import events

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cloudflare.server import Cloudflare
    from tests.container.act import Run
    from tests.standin.server import StandIn

pytestmark = pytest.mark.container

TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
WORKFLOW = f"""\
name: drift
on:
  schedule:
    - cron: "17 5 * * *"
permissions:
  contents: read
  issues: write
jobs:
  drift:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - id: pulse
        uses: {ACTION}
        with:
          database: staging
      - if: always()
        env:
          DRIFT: ${{{{ steps.pulse.outputs.drift }}}}
          ISSUE: ${{{{ steps.pulse.outputs.comment-url }}}}
        run: printf '%s\\n' "drift $DRIFT" "issue $ISSUE"
"""


def scheduled(image: str, cloud: Cloudflare, standin: StandIn, folder: Path) -> Run:
    """Run the workflow in a repository with PULSE's migrations."""
    workspace, home = folder / "pulse", folder / "home"
    home.mkdir()
    (workspace / ".github/workflows").mkdir(parents=True)
    (workspace / ".github/workflows/drift.yml").write_text(WORKFLOW)
    check_out(workspace, CLEAN)
    event = Event("schedule", {"schedule": "17 5 * * *", "repository": events.pull_request()["repository"]})
    return run_workflow(
        workspace,
        event,
        action=export_action(folder / "action"),
        api_url=standin.url,
        token=TOKEN,
        home=home,
        variables=cloud.environment,
    )


def test_a_scheduled_run_opens_the_issue_and_fails(
    image: str, cloud: Cloudflare, standin: StandIn, tmp_path: Path
) -> None:
    cloud.create("staging", recorded() + "CREATE INDEX hotfix ON sites (name);")

    run = scheduled(image, cloud, standin, tmp_path)

    (issue,) = standin.state.issues
    assert run.status == 1, run.log
    assert (issue.title, issue.state, issue.labels) == ("Drift in staging", "open", ["d1-drift"])
    assert "index `hotfix` is in no migration" in issue.body
    assert "| drift true" in run.log
    assert f"/issues/{issue.number}" in run.log
    assert cloud.writes == []
    assert cloud.token not in run.log
