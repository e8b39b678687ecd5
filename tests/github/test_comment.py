from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pulse_ci.github.client import GitHub
from pulse_ci.github.comment import LARGEST_BODY, CommentMode, CommentResult, upsert_comment
from pulse_ci.github.failures import Unavailable, Unprocessable
from pulse_ci.github.marker import Marker
from tests.standin.state import ACTIONS_BOT

if TYPE_CHECKING:
    from tests.standin.server import StandIn

pytestmark = pytest.mark.usefixtures("pull")

REPOSITORY = "Codertocat/Hello-World"
RUN_7 = Marker(id="", run=7, attempt=1, sha="ec26c3e", version="1.0.0")
RUN_8 = replace(RUN_7, run=8)


def upsert(github: GitHub, body: str, marker: Marker = RUN_7, **options: Any) -> CommentResult:
    return upsert_comment(github, REPOSITORY, 2, body, marker, **options)


def texts(standin: StandIn) -> list[str]:
    return [comment.body.partition("\n")[2] for comment in standin.state.comments]


def ours(marker: Marker, body: str = "Old.") -> str:
    return f"{marker.line('')}\n{body}"


def test_three_runs_leave_one_comment_with_equal_text(standin: StandIn, github: GitHub) -> None:
    body = "Adds 1 table. [Run](https://github.com/o/r/actions/runs/{}/attempts/1)"

    actions = [upsert(github, body.format(run), replace(RUN_7, run=run)).action for run in (7, 8, 9)]

    assert actions == ["created", "unchanged", "unchanged"]
    assert texts(standin) == [body.format(7)]
    assert len(standin.writes) == 1


def test_the_result_links_the_comment(standin: StandIn, github: GitHub) -> None:
    result = upsert(github, "Adds 1 table.")

    number = standin.state.comments[0].id
    assert result.url == f"https://github.com/{REPOSITORY}/issues/2#issuecomment-{number}"


def test_a_changed_report_updates_the_comment_in_place(standin: StandIn, github: GitHub) -> None:
    upsert(github, "Adds 1 table.")

    result = upsert(github, "Adds 2 tables.", RUN_8)

    assert result.action == "updated"
    assert texts(standin) == ["Adds 2 tables."]


def test_a_comment_that_someone_edited_is_put_right(standin: StandIn, github: GitHub) -> None:
    upsert(github, "Drops 1 table.")
    standin.state.comments[0].body = standin.state.comments[0].body.replace("Drops", "Adds")

    result = upsert(github, "Drops 1 table.", RUN_8)

    assert result.action == "updated"
    assert texts(standin) == ["Drops 1 table."]


def test_a_second_run_with_the_jobs_own_token_asks_once_and_writes_nothing(standin: StandIn) -> None:
    with GitHub(standin.url, "ghs_jobs", transport=httpx.HTTPTransport()) as github:
        upsert(github, "Adds 1 table.")
        standin.log.clear()

        result = upsert(github, "Adds 1 table.", RUN_8)

    assert result.action == "unchanged"
    assert [logged.method for logged in standin.log] == ["GET"]


def test_a_personal_token_finds_its_owners_comment(standin: StandIn, github: GitHub) -> None:
    standin.state.login = "octocat"
    upsert(github, "Adds 1 table.")

    result = upsert(github, "Adds 2 tables.", RUN_8)

    assert result.action == "updated"
    assert [comment.login for comment in standin.state.comments] == ["octocat"]


@pytest.mark.parametrize("thief", ["mallory", "other-app[bot]"])
def test_someone_elses_copy_of_our_comment_is_untouched(standin: StandIn, github: GitHub, thief: str) -> None:
    pasted = standin.state.add_comment(2, ours(RUN_7), login=thief)

    result = upsert(github, "Adds 1 table.", RUN_8)

    assert result.action == "created"
    assert standin.state.comments[0] == replace(pasted)
    assert texts(standin) == ["Old.", "Adds 1 table."]


def test_a_marker_further_down_is_not_ours(standin: StandIn, github: GitHub) -> None:
    standin.state.add_comment(2, f"> quoted\n{ours(RUN_7)}")

    assert upsert(github, "Adds 1 table.").action == "created"


@pytest.mark.parametrize(
    "line",
    [
        "<!-- pulse-migrate-action {not json} -->",
        "<!-- pulse-migrate-action [] -->",
        "<!-- pulse-migrate-action {} --> and more",
        "<!-- pulse-migrate-action " + '{"id":' * 300 + "} -->",
        '<!-- pulse-migrate-action {"id":"other"} -->',
        '<!-- pulse-migrate-action {"id":"' + "x" * 60_000 + '"} -->',
        "",
    ],
)
def test_an_odd_comment_is_not_ours(standin: StandIn, github: GitHub, line: str) -> None:
    standin.state.add_comment(2, f"{line}\nOld.")

    assert upsert(github, "Adds 1 table.").action == "created"


def test_a_marker_of_another_version_is_understood(standin: StandIn, github: GitHub) -> None:
    standin.state.add_comment(2, '<!-- pulse-migrate-action {"id":"","run":"7","new":{"a":[1]}} -->\r\nOld.')

    assert upsert(github, "Adds 1 table.").action == "updated"


def test_our_comment_is_found_behind_250_others(standin: StandIn, github: GitHub) -> None:
    for number in range(250):
        standin.state.add_comment(2, f"Comment {number}", login="octocat")
    standin.state.add_comment(2, ours(RUN_7))

    result = upsert(github, "Adds 1 table.", RUN_8)

    assert result.action == "updated"
    assert [logged.query.get("page") for logged in standin.log if "comments" in logged.path][:3] == [
        None,
        "2",
        "3",
    ]


def test_an_older_run_does_not_overwrite_a_newer_one(standin: StandIn, github: GitHub) -> None:
    upsert(github, "Adds 2 tables.", RUN_8)

    result = upsert(github, "Adds 1 table.", RUN_7)

    assert result.action == "skipped"
    assert result.reason == "Run 8, a newer one, has written it."
    assert texts(standin) == ["Adds 2 tables."]


def test_an_older_attempt_does_not_overwrite_a_newer_one(standin: StandIn, github: GitHub) -> None:
    upsert(github, "Adds 2 tables.", replace(RUN_7, attempt=2))

    assert upsert(github, "Adds 1 table.", RUN_7).action == "skipped"


def test_labels_keep_the_comments_of_a_matrix_apart(standin: StandIn, github: GitHub) -> None:
    for label in ("eu", "us", "eu"):
        upsert(github, f"Adds 1 table to {label}.", replace(RUN_7, id=label))

    assert texts(standin) == ["Adds 1 table to eu.", "Adds 1 table to us."]


def test_a_label_cannot_end_the_hidden_line(standin: StandIn, github: GitHub) -> None:
    hostile = replace(RUN_7, id='--> <img src="x"> <!--\n\u2028&')

    actions = [upsert(github, "Adds 1 table.", hostile).action for _ in range(2)]

    assert actions == ["created", "unchanged"]
    assert standin.state.comments[0].body.index("-->") == standin.state.comments[0].body.index("\n") - 3


def race(standin: StandIn, *others: str) -> None:
    """Let other runs write their comments between our first look and our own comment."""

    def intrude(standin: StandIn) -> None:
        if standin.log[-1].method == "GET" and "comments" in standin.log[-1].path:
            standin.after_request = lambda _: None
            for body in others:
                standin.state.add_comment(2, body)

    standin.after_request = intrude


def test_of_two_comments_made_by_a_race_the_later_run_keeps_the_first(standin: StandIn, github: GitHub) -> None:
    race(standin, ours(RUN_7))

    result = upsert(github, "Adds 2 tables.", RUN_8)

    assert result.action == "updated"
    assert texts(standin) == ["Adds 2 tables."]
    assert result.url == f"https://github.com/{REPOSITORY}/issues/2#issuecomment-{standin.state.comments[0].id}"


def test_in_a_race_the_older_run_gives_way(standin: StandIn, github: GitHub) -> None:
    race(standin, ours(RUN_8, "Newer."))

    result = upsert(github, "Adds 1 table.", RUN_7)

    assert result.action == "skipped"
    assert texts(standin) == ["Newer."]


def test_a_duplicate_left_by_a_run_that_was_cancelled_is_removed(standin: StandIn, github: GitHub) -> None:
    for _ in range(3):
        standin.state.add_comment(2, ours(RUN_7))

    upsert(github, "Adds 1 table.", RUN_8)

    assert texts(standin) == ["Adds 1 table."]


def test_an_apps_comment_is_found_again_though_it_cannot_say_who_it_is(standin: StandIn, github: GitHub) -> None:
    standin.state.bot = "our-app[bot]"
    standin.state.add_comment(2, ours(RUN_7))

    result = upsert(github, "Adds 1 table.", RUN_8)

    assert result.action == "updated"
    assert texts(standin) == ["Adds 1 table."]


@pytest.mark.parametrize("kind", ["read-only", "not-found", "gone"])
def test_a_token_that_may_not_comment_is_a_reason_and_no_error(standin: StandIn, github: GitHub, kind: str) -> None:
    standin.fail(kind, "POST")

    result = upsert(github, "Adds 1 table.")

    assert result.action == "skipped"
    assert result.url is None
    assert result.reason is not None
    assert result.reason.startswith("There is no comment, since the token may not write one (")
    assert standin.state.comments == []


def test_a_forks_token_is_told_in_githubs_words(standin: StandIn, github: GitHub) -> None:
    standin.state.read_only = True

    assert upsert(github, "Adds 1 table.").reason == (
        "There is no comment, since the token may not write one "
        "(403 Resource not accessible by integration): it is read-only for a pull request from a fork "
        "or from Dependabot, and any other needs `pull-requests: write`."
    )


def test_a_read_only_token_cannot_update_either(standin: StandIn, github: GitHub) -> None:
    standin.state.add_comment(2, ours(RUN_7))
    standin.state.read_only = True

    assert upsert(github, "Adds 1 table.", RUN_8).action == "skipped"
    assert texts(standin) == ["Old."]


def test_changes_creates_no_comment_where_nothing_is_worth_saying(standin: StandIn, github: GitHub) -> None:
    result = upsert(github, "Nothing.", mode=CommentMode.CHANGES, is_worth_it=False)

    assert result == CommentResult(None, "skipped", "There is nothing worth a comment (comment: changes).")
    assert standin.writes == []


def test_changes_keeps_an_existing_comment_true(standin: StandIn, github: GitHub) -> None:
    upsert(github, "Adds 1 table.", mode=CommentMode.CHANGES)

    result = upsert(github, "Nothing.", RUN_8, mode=CommentMode.CHANGES, is_worth_it=False)

    assert result.action == "updated"
    assert texts(standin) == ["Nothing."]


def test_off_asks_nothing_of_github(standin: StandIn, github: GitHub) -> None:
    assert upsert(github, "Adds 1 table.", mode=CommentMode.OFF).action == "skipped"
    assert standin.log == []


def test_a_comment_that_got_no_answer_is_not_sent_twice(standin: StandIn, github: GitHub) -> None:
    standin.fail("drop-after", "POST")

    assert upsert(github, "Adds 1 table.").action == "created"
    assert texts(standin) == ["Adds 1 table."]


def test_a_comment_that_was_lost_is_an_error(standin: StandIn, github: GitHub) -> None:
    standin.fail("drop", "POST")

    with pytest.raises(Unavailable):
        upsert(github, "Adds 1 table.")
    assert len(standin.writes) == 1


def test_a_body_over_the_budget_is_refused_before_it_is_sent(standin: StandIn, github: GitHub) -> None:
    with pytest.raises(ValueError, match="60001 bytes"):
        upsert(github, "ä" * (LARGEST_BODY // 2) + "!")
    assert standin.log == []


def test_a_body_that_github_finds_too_long_is_an_error_of_its_own(standin: StandIn, github: GitHub) -> None:
    standin.fail("invalid", "POST")

    with pytest.raises(Unprocessable, match="422 Validation Failed"):
        upsert(github, "Adds 1 table.")


def test_the_token_is_cut_from_the_body(standin: StandIn, github: GitHub) -> None:
    upsert(github, "Found github_pat_verysecret in a seed.")

    assert texts(standin) == ["Found *** in a seed."]


def test_text_that_is_no_unicode_is_sent_all_the_same(standin: StandIn, github: GitHub) -> None:
    upsert(github, "File \udcff.sql")

    assert texts(standin) == ["File ?.sql"]


def test_comments_are_written_by_the_actions_bot(standin: StandIn, github: GitHub) -> None:
    upsert(github, "Adds 1 table.")

    assert [comment.login for comment in standin.state.comments] == [ACTIONS_BOT]
