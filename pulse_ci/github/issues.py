"""The drift issue: one for each database or fleet, opened, kept true, closed and reopened as its drift goes and comes.

Ours is an issue with our label that the token's owner wrote and that begins with a marker of the same id; no other
is ever touched. Source of the list's parameters: https://docs.github.com/en/rest/issues/issues
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from pulse_ci.errors import Forbidden, GitHubUnavailable, Gone, NotFound, Unprocessable
from pulse_ci.github.answers import Issue, parse_answer
from pulse_ci.github.current_user import get_login
from pulse_ci.github.marker import Marker, compute_digest, split_marker

if TYPE_CHECKING:
    from pulse_ci.errors import RequestRejected
    from pulse_ci.github.client import GitHubClient

LABEL = "d1-drift"
MAX_BODY_BYTES = 60_000
# A drift that comes back so soon is the same story; later, an issue of its own tells it better.
REOPEN_WITHIN = timedelta(days=14)
_DRIFT_CHANGED = "The drift is another one now; the description above says which."
_DRIFT_RESOLVED = "The drift is gone: the database is what its migrations say."
_DRIFT_RETURNED = "There is drift again; the description above says which."


@dataclass(frozen=True, slots=True)
class DriftIssue:
    """What is to be told: a title, the text, and the marker whose id names the database or the fleet."""

    title: str
    body: str
    marker: Marker


@dataclass(frozen=True, slots=True)
class IssueResult:
    """What became of the issue; `reason` is a sentence for people where it could not be written, or was left alone."""

    url: str | None
    action: Literal["opened", "updated", "unchanged", "closed", "reopened", "none", "skipped"]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Issue:
    number: int
    url: str
    state: str
    state_reason: str | None
    closed_at: datetime | None
    marker: Marker


def upsert_issue(github: GitHubClient, repository: str, issue: DriftIssue, *, now: datetime) -> IssueResult:
    """Leave one open issue that tells of a drift.

    It is left alone where it says the same already, and where a person has closed it as not planned and the drift is
    still the same. A token that may not write issues gives a result with a reason, not an error.

    Raises:
        ValueError: the body is over LARGEST_BODY bytes of UTF-8.
        GitHubError: GitHub failed, or refused the content.

    """
    if len(issue.body.encode("utf-8", "replace")) > MAX_BODY_BYTES:
        raise ValueError(f"An issue of more than {MAX_BODY_BYTES} bytes is not sure to be taken.")
    try:
        return _IssueTracker(github, repository, issue.marker).upsert(issue, now)
    except (Forbidden, NotFound, Gone) as error:
        return IssueResult(None, "skipped", _explain_rejection(error))


def close_issue(github: GitHubClient, repository: str, marker: Marker) -> IssueResult:
    """Close the issue of a drift that is gone; never to be called where the database could not be compared."""
    try:
        return _IssueTracker(github, repository, marker).close()
    except (Forbidden, NotFound, Gone) as error:
        return IssueResult(None, "skipped", _explain_rejection(error))


def _explain_rejection(error: RequestRejected) -> str:
    if isinstance(error, Gone):
        return "There is no drift issue, since issues are switched off in this repository; the job summary has it all."
    return (
        f"There is no drift issue, since the token may not write one ({error.status} {error.message}): the job needs "
        "`issues: write`. The job summary has it all."
    )


class _IssueTracker:
    """The issues of one repository that are about one database or fleet."""

    def __init__(self, github: GitHubClient, repository: str, marker: Marker) -> None:
        self._github = github
        self._repository = f"/repos/{repository}"
        self._path = f"{self._repository}/issues"
        self._marker = marker

    def upsert(self, issue: DriftIssue, now: datetime) -> IssueResult:
        body = self._github.redact(issue.body).encode("utf-8", "replace").decode()
        digest = compute_digest(body)
        content = {"title": issue.title, "body": f"{self._marker.render_line(digest)}\n{body}"}
        found = self._find_latest()
        match found:
            case _Issue(state="open", marker=Marker(digest=same)) if same == digest:
                return IssueResult(found.url, "unchanged")
            case _Issue(state="open"):
                return self._update(found, content, "updated", _DRIFT_CHANGED)
            case _Issue(state_reason="not_planned", marker=Marker(digest=same)) if same == digest:
                return IssueResult(
                    found.url, "unchanged", "Somebody has closed the issue of this drift as not planned."
                )
            case _Issue(state_reason=reason, closed_at=closed) if reason != "not_planned" and _is_recent(closed, now):
                return self._update(found, {**content, "state": "open"}, "reopened", _DRIFT_RETURNED)
            case _:
                return self._create(content)

    def close(self) -> IssueResult:
        found = self._find_latest()
        if found is None or found.state != "open":
            return IssueResult(None, "none")
        return self._update(found, {"state": "closed", "state_reason": "completed"}, "closed", _DRIFT_RESOLVED)

    def _update(
        self, found: _Issue, change: dict[str, str], action: Literal["updated", "closed", "reopened"], comment: str
    ) -> IssueResult:
        self._github.patch(f"{self._path}/{found.number}", change)
        self._github.post(f"{self._path}/{found.number}/comments", {"body": comment})
        return IssueResult(found.url, action)

    def _create(self, content: dict[str, str]) -> IssueResult:
        self._create_label()
        try:
            answer = self._github.post(self._path, {**content, "labels": [LABEL]})
        except GitHubUnavailable:
            found = self._find_latest()
            if found is None or found.state != "open":
                raise
            return IssueResult(found.url, "opened")
        return IssueResult(parse_answer(Issue, answer, "The issue").html_url, "opened")

    def _create_label(self) -> None:
        label = {"name": LABEL, "color": "d4a72c", "description": "A D1 database is not what its migrations say"}
        try:
            self._github.post(f"{self._repository}/labels", label)
        except Unprocessable:  # it is there already
            return

    def _find_latest(self) -> _Issue | None:
        """Return our open issue, the oldest of several, or else the one that was closed last."""
        mine = [
            found
            for item in self._list_issues()
            if (found := _parse_issue(item)) and found.marker.id == self._marker.id
        ]
        still_open = [each for each in mine if each.state == "open"]
        closed = sorted((each for each in mine if each.closed_at), key=lambda each: (str(each.closed_at), each.number))
        if still_open:
            return min(still_open, key=lambda each: each.number)
        return closed[-1] if closed else None

    def _list_issues(self) -> list[Issue]:
        login = get_login(self._github)
        query = {"labels": LABEL, "state": "all", "creator": login}
        # The server's filter is not relied on for what must not be touched.
        listed = (parse_answer(Issue, item, "The issue") for item in self._github.get_pages(self._path, query))
        return [each for each in listed if each.user and each.user.login == login and not each.pull_request]


def _parse_issue(issue: Issue) -> _Issue | None:
    split = split_marker(issue.body or "")
    if split is None:
        return None
    return _Issue(issue.number, issue.html_url, issue.state, issue.state_reason, issue.closed_at, split[0])


def _is_recent(closed: datetime | None, now: datetime) -> bool:
    return closed is not None and now - closed <= REOPEN_WITHIN
