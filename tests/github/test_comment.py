from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest

from pulse_ci.errors import GitHubUnavailable, Unprocessable
from pulse_ci.github.client import GitHubClient
from pulse_ci.github.comment import MAX_BODY_BYTES, CommentMode, CommentResult
from tests.github.sticky import REPOSITORY, RUN_7, RUN_8, ours, texts, upsert
from tests.standin.state import ACTIONS_BOT

if TYPE_CHECKING:
    from tests.standin.server import StandIn

pytestmark = pytest.mark.usefixtures("pull")


def test_three_runs_leave_one_comment_with_equal_text(standin: StandIn, github: GitHubClient) -> None:
    body = "Adds 1 table. [Run](https://github.com/o/r/actions/runs/{}/attempts/1)"

    actions = [upsert(github, body.format(run), replace(RUN_7, run=run)).action for run in (7, 8, 9)]

    assert actions == ["created", "unchanged", "unchanged"]
    assert texts(standin) == [body.format(7)]
    assert len(standin.writes) == 1


def test_the_result_links_the_comment(standin: StandIn, github: GitHubClient) -> None:
    result = upsert(github, "Adds 1 table.")

    number = standin.state.comments[0].id
    assert result.url == f"https://github.com/{REPOSITORY}/issues/2#issuecomment-{number}"


def test_a_changed_report_updates_the_comment_in_place(standin: StandIn, github: GitHubClient) -> None:
    upsert(github, "Adds 1 table.")

    result = upsert(github, "Adds 2 tables.", RUN_8)

    assert result.action == "updated"
    assert texts(standin) == ["Adds 2 tables."]


def test_a_comment_that_someone_edited_is_put_right(standin: StandIn, github: GitHubClient) -> None:
    upsert(github, "Drops 1 table.")
    standin.state.comments[0].body = standin.state.comments[0].body.replace("Drops", "Adds")

    result = upsert(github, "Drops 1 table.", RUN_8)

    assert result.action == "updated"
    assert texts(standin) == ["Drops 1 table."]


def test_a_second_run_with_the_jobs_own_token_asks_once_and_writes_nothing(standin: StandIn) -> None:
    with GitHubClient(standin.url, "ghs_jobs", transport=httpx.HTTPTransport()) as github:
        upsert(github, "Adds 1 table.")
        standin.log.clear()

        result = upsert(github, "Adds 1 table.", RUN_8)

    assert result.action == "unchanged"
    assert [logged.method for logged in standin.log] == ["GET"]


def test_a_personal_token_finds_its_owners_comment(standin: StandIn, github: GitHubClient) -> None:
    standin.state.login = "octocat"
    upsert(github, "Adds 1 table.")

    result = upsert(github, "Adds 2 tables.", RUN_8)

    assert result.action == "updated"
    assert [comment.login for comment in standin.state.comments] == ["octocat"]


@pytest.mark.parametrize("kind", ["read-only", "not-found", "gone"])
def test_a_token_that_may_not_comment_is_a_reason_and_no_error(
    standin: StandIn, github: GitHubClient, kind: str
) -> None:
    standin.fail(kind, "POST")

    result = upsert(github, "Adds 1 table.")

    assert result.action == "skipped"
    assert result.url is None
    assert result.reason is not None
    assert result.reason.startswith("There is no comment, since the token may not write one (")
    assert standin.state.comments == []


def test_a_forks_token_is_told_in_githubs_words(standin: StandIn, github: GitHubClient) -> None:
    standin.state.read_only = True

    assert upsert(github, "Adds 1 table.").reason == (
        "There is no comment, since the token may not write one "
        "(403 Resource not accessible by integration): it is read-only for a pull request from a fork "
        "or from Dependabot, and any other needs `pull-requests: write`."
    )


def test_a_read_only_token_cannot_update_either(standin: StandIn, github: GitHubClient) -> None:
    standin.state.add_comment(2, ours(RUN_7))
    standin.state.read_only = True

    assert upsert(github, "Adds 1 table.", RUN_8).action == "skipped"
    assert texts(standin) == ["Old."]


def test_changes_creates_no_comment_where_nothing_is_worth_saying(standin: StandIn, github: GitHubClient) -> None:
    result = upsert(github, "Nothing.", mode=CommentMode.CHANGES, has_content=False)

    assert result == CommentResult(None, "skipped", "There is nothing worth a comment (comment: changes).")
    assert standin.writes == []


def test_changes_keeps_an_existing_comment_true(standin: StandIn, github: GitHubClient) -> None:
    upsert(github, "Adds 1 table.", mode=CommentMode.CHANGES)

    result = upsert(github, "Nothing.", RUN_8, mode=CommentMode.CHANGES, has_content=False)

    assert result.action == "updated"
    assert texts(standin) == ["Nothing."]


def test_off_asks_nothing_of_github(standin: StandIn, github: GitHubClient) -> None:
    assert upsert(github, "Adds 1 table.", mode=CommentMode.OFF).action == "skipped"
    assert standin.log == []


def test_a_comment_that_got_no_answer_is_not_sent_twice(standin: StandIn, github: GitHubClient) -> None:
    standin.fail("drop-after", "POST")

    assert upsert(github, "Adds 1 table.").action == "created"
    assert texts(standin) == ["Adds 1 table."]


def test_a_comment_that_was_lost_is_an_error(standin: StandIn, github: GitHubClient) -> None:
    standin.fail("drop", "POST")

    with pytest.raises(GitHubUnavailable):
        upsert(github, "Adds 1 table.")
    assert len(standin.writes) == 1


def test_a_body_over_the_budget_is_refused_before_it_is_sent(standin: StandIn, github: GitHubClient) -> None:
    with pytest.raises(ValueError, match="60001 bytes"):
        upsert(github, "ä" * (MAX_BODY_BYTES // 2) + "!")
    assert standin.log == []


def test_a_body_that_github_finds_too_long_is_an_error_of_its_own(standin: StandIn, github: GitHubClient) -> None:
    standin.fail("invalid", "POST")

    with pytest.raises(Unprocessable, match="422 Validation Failed"):
        upsert(github, "Adds 1 table.")


def test_the_token_is_cut_from_the_body(standin: StandIn, github: GitHubClient) -> None:
    upsert(github, "Found github_pat_verysecret in a seed.")

    assert texts(standin) == ["Found *** in a seed."]


def test_text_that_is_no_unicode_is_sent_all_the_same(standin: StandIn, github: GitHubClient) -> None:
    upsert(github, "File \udcff.sql")

    assert texts(standin) == ["File ?.sql"]


def test_comments_are_written_by_the_actions_bot(standin: StandIn, github: GitHubClient) -> None:
    upsert(github, "Adds 1 table.")

    assert [comment.login for comment in standin.state.comments] == [ACTIONS_BOT]
