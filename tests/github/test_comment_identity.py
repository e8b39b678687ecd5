from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.github.sticky import REPOSITORY, RUN_7, RUN_8, ours, texts, upsert

if TYPE_CHECKING:
    from pulse_ci.github.client import GitHubClient
    from tests.standin.server import StandIn

pytestmark = pytest.mark.usefixtures("pull")


@pytest.mark.parametrize("thief", ["mallory", "other-app[bot]"])
def test_someone_elses_copy_of_our_comment_is_untouched(standin: StandIn, github: GitHubClient, thief: str) -> None:
    pasted = standin.state.add_comment(2, ours(RUN_7), login=thief)

    result = upsert(github, "Adds 1 table.", RUN_8)

    assert result.action == "created"
    assert standin.state.comments[0] == replace(pasted)
    assert texts(standin) == ["Old.", "Adds 1 table."]


def test_a_marker_further_down_is_not_ours(standin: StandIn, github: GitHubClient) -> None:
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
def test_an_odd_comment_is_not_ours(standin: StandIn, github: GitHubClient, line: str) -> None:
    standin.state.add_comment(2, f"{line}\nOld.")

    assert upsert(github, "Adds 1 table.").action == "created"


def test_a_marker_of_another_version_is_understood(standin: StandIn, github: GitHubClient) -> None:
    standin.state.add_comment(2, '<!-- pulse-migrate-action {"id":"","run":"7","new":{"a":[1]}} -->\r\nOld.')

    assert upsert(github, "Adds 1 table.").action == "updated"


def test_our_comment_is_found_behind_250_others(standin: StandIn, github: GitHubClient) -> None:
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


def test_an_older_run_does_not_overwrite_a_newer_one(standin: StandIn, github: GitHubClient) -> None:
    upsert(github, "Adds 2 tables.", RUN_8)

    result = upsert(github, "Adds 1 table.", RUN_7)

    assert result.action == "skipped"
    assert result.reason == "Run 8, a newer one, has written it."
    assert texts(standin) == ["Adds 2 tables."]


def test_an_older_attempt_does_not_overwrite_a_newer_one(standin: StandIn, github: GitHubClient) -> None:
    upsert(github, "Adds 2 tables.", replace(RUN_7, attempt=2))

    assert upsert(github, "Adds 1 table.", RUN_7).action == "skipped"


def test_labels_keep_the_comments_of_a_matrix_apart(standin: StandIn, github: GitHubClient) -> None:
    for label in ("eu", "us", "eu"):
        upsert(github, f"Adds 1 table to {label}.", replace(RUN_7, id=label))

    assert texts(standin) == ["Adds 1 table to eu.", "Adds 1 table to us."]


def test_a_label_cannot_end_the_hidden_line(standin: StandIn, github: GitHubClient) -> None:
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


def test_of_two_comments_made_by_a_race_the_later_run_keeps_the_first(standin: StandIn, github: GitHubClient) -> None:
    race(standin, ours(RUN_7))

    result = upsert(github, "Adds 2 tables.", RUN_8)

    assert result.action == "updated"
    assert texts(standin) == ["Adds 2 tables."]
    assert result.url == f"https://github.com/{REPOSITORY}/issues/2#issuecomment-{standin.state.comments[0].id}"


def test_in_a_race_the_older_run_gives_way(standin: StandIn, github: GitHubClient) -> None:
    race(standin, ours(RUN_8, "Newer."))

    result = upsert(github, "Adds 1 table.", RUN_7)

    assert result.action == "skipped"
    assert texts(standin) == ["Newer."]


def test_a_duplicate_left_by_a_run_that_was_cancelled_is_removed(standin: StandIn, github: GitHubClient) -> None:
    for _ in range(3):
        standin.state.add_comment(2, ours(RUN_7))

    upsert(github, "Adds 1 table.", RUN_8)

    assert texts(standin) == ["Adds 1 table."]


def test_an_apps_comment_is_found_again_though_it_cannot_say_who_it_is(standin: StandIn, github: GitHubClient) -> None:
    standin.state.bot = "our-app[bot]"
    standin.state.add_comment(2, ours(RUN_7))

    result = upsert(github, "Adds 1 table.", RUN_8)

    assert result.action == "updated"
    assert texts(standin) == ["Adds 1 table."]
