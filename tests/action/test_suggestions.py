"""suggest: true, from one push to the next."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.action.files import BASE, CLEAN, FAULTY, NEW, PULSE_BASE, PULSE_HEAD
from tests.container.outcome import notices
from tests.standin import events
from tests.standin.state import SHA, ReviewComment

if TYPE_CHECKING:
    from tests.action.job import Job
    from tests.container.outcome import Outcome
    from tests.standin.server import StandIn

EVENT = events.pull_request()
SUGGESTED = "```suggestion\nCREATE TABLE IF NOT EXISTS goals (goals_id INTEGER PRIMARY KEY);\n```"


def push(job: Job, head: dict[str, str], label: str = "") -> Outcome:
    """Let the pull request hold `head`, and check it."""
    job.standin.state.pulls.clear()
    job.standin.state.comments.clear()  # another file's tests are about the comment; two writes wait for a second
    job.open_pull_request(EVENT, BASE, head)
    job.check_out(head)
    job.standin.log.clear()
    return job.run("pull_request", EVENT, suggest="true", comment="off", label=label)


def test_a_mechanical_fix_is_suggested_at_its_line(job: Job, standin: StandIn) -> None:
    push(job, FAULTY)

    (written,) = standin.state.review_comments
    assert (written.path, written.line, written.start_line, written.pull) == (NEW, 4, None, 2)
    assert written.body.endswith(f"**not-idempotent**: this adds `IF NOT EXISTS`.\n\n{SUGGESTED}")


def test_it_is_never_repeated(job: Job, standin: StandIn) -> None:
    push(job, FAULTY)
    push(job, FAULTY)

    assert len(standin.state.review_comments) == 1
    assert standin.writes == []


def test_where_it_moved_with_its_lines_it_is_not_repeated(job: Job, standin: StandIn) -> None:
    push(job, FAULTY)
    standin.state.review_comments[0].line = 5  # as GitHub moves it

    push(job, BASE | {NEW: FAULTY[NEW].replace("CREATE", "-- Longer.\nCREATE", 1)})

    assert len(standin.state.review_comments) == 1
    assert standin.writes == []


def test_once_it_is_accepted_it_says_that_it_is_settled_and_says_so_once(job: Job, standin: StandIn) -> None:
    push(job, FAULTY)
    standin.state.review_comments[0].line = None

    push(job, CLEAN)
    settled = [comment.body.partition("\n")[2] for comment in standin.state.review_comments]
    writes = len(standin.writes)
    push(job, CLEAN)

    assert settled == ["Settled: this is not found any more."]
    assert (writes, standin.writes) == (1, [])


def test_what_comes_back_at_the_same_lines_is_suggested_there_again(job: Job, standin: StandIn) -> None:
    push(job, FAULTY)
    first = standin.state.review_comments[0].body.partition("\n")[2]
    push(job, CLEAN)
    push(job, FAULTY)

    assert [comment.body.partition("\n")[2] for comment in standin.state.review_comments] == [first]


def test_an_outdated_one_is_settled_and_its_finding_suggested_anew(job: Job, standin: StandIn) -> None:
    push(job, FAULTY)
    standin.state.review_comments[0].line = None

    push(job, FAULTY)

    old, new = standin.state.review_comments
    assert "Settled" in old.body
    assert new.body.endswith(SUGGESTED)


@pytest.mark.parametrize("login", ["mallory", "other-app[bot]"])
def test_other_peoples_comments_are_untouched_and_do_not_count(job: Job, standin: StandIn, login: str) -> None:
    push(job, FAULTY)
    standin.state.review_comments[0].login = login
    before = replace(standin.state.review_comments[0])

    push(job, CLEAN)
    untouched = standin.state.review_comments[0]
    push(job, FAULTY)

    assert untouched == before
    assert len(standin.state.review_comments) == 2


def test_a_label_keeps_the_suggestions_of_a_matrix_apart(job: Job, standin: StandIn) -> None:
    push(job, FAULTY, label="eu")
    push(job, CLEAN, label="us")

    assert "Settled" not in standin.state.review_comments[0].body


def test_an_older_run_touches_nothing_that_a_newer_one_wrote(job: Job, standin: StandIn) -> None:
    push(job, FAULTY)
    older = {"GITHUB_RUN_ID": "7"}
    job.check_out(CLEAN)
    standin.log.clear()

    job.run("pull_request", EVENT, variables=older, suggest="true", comment="off")

    assert standin.writes == []


def test_our_suggestion_is_found_behind_250_other_comments(job: Job, standin: StandIn) -> None:
    others = [ReviewComment(number, 2, "octocat", NEW, 1, "Hm.") for number in range(250)]
    push(job, FAULTY)
    standin.state.review_comments[:0] = others

    push(job, FAULTY)

    assert len(standin.state.review_comments) == 251


def test_where_github_refuses_the_check_counts_and_a_notice_says_why(job: Job, standin: StandIn) -> None:
    job.open_pull_request(EVENT, BASE, FAULTY)
    standin.state.tree[SHA][NEW] = "-- Shorter.\n"
    job.check_out(FAULTY)

    outcome = job.run("pull_request", EVENT, suggest="true", comment="off")

    assert outcome.status == 1
    assert notices(outcome)[1:] == ["There are no suggestions, since GitHub refused them: 422 Unprocessable Entity."]


def test_a_forks_token_is_told_once(job: Job, standin: StandIn) -> None:
    event = events.from_fork()
    job.open_pull_request(event, BASE, FAULTY)
    job.check_out(FAULTY)
    standin.state.read_only = True

    outcome = job.run("pull_request", event, suggest="true")

    assert [text.partition(",")[0] for text in notices(outcome)] == ["There is no comment"]


def test_without_the_input_nothing_is_suggested(job: Job, standin: StandIn) -> None:
    job.open_pull_request(EVENT, BASE, FAULTY)
    job.check_out(FAULTY)

    job.run("pull_request", EVENT)

    assert standin.state.review_comments == []


def test_a_report_of_strangers_suggests_nothing(job: Job, standin: StandIn) -> None:
    event = events.from_fork()
    job.open_pull_request(event, BASE, FAULTY)
    job.check_out(FAULTY)
    job.run("pull_request", event, report_file="report.json", comment="off")

    job.run("workflow_run", events.workflow_run(event), command="check", report_file="report.json", suggest="true")

    assert standin.state.review_comments == []


def test_pulses_own_sample_has_its_suggestion(job: Job, standin: StandIn) -> None:
    job.open_pull_request(EVENT, PULSE_BASE, PULSE_HEAD)
    job.check_out(PULSE_HEAD)

    job.run("pull_request", EVENT, suggest="true", comment="off")

    (written,) = standin.state.review_comments
    assert "CREATE INDEX IF NOT EXISTS idx_custom_fields_site" in written.body
