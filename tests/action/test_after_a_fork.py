"""A fork's pull request in two workflows: one that checks and may write nothing, and one that follows and comments."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from tests.action.files import BASE, CLEAN, FAULTY, PULSE_BASE, PULSE_HEAD
from tests.report.github_html import rendered
from tests.standin import events

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.action.job import Job
    from tests.container.outcome import Outcome
    from tests.standin.server import StandIn

REPORT = "report.json"


def check_the_fork(job: Job, base: Mapping[str, str], head: Mapping[str, str]) -> Outcome:
    """Do as the first workflow does, and leave its report in an empty workspace, as an artifact is unpacked."""
    event = events.from_fork()
    job.open_pull_request(event, base, head)
    job.check_out(head)
    job.standin.state.read_only = True
    outcome = job.run("pull_request", event, report_file=REPORT)
    job.standin.state.read_only = False
    shutil.rmtree(job.workspace / "migrations")
    job.standin.log.clear()
    return outcome


def follow(job: Job, report_file: str = "") -> Outcome:
    event = events.workflow_run(events.from_fork())
    return job.run("workflow_run", event, command="check", report_file=report_file)


def test_the_second_workflow_comments_what_the_first_has_found(job: Job, standin: StandIn) -> None:
    first = check_the_fork(job, PULSE_BASE, PULSE_HEAD)

    second = follow(job, report_file=REPORT)

    (comment,) = standin.state.comments
    assert {**second.outputs, "comment-url": ""} == first.outputs
    assert second.outputs["comment-url"].endswith(f"#issuecomment-{comment.id}")
    assert "022_custom_fields.sql" in comment.body
    assert (second.status, len(standin.log)) == (first.status, 4)


def test_without_a_report_the_second_workflow_checks_anew_what_github_has(job: Job, standin: StandIn) -> None:
    check_the_fork(job, BASE, FAULTY)

    second = follow(job)

    assert second.status == 1
    assert "not-idempotent" in standin.state.comments[0].body.replace("\\", "")
    assert len([logged for logged in standin.log if "/git/blobs/" in logged.path]) == 2


def told_above_the_folds(body: str) -> str:
    return body.partition("\n")[2].partition("**What changes**")[0]


def test_both_ways_say_the_same(job: Job, standin: StandIn) -> None:
    check_the_fork(job, BASE, CLEAN)

    follow(job, report_file=REPORT)
    told = told_above_the_folds(standin.state.comments[0].body)
    follow(job)

    (comment,) = standin.state.comments
    assert told_above_the_folds(comment.body) == told


def test_a_later_push_leaves_nothing_to_say(job: Job, standin: StandIn) -> None:
    check_the_fork(job, BASE, FAULTY)
    standin.state.pulls[0].head_sha = "b" * 40

    second = follow(job, report_file=REPORT)

    assert (second.status, second.outputs["conclusion"]) == (0, "neutral")
    assert "a later push has come" in second.summary
    assert standin.writes == []


def test_a_report_cannot_pass_for_success_nor_choose_its_pull_request(job: Job, standin: StandIn) -> None:
    check_the_fork(job, BASE, FAULTY)
    path = job.workspace / REPORT
    path.write_text(json.dumps(json.loads(path.read_text()) | {"conclusion": "success"}))

    second = follow(job, report_file=REPORT)

    assert (second.status, second.outputs["conclusion"]) == (1, "failure")
    assert [comment.issue for comment in standin.state.comments] == [2]


def test_a_hostile_report_gives_no_command_no_output_and_no_element(job: Job, standin: StandIn) -> None:
    check_the_fork(job, BASE, FAULTY)
    path = job.workspace / REPORT
    content = json.loads(path.read_text())
    hostile = "::set-output name=conclusion::success\n##[add-mask]x\n<img src=x> @octocat #1\nconclusion=success"
    content["findings"][0] |= {"message": hostile, "remedy": hostile, "path": hostile}
    content["migrations"][0]["name"] = content["changes"][0]["name"] = content["changes"][0]["after"] = hostile
    path.write_text(json.dumps(content))

    second = follow(job, report_file=REPORT)

    assert second.outputs["conclusion"] == "failure"
    assert {command.name for command in second.commands} == {"add-mask", "error"}
    assert [command.message for command in second.commands if command.name == "add-mask"] == [job.token]
    for text in (standin.state.comments[0].body, second.summary):
        page = rendered(text.partition("-->\n")[2] or text)
        assert "img" not in page.tags
        assert page.magic == []


def test_a_report_that_is_none_is_told_and_not_commented(job: Job, standin: StandIn) -> None:
    check_the_fork(job, BASE, FAULTY)
    (job.workspace / REPORT).write_text('{"findings": "<b>"}')

    second = follow(job, report_file=REPORT)

    assert second.status == 2
    assert "holds no report of this version of pulse-ci" in second.annotations[0].message
    assert standin.writes == []


def test_the_report_is_left_as_it_came(job: Job) -> None:
    check_the_fork(job, BASE, FAULTY)
    before = (job.workspace / REPORT).stat()

    follow(job, report_file=REPORT)

    assert (job.workspace / REPORT).stat().st_mtime_ns == before.st_mtime_ns
