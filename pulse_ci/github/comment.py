"""The sticky comment: one on a pull request, found again and updated in place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from pulse_ci.errors import Forbidden, GitHubError, GitHubUnavailable, Gone, NotFound
from pulse_ci.github.answers import Comment, parse_answer
from pulse_ci.github.current_user import get_login
from pulse_ci.github.marker import Marker, compute_digest, split_marker

if TYPE_CHECKING:
    from pulse_ci.errors import RequestRejected
    from pulse_ci.github.client import GitHubClient

MAX_BODY_BYTES = 60_000


class CommentMode(StrEnum):
    """When to comment; an existing comment is kept true by both `always` and `changes`."""

    ALWAYS = "always"
    CHANGES = "changes"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class CommentResult:
    """What became of the comment; `reason` is a sentence for people where it was not written."""

    url: str | None
    action: Literal["created", "updated", "unchanged", "skipped"]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Comment:
    id: int
    author: str
    url: str
    marker: Marker
    body: str


def upsert_comment(
    github: GitHubClient,
    repository: str,
    number: int,
    body: str,
    marker: Marker,
    *,
    mode: CommentMode = CommentMode.ALWAYS,
    has_content: bool = True,
) -> CommentResult:
    """Leave `body` as our one comment on pull request `number` of `repository` ("owner/name").

    Ours is a comment that we wrote and that begins with a marker of the same id. It is left alone where it
    says the same, or where a newer run wrote it. With `mode` changes, none is created unless `is_worth_it`.
    A token that may not comment (a fork's, Dependabot's) gives a result with a reason, not an error.

    Raises:
        ValueError: `body` is over LARGEST_BODY bytes of UTF-8; folding it is the report's work.
        GitHubError: GitHub failed, or refused the content.

    """
    size = len(body.encode("utf-8", "replace"))
    if size > MAX_BODY_BYTES:
        raise ValueError(f"A comment of {size} bytes is over the {MAX_BODY_BYTES} that are sure to be taken.")
    if mode is CommentMode.OFF:
        return CommentResult(None, "skipped", "Comments are switched off (comment: off).")
    text = github.redact(body).encode("utf-8", "replace").decode()
    thread = _CommentThread(github, f"/repos/{repository}/issues", number, marker, text)
    try:
        return thread.upsert(may_create=mode is CommentMode.ALWAYS or has_content)
    except (Forbidden, NotFound, Gone) as error:
        return CommentResult(None, "skipped", explain_rejection(error))


def explain_rejection(error: RequestRejected) -> str:
    """Return the sentence for a write that the token may not do."""
    return (
        f"There is no comment, since the token may not write one ({error.status} {error.message}): it is "
        "read-only for a pull request from a fork or from Dependabot, and any other needs "
        "`pull-requests: write`."
    )


class _CommentThread:
    """The comments of one pull request, and what we have to say there."""

    def __init__(self, github: GitHubClient, issues: str, number: int, marker: Marker, body: str) -> None:
        self._github = github
        self._issues = issues
        self._path = f"{issues}/{number}/comments"
        self._marker = marker
        self._digest = compute_digest(body)
        self._text = f"{marker.render_line(self._digest)}\n{body}"

    def upsert(self, *, may_create: bool) -> CommentResult:
        marked = self._find_marked()
        login = get_login(self._github) if marked else ""
        mine = [comment for comment in marked if comment.author == login]
        if mine:
            return self._keep_oldest(mine)
        if not may_create:
            return CommentResult(None, "skipped", "There is nothing worth a comment (comment: changes).")
        return self._create()

    def _keep_oldest(self, mine: list[_Comment]) -> CommentResult:
        """Bring the oldest of our comments up to date, and delete the others."""
        kept, *others = mine
        newest = max(mine, key=lambda comment: (comment.marker.run, comment.marker.attempt))
        if newest.marker.is_newer_than(self._marker):
            return CommentResult(newest.url, "skipped", f"Run {newest.marker.run}, a newer one, has written it.")
        result = self._update(kept)
        for comment in others:
            self._delete(comment)
        return result

    def _update(self, comment: _Comment) -> CommentResult:
        # The text counts as well as the digest: someone may have edited our comment.
        if comment.marker.digest == self._digest == compute_digest(comment.body):
            return CommentResult(comment.url, "unchanged")
        answer = self._github.patch(f"{self._issues}/comments/{comment.id}", {"body": self._text})
        return CommentResult(parse_answer(Comment, answer, "The comment").html_url, "updated")

    def _create(self) -> CommentResult:
        try:
            created = _parse_comment(self._github.post(self._path, {"body": self._text}))
        except GitHubUnavailable:
            created = self._find_sent()
            if created is None:
                raise
        if created is None:
            raise GitHubError(f"GitHub answered POST {self._path} with a comment that was not sent.")
        return self._resolve_race(created)

    def _resolve_race(self, created: _Comment) -> CommentResult:
        """Leave one comment where two runs have created one each: the older, which the later run must see."""
        mine = [comment for comment in self._find_marked() if comment.author == created.author]
        if not mine or mine[0].id == created.id:
            return CommentResult(created.url, "created")
        result = self._keep_oldest(mine)
        if result.action == "skipped":
            self._delete(created)
        return result

    def _find_sent(self) -> _Comment | None:
        """Find the comment of this very run, in case the request that got no answer was done."""
        sent = replace(self._marker, digest=self._digest)
        return next((comment for comment in self._find_marked() if comment.marker == sent), None)

    def _find_marked(self) -> list[_Comment]:
        """Return the comments with a marker of our id, by whomever, oldest first."""
        comments = (_parse_comment(item) for item in self._github.get_pages(self._path))
        found = (comment for comment in comments if comment and comment.marker.id == self._marker.id)
        return sorted(found, key=lambda comment: comment.id)

    def _delete(self, comment: _Comment) -> None:
        try:
            self._github.delete(f"{self._issues}/comments/{comment.id}")
        except NotFound:  # the other run was quicker
            return


def _parse_comment(item: object) -> _Comment | None:
    answer = parse_answer(Comment, item, "The comment")
    split = split_marker(answer.body or "")
    if split is None or answer.user is None:
        return None
    return _Comment(answer.id, answer.user.login, answer.html_url, *split)
