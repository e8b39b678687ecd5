"""The container on a pull request, run with the runner's own flags."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.container.action import read_action
from tests.container.event import open_pull_request
from tests.container.workspace import CLEAN, DOCUMENTATION_SAMPLE, NEW_FILE, check_out
from tests.standin import events

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.container.outcome import Command, Outcome
    from tests.container.runner import Runner
    from tests.standin.server import StandIn

pytestmark = pytest.mark.container

INDEX_LINE = "13"


def test_three_runs_leave_one_comment_with_the_same_text(runner: Runner, standin: StandIn) -> None:
    event = open_pull_request(standin)
    check_out(runner.workspace, DOCUMENTATION_SAMPLE)

    texts = [(runner.run(event), [comment.body for comment in standin.state.comments])[1] for _ in range(3)]

    assert [len(bodies) for bodies in texts] == [1, 1, 1]
    assert texts[0] == texts[1] == texts[2]
    assert [request.method for request in standin.writes] == ["POST"]


def test_findings_fail_the_step_and_are_shown_beside_the_code(runner: Runner, standin: StandIn) -> None:
    check_out(runner.workspace, DOCUMENTATION_SAMPLE)

    outcome = runner.run(open_pull_request(standin))

    assert outcome.status == 1, outcome
    shown = {(found.properties["title"], found.properties["file"]) for found in _on_files(outcome)}
    assert shown == {(rule, NEW_FILE) for rule in ("not-idempotent", "missing-drop", "missing-reason")}
    by_rule = {found.properties["title"]: found for found in _on_files(outcome)}
    assert by_rule["not-idempotent"].properties["line"] == INDEX_LINE


def test_findings_are_in_the_comment_the_summary_and_the_outputs(runner: Runner, standin: StandIn) -> None:
    check_out(runner.workspace, DOCUMENTATION_SAMPLE)

    outcome = runner.run(open_pull_request(standin))

    (comment,) = standin.state.comments
    assert comment.login == "github-actions[bot]"
    for text in (comment.body, outcome.summary):
        assert "not-idempotent" in text.replace("\\", "")  # Markdown's escapes
        assert "idx_custom_fields_site" in text
    assert outcome.outputs.keys() == read_action()["outputs"].keys()
    assert outcome.outputs["conclusion"] == "failure"
    assert int(outcome.outputs["errors"]) >= 1
    assert outcome.outputs["changed"] == "true"
    assert outcome.outputs["comment-url"].endswith(f"#issuecomment-{comment.id}")
    assert "CREATE TABLE custom_fields" in outcome.outputs["diff"]


def test_a_migration_without_fault_passes(runner: Runner, standin: StandIn) -> None:
    check_out(runner.workspace, CLEAN)

    outcome = runner.run(open_pull_request(standin))

    assert outcome.status == 0, outcome
    assert outcome.outputs["conclusion"] == "success"
    assert outcome.outputs["errors"] == outcome.outputs["warnings"] == "0"
    assert _on_files(outcome) == []
    assert len(standin.state.comments) == 1


def test_the_step_passes_with_findings_where_fail_on_says_so(runner: Runner, standin: StandIn) -> None:
    check_out(runner.workspace, DOCUMENTATION_SAMPLE)

    outcome = runner.run(open_pull_request(standin), inputs={"fail-on": "never"})

    assert outcome.status == 0, outcome
    assert _on_files(outcome)


def test_no_comment_is_written_where_comments_are_off(runner: Runner, standin: StandIn) -> None:
    check_out(runner.workspace, DOCUMENTATION_SAMPLE)

    outcome = runner.run(open_pull_request(standin), inputs={"comment": "off"})

    assert outcome.status == 1, outcome
    assert outcome.outputs["comment-url"] == ""
    assert standin.writes == []


@pytest.mark.parametrize("payload", [events.from_fork, events.from_deleted_fork])
@pytest.mark.parametrize(("migration", "status"), [(DOCUMENTATION_SAMPLE, 1), (CLEAN, 0)])
def test_a_fork_is_checked_and_told_once_why_there_is_no_comment(
    runner: Runner, standin: StandIn, migration: str, status: int, payload: Callable[[], events.Event]
) -> None:
    standin.state.read_only = True
    check_out(runner.workspace, migration)

    outcome = runner.run(open_pull_request(standin, payload()))

    assert outcome.status == status, outcome
    assert standin.state.comments == []
    assert len(_about_the_comment(outcome)) == 1, outcome
    assert outcome.outputs["comment-url"] == ""
    assert "custom_fields" in outcome.summary


def test_the_pull_request_is_found_without_an_event_file(runner: Runner, standin: StandIn) -> None:
    check_out(runner.workspace, CLEAN)

    outcome = runner.run(open_pull_request(standin), variables={"GITHUB_EVENT_PATH": "/github/workflow/none.json"})

    assert outcome.status == 0, outcome
    assert len(standin.state.comments) == 1


def test_the_token_is_in_no_text(runner: Runner, standin: StandIn) -> None:
    check_out(runner.workspace, DOCUMENTATION_SAMPLE)

    outcome = runner.run(open_pull_request(standin))

    masked = [line for line in str(outcome).splitlines() if not line.startswith("::add-mask::")]
    texts = [*masked, outcome.summary, *outcome.outputs.values(), json.dumps(standin.state.to_json())]
    assert [text for text in texts if runner.token in text] == []


def _on_files(outcome: Outcome) -> list[Command]:
    return [found for found in outcome.annotations if "file" in found.properties]


def _about_the_comment(outcome: Outcome) -> list[str]:
    return [
        found.message for found in outcome.annotations if "file" not in found.properties and "comment" in found.message
    ]
