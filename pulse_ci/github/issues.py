"""The drift issue: one for each database or fleet, opened, kept true, closed and reopened as its drift goes and comes.

Ours is an issue with our label that the token's owner wrote and that begins with a marker of the same id; no other
is ever touched. Source of the list's parameters: https://docs.github.com/en/rest/issues/issues
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from pulse_ci.errors import GitHubError
from pulse_ci.github.current_user import login_of
from pulse_ci.github.failures import Forbidden, Gone, NotFound, Unavailable, Unprocessable
from pulse_ci.github.fields import Fields
from pulse_ci.github.marker import Marker, digest_of, split_marker

if TYPE_CHECKING:
    from pulse_ci.github.client import GitHub
    from pulse_ci.github.failures import RefusedError

LABEL = "d1-drift"
LARGEST_BODY = 60_000
# A drift that comes back so soon is the same story; later, an issue of its own tells it better.
REOPENED_WITHIN = timedelta(days=14)
_CHANGED = "The drift is another one now; the description above says which."
_GONE = "The drift is gone: the database is what its migrations say."
_BACK = "There is drift again; the description above says which."


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


def keep_issue(github: GitHub, repository: str, issue: DriftIssue, *, now: datetime) -> IssueResult:
    """Leave one open issue that tells of a drift.

    It is left alone where it says the same already, and where a person has closed it as not planned and the drift is
    still the same. A token that may not write issues gives a result with a reason, not an error.

    Raises:
        ValueError: the body is over LARGEST_BODY bytes of UTF-8.
        GitHubError: GitHub failed, or refused the content.

    """
    if len(issue.body.encode("utf-8", "replace")) > LARGEST_BODY:
        raise ValueError(f"An issue of more than {LARGEST_BODY} bytes is not sure to be taken.")
    try:
        return _Tracker(github, repository, issue.marker).keep(issue, now)
    except (Forbidden, NotFound, Gone) as error:
        return IssueResult(None, "skipped", _explain(error))


def close_issue(github: GitHub, repository: str, marker: Marker) -> IssueResult:
    """Close the issue of a drift that is gone; never to be called where the database could not be compared."""
    try:
        return _Tracker(github, repository, marker).close()
    except (Forbidden, NotFound, Gone) as error:
        return IssueResult(None, "skipped", _explain(error))


def _explain(error: RefusedError) -> str:
    if isinstance(error, Gone):
        return "There is no drift issue, since issues are switched off in this repository; the job summary has it all."
    return (
        f"There is no drift issue, since the token may not write one ({error.status} {error.said}): the job needs "
        "`issues: write`. The job summary has it all."
    )


class _Tracker:
    """The issues of one repository that are about one database or fleet."""

    def __init__(self, github: GitHub, repository: str, marker: Marker) -> None:
        self._github = github
        self._repository = f"/repos/{repository}"
        self._path = f"{self._repository}/issues"
        self._marker = marker

    def keep(self, issue: DriftIssue, now: datetime) -> IssueResult:
        body = self._github.redact(issue.body).encode("utf-8", "replace").decode()
        digest = digest_of(body)
        content = {"title": issue.title, "body": f"{self._marker.line(digest)}\n{body}"}
        found = self._latest()
        match found:
            case _Issue(state="open", marker=Marker(digest=same)) if same == digest:
                return IssueResult(found.url, "unchanged")
            case _Issue(state="open"):
                return self._tell(found, content, "updated", _CHANGED)
            case _Issue(state_reason="not_planned", marker=Marker(digest=same)) if same == digest:
                return IssueResult(
                    found.url, "unchanged", "Somebody has closed the issue of this drift as not planned."
                )
            case _Issue(state_reason=reason, closed_at=closed) if reason != "not_planned" and _is_recent(closed, now):
                return self._tell(found, {**content, "state": "open"}, "reopened", _BACK)
            case _:
                return self._open(content)

    def close(self) -> IssueResult:
        found = self._latest()
        if found is None or found.state != "open":
            return IssueResult(None, "none")
        return self._tell(found, {"state": "closed", "state_reason": "completed"}, "closed", _GONE)

    def _tell(
        self, found: _Issue, change: dict[str, str], action: Literal["updated", "closed", "reopened"], said: str
    ) -> IssueResult:
        self._github.patch(f"{self._path}/{found.number}", change)
        self._github.post(f"{self._path}/{found.number}/comments", {"body": said})
        return IssueResult(found.url, action)

    def _open(self, content: dict[str, str]) -> IssueResult:
        self._make_label()
        try:
            made = Fields(self._github.post(self._path, {**content, "labels": [LABEL]}), "The issue")
        except Unavailable:
            found = self._latest()
            if found is None or found.state != "open":
                raise
            return IssueResult(found.url, "opened")
        return IssueResult(made.text("html_url"), "opened")

    def _make_label(self) -> None:
        label = {"name": LABEL, "color": "d4a72c", "description": "A D1 database is not what its migrations say"}
        try:
            self._github.post(f"{self._repository}/labels", label)
        except Unprocessable:  # it is there already
            return

    def _latest(self) -> _Issue | None:
        """Return our open issue, the oldest of several, or else the one that was closed last."""
        mine = [found for item in self._listed() if (found := _read(item)) and found.marker.id == self._marker.id]
        still_open = [each for each in mine if each.state == "open"]
        closed = sorted((each for each in mine if each.closed_at), key=lambda each: (str(each.closed_at), each.number))
        if still_open:
            return min(still_open, key=lambda each: each.number)
        return closed[-1] if closed else None

    def _listed(self) -> list[object]:
        login = login_of(self._github)
        query = {"labels": LABEL, "state": "all", "creator": login}
        # The server's filter is not relied on for what must not be touched.
        return [item for item in self._github.pages(self._path, query) if _author(item) == login]


def _author(item: object) -> str | None:
    fields = Fields(item, "The issue")
    user = fields.find_object("user")
    return user.text("login") if user and fields.find_object("pull_request") is None else None


def _read(item: object) -> _Issue | None:
    fields = Fields(item, "The issue")
    split = split_marker(fields.find_text("body") or "")
    if split is None:
        return None
    marker, _ = split
    return _Issue(
        fields.number("number"),
        fields.text("html_url"),
        fields.text("state"),
        fields.find_text("state_reason"),
        _moment(fields.find_text("closed_at")),
        marker,
    )


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise GitHubError(f"GitHub says that an issue was closed at {text[:40]!r}, which is no time.") from None


def _is_recent(closed: datetime | None, now: datetime) -> bool:
    return closed is not None and now - closed <= REOPENED_WITHIN
