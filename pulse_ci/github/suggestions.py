"""Suggestions on a pull request: written once each, and said to be settled when they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.errors import Forbidden, NotFound, Unprocessable
from pulse_ci.github.answers import Comment, parse_answer
from pulse_ci.github.current_user import get_login
from pulse_ci.github.marker import Marker, compute_digest, split_marker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulse_ci.github.client import GitHubClient
    from pulse_ci.github.pull_request import PullRequest
    from pulse_ci.report.suggestions import Suggestion

_RESOLVED_TEXT = "Settled: this is not found any more."


@dataclass(frozen=True, slots=True)
class _PostedSuggestion:
    """A suggestion of ours; `line` is None once the lines that it stood at have changed."""

    id: int
    path: str
    line: int | None
    marker: Marker
    body: str


def update_suggestions(
    github: GitHubClient, pull_request: PullRequest, suggestions: Sequence[Suggestion], marker: Marker
) -> str | None:
    """Leave each suggestion once, all new ones in one review; return the reason where they are not written.

    Ours is a review comment that we wrote and that begins with a marker of the same id. One that is not among
    `suggestions` any more is not deleted, since people may have answered: it says that it is settled. An older run
    touches nothing that a newer one has written.

    Raises:
        GitHubError: GitHub failed.

    """
    pulls = f"/repos/{pull_request.base_repo}/pulls"
    try:
        written = tuple(_find_ours(github, f"{pulls}/{pull_request.number}/comments", marker))
        if any(each.marker.is_newer_than(marker) for each in written):
            return None
        kept = {old.id: each for each in suggestions if (old := _find_posted(each, written))}
        for old in written:
            if (body := kept[old.id].body if old.id in kept else _RESOLVED_TEXT) != old.body.strip():
                github.patch(f"{pulls}/comments/{old.id}", {"body": f"{marker.render_line(old.marker.digest)}\n{body}"})
        if new := [each for each in suggestions if each not in kept.values()]:
            github.post(f"{pulls}/{pull_request.number}/reviews", _build_review(new, pull_request, marker))
    except (Forbidden, NotFound, Unprocessable) as error:
        return f"There are no suggestions, since GitHub refused them: {error.status} {error.message}."
    return None


def _find_ours(github: GitHubClient, path: str, marker: Marker) -> Iterator[_PostedSuggestion]:
    marked = [
        each
        for each in (_parse_review_comment(item) for item in github.get_pages(path))
        if each and each[1].marker.id == marker.id
    ]
    login = get_login(github) if marked else ""
    return (written for author, written in marked if author == login)


def _parse_review_comment(item: object) -> tuple[str, _PostedSuggestion] | None:
    answer = parse_answer(Comment, item, "The review comment")
    split = split_marker(answer.body or "")
    if split is None or answer.user is None:
        return None
    return answer.user.login, _PostedSuggestion(answer.id, answer.path, answer.line, *split)


def _find_posted(suggestion: Suggestion, written: Sequence[_PostedSuggestion]) -> _PostedSuggestion | None:
    key, place = compute_digest(suggestion.body), (suggestion.path, suggestion.end_line)
    return next((each for each in written if each.marker.digest == key and (each.path, each.line) == place), None)


def _build_review(suggestions: Sequence[Suggestion], pull_request: PullRequest, marker: Marker) -> dict[str, object]:
    return {
        "commit_id": pull_request.head_sha,
        "event": "COMMENT",
        "body": "Fixes that were tried by replay; each can be accepted as it is.",
        "comments": [_build_comment(each, marker) for each in suggestions],
    }


def _build_comment(suggestion: Suggestion, marker: Marker) -> dict[str, object]:
    place: dict[str, object] = {"path": suggestion.path, "line": suggestion.end_line, "side": "RIGHT"}
    if suggestion.line < suggestion.end_line:
        place |= {"start_line": suggestion.line, "start_side": "RIGHT"}
    return place | {"body": f"{marker.render_line(compute_digest(suggestion.body))}\n{suggestion.body}"}
