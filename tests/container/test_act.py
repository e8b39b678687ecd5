"""A workflow that uses the action as PULSE's would, run by act."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pytest

from tests.container.act import ACTION, export_action, run_workflow
from tests.container.event import Event, open_pull_request, pulse_files
from tests.container.workspace import CLEAN, DOCUMENTATION_SAMPLE, NEW_FILE, check_out
from tests.standin import events

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.container.act import Run
    from tests.standin.server import StandIn

pytestmark = pytest.mark.container

TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
WORKFLOW = f"""\
name: migrations
on:
  pull_request:
  merge_group:
permissions:
  contents: read
  pull-requests: write
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - id: pulse
        uses: {ACTION}
      - if: always()
        env:
          CONCLUSION: ${{{{ steps.pulse.outputs.conclusion }}}}
          COMMENT: ${{{{ steps.pulse.outputs.comment-url }}}}
          DIFF: ${{{{ steps.pulse.outputs.diff }}}}
        run: printf '%s\\n' "conclusion $CONCLUSION" "comment $COMMENT" "$DIFF"
"""

Workflow: TypeAlias = "Callable[[Event, str], Run]"


@pytest.fixture(scope="module")
def action(image: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The action's repository; its image is built once before, so that act finds the layers."""
    return export_action(tmp_path_factory.mktemp("action"))


@pytest.fixture
def workflow(action: Path, standin: StandIn, tmp_path: Path) -> Workflow:
    """Runs the workflow for an event, with PULSE's migrations and one more checked out."""
    workspace, home = tmp_path / "pulse", tmp_path / "home"
    (workspace / ".github/workflows").mkdir(parents=True)
    (workspace / ".github/workflows/migrations.yml").write_text(WORKFLOW)
    home.mkdir()

    def run(event: Event, migration: str) -> Run:
        check_out(workspace, migration)
        return run_workflow(workspace, event, action=action, api_url=standin.url, token=TOKEN, home=home)

    return run


def test_a_workflow_passes_comments_and_hands_the_outputs_on(workflow: Workflow, standin: StandIn) -> None:
    run = workflow(open_pull_request(standin), CLEAN)

    (comment,) = standin.state.comments
    assert run.status == 0, run.log
    assert "| conclusion success" in run.log
    assert f"#issuecomment-{comment.id}" in run.log
    assert "CREATE TABLE custom_fields" in run.log


def test_a_workflow_fails_on_findings_and_still_has_the_outputs(workflow: Workflow, standin: StandIn) -> None:
    run = workflow(open_pull_request(standin), DOCUMENTATION_SAMPLE)

    assert run.status == 1, run.log
    assert "| conclusion failure" in run.log
    assert len(standin.state.comments) == 1


def test_a_merge_group_is_judged_by_what_it_adds(workflow: Workflow, standin: StandIn) -> None:
    before, after = "b" * 40, "a" * 40
    standin.state.tree = {before: pulse_files(), after: pulse_files() | {NEW_FILE: CLEAN}}

    run = workflow(Event("merge_group", events.merge_group(before, after)), CLEAN)

    assert run.status == 0, run.log
    assert "| conclusion success" in run.log
    assert "CREATE TABLE custom_fields" in run.log
    assert standin.writes == []
