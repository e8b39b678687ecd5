"""The life of the drift issue: open, same, changed, gone, back; and whose issues are never touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from pulse_ci.errors import GitHubError, GitHubUnavailable
from pulse_ci.github.issues import LABEL, MAX_BODY_BYTES, DriftIssue, IssueResult, close_issue, upsert_issue
from pulse_ci.github.marker import Marker
from tests.github.mocked import github_that
from tests.standin.state import Issue

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulse_ci.github.client import GitHubClient
    from tests.standin.server import StandIn

REPOSITORY = "Codertocat/Hello-World"
MARKER = Marker(id="drift pulse_analytics", run=7, attempt=1, sha="ec26c3e", version="1.0.0")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DRIFT = DriftIssue("Drift in pulse_analytics", "index `hotfix` is in no migration", MARKER)
OTHER = replace(DRIFT, body="view `v` is missing")


def keep(github: GitHubClient, issue: DriftIssue = DRIFT, *, after: timedelta = timedelta()) -> str:
    return upsert_issue(github, REPOSITORY, issue, now=NOW + after).action


def told(standin: StandIn) -> list[tuple[str, str | None, str]]:
    return [(each.state, each.state_reason, each.body.partition("\n")[2]) for each in standin.state.issues]


def comments(standin: StandIn) -> list[str]:
    return [each.body for each in standin.state.comments]


def test_drift_opens_one_issue_with_its_label(standin: StandIn, github: GitHubClient) -> None:
    result = upsert_issue(github, REPOSITORY, DRIFT, now=NOW)

    assert result == IssueResult(f"https://github.com/{REPOSITORY}/issues/1", "opened")
    assert told(standin) == [("open", None, DRIFT.body)]
    assert standin.state.issues[0].title == "Drift in pulse_analytics"
    assert (standin.state.issues[0].labels, standin.state.labels) == ([LABEL], [LABEL])


def test_a_label_that_is_there_is_used(standin: StandIn, github: GitHubClient) -> None:
    standin.state.labels.append(LABEL)

    assert keep(github) == "opened"


def test_the_same_drift_is_silent_whatever_the_run(standin: StandIn, github: GitHubClient) -> None:
    keep(github, replace(DRIFT, body="x https://github.com/o/r/actions/runs/7"))
    standin.log.clear()

    again = replace(DRIFT, body="x https://github.com/o/r/actions/runs/8", marker=replace(MARKER, run=8))
    assert keep(github, again) == "unchanged"
    assert standin.writes == []


def test_another_drift_updates_the_issue_and_says_so_once(standin: StandIn, github: GitHubClient) -> None:
    keep(github)

    assert keep(github, OTHER) == "updated"
    assert told(standin) == [("open", None, OTHER.body)]
    assert comments(standin) == ["The drift is another one now; the description above says which."]


def test_a_drift_that_is_gone_closes_the_issue_as_completed(standin: StandIn, github: GitHubClient) -> None:
    keep(github)

    assert close_issue(github, REPOSITORY, MARKER).action == "closed"
    assert told(standin) == [("closed", "completed", DRIFT.body)]
    assert comments(standin) == ["The drift is gone: the database is what its migrations say."]
    assert close_issue(github, REPOSITORY, MARKER).action == "none"


def test_no_drift_and_no_issue_is_one_request(standin: StandIn) -> None:
    from pulse_ci.github.client import GitHubClient

    with GitHubClient(standin.url, "ghs_jobs", transport=httpx.HTTPTransport()) as github:
        assert close_issue(github, REPOSITORY, MARKER).action == "none"

    assert [logged.method for logged in standin.log] == ["GET"]


def test_a_drift_that_comes_back_soon_reopens_its_issue(standin: StandIn, github: GitHubClient) -> None:
    keep(github)
    close_issue(github, REPOSITORY, MARKER)

    assert keep(github, OTHER, after=timedelta(days=13)) == "reopened"
    assert told(standin) == [("open", "reopened", OTHER.body)]
    assert comments(standin)[-1] == "There is drift again; the description above says which."


def test_a_drift_that_comes_back_late_has_an_issue_of_its_own(standin: StandIn, github: GitHubClient) -> None:
    keep(github)
    close_issue(github, REPOSITORY, MARKER)

    assert keep(github, after=timedelta(days=15)) == "opened"
    assert [state for state, *_ in told(standin)] == ["closed", "open"]


def test_an_issue_that_a_person_closed_while_the_drift_lasts_is_reopened(
    standin: StandIn, github: GitHubClient
) -> None:
    keep(github)
    close(standin, "completed")

    assert keep(github) == "reopened"


def test_a_drift_that_is_not_planned_to_be_mended_is_silent_until_it_changes(
    standin: StandIn, github: GitHubClient
) -> None:
    keep(github)
    close(standin, "not_planned")

    assert keep(github, after=timedelta(days=400)) == "unchanged"
    assert keep(github, OTHER) == "opened"
    assert told(standin) == [("closed", "not_planned", DRIFT.body), ("open", None, OTHER.body)]


def close(standin: StandIn, reason: str) -> None:
    (issue,) = standin.state.issues
    issue.state, issue.state_reason, issue.closed_at = "closed", reason, standin.state.now


def test_each_database_has_an_issue_of_its_own(standin: StandIn, github: GitHubClient) -> None:
    tenant = replace(DRIFT, marker=replace(MARKER, id="drift tenant-1"))

    assert (keep(github), keep(github, tenant)) == ("opened", "opened")
    assert close_issue(github, REPOSITORY, MARKER).action == "closed"
    assert [each.state for each in standin.state.issues] == ["closed", "open"]


def test_nothing_of_anybody_elses_is_touched(standin: StandIn, github: GitHubClient) -> None:
    standin.state.login = "octocat"
    forged = f"{MARKER.render_line('')}\nOurs, it says."
    theirs = [
        Issue(1, "Drift", "mallory", forged, labels=[LABEL]),
        Issue(2, "Drift", "octocat", "No marker.", labels=[LABEL]),
        Issue(3, "Drift", "octocat", forged),
    ]
    standin.state.issues += theirs

    assert close_issue(github, REPOSITORY, MARKER).action == "none"
    assert keep(github) == "opened"
    assert [each.state for each in theirs] == ["open"] * 3
    assert [each.body for each in theirs] == [forged, "No marker.", forged]


def test_a_list_that_ignores_its_filter_changes_nothing_of_others() -> None:
    user = {"login": "mallory"}
    item = {"number": 1, "state": "open", "html_url": "u", "body": f"{MARKER.render_line('')}\n", "user": user}

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.method == "GET"
        return httpx.Response(200, json={"login": "octocat"} if request.url.path == "/user" else [item])

    assert close_issue(github_that(answer), REPOSITORY, MARKER).action == "none"


def test_the_issue_is_found_on_a_later_page(standin: StandIn, github: GitHubClient) -> None:
    keep(github)
    others = (Issue(number, "Drift", standin.state.writer, "", labels=[LABEL]) for number in range(2, 150))
    standin.state.issues[:0] = others

    assert keep(github) == "unchanged"


def test_issues_that_are_switched_off_are_a_reason_and_no_error(standin: StandIn, github: GitHubClient) -> None:
    standin.fail("gone", "POST", "*/issues")

    assert upsert_issue(github, REPOSITORY, DRIFT, now=NOW) == IssueResult(
        None,
        "skipped",
        "There is no drift issue, since issues are switched off in this repository; the job summary has it all.",
    )


@pytest.mark.parametrize(
    "act", [lambda github: keep(github), lambda github: close_issue(github, REPOSITORY, MARKER).action]
)
def test_a_token_that_may_not_read_issues_is_a_reason_and_no_error(
    standin: StandIn, github: GitHubClient, act: Callable[[GitHubClient], str]
) -> None:
    standin.fail("not-found", "GET", "*/issues")

    assert act(github) == "skipped"


def test_a_token_that_may_not_write_names_the_permission(standin: StandIn, github: GitHubClient) -> None:
    standin.fail("read-only", "POST", "*/issues")

    result = upsert_issue(github, REPOSITORY, DRIFT, now=NOW)

    assert result.action == "skipped"
    assert "`issues: write`" in str(result.reason)


def test_an_answer_that_was_lost_makes_no_second_issue(standin: StandIn, github: GitHubClient) -> None:
    standin.fail("drop-after", "POST", "*/issues")

    assert keep(github) == "opened"
    assert len(standin.state.issues) == 1


def test_a_request_that_never_arrived_is_an_error(standin: StandIn, github: GitHubClient) -> None:
    standin.fail("drop", "POST", "*/issues", times=9)

    with pytest.raises(GitHubUnavailable):
        keep(github)


def test_a_body_that_github_would_not_take_is_not_sent(github: GitHubClient) -> None:
    with pytest.raises(ValueError, match="60000"):
        keep(github, replace(DRIFT, body="x" * (MAX_BODY_BYTES + 1)))


def test_a_time_that_is_none_is_told() -> None:
    item = {"number": 1, "state": "closed", "html_url": "u", "body": f"{MARKER.render_line('')}\n", "closed_at": "soon"}

    def answer(request: httpx.Request) -> httpx.Response:
        user = {"login": "octocat"}
        return httpx.Response(200, json=user if request.url.path == "/user" else [{**item, "user": user}])

    with pytest.raises(GitHubError, match=r"issue\.closed_at should be"):
        close_issue(github_that(answer), REPOSITORY, MARKER)
