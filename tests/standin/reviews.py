"""Reviews of pull requests, as far as they are comments on lines of new files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.standin.answer import Answer, Request, page, refuse
from tests.standin.state import ReviewComment

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.standin.contract import Contract
    from tests.standin.shapes import Shape, Shapes
    from tests.standin.state import Pull, State

_DOCS = "https://docs.github.com/rest/pulls/reviews"
_REPO = "/repos/{owner}/{repo}"


class Reviews:
    """The operations on the review comments of one state."""

    def __init__(self, contract: Contract, state: State, shapes: Shapes) -> None:
        self._contract = contract
        self._state = state
        self._shapes = shapes

    @property
    def routes(self) -> dict[tuple[str, str], Callable[[Request], Answer]]:
        """The operations by method and template."""
        return {
            ("get", f"{_REPO}/pulls/{{pull_number}}/comments"): self._list,
            ("post", f"{_REPO}/pulls/{{pull_number}}/reviews"): self._create,
            ("patch", f"{_REPO}/pulls/comments/{{comment_id}}"): self._update,
        }

    def _list(self, request: Request) -> Answer:
        number = int(request.variables["pull_number"])
        found = [comment for comment in self._state.review_comments if comment.pull == number]
        return page([self._comment(comment) for comment in found], request)

    def _create(self, request: Request) -> Answer:
        number, body = int(request.variables["pull_number"]), request.body
        pull = next((pull for pull in self._state.pulls if pull.number == number), None)
        if pull is None:
            return refuse(404, "Not Found")
        if not all(self._is_in_diff(pull, body["commit_id"], comment) for comment in body["comments"]):
            said = ["Pull request review thread line must be part of the diff"]
            return Answer(422, {"message": "Unprocessable Entity", "documentation_url": _DOCS, "errors": said})
        for comment in body["comments"]:
            self._state.review_comments.append(self._written(number, comment))
        example: Shape = self._contract.example("post", f"{_REPO}/pulls/{{pull_number}}/reviews", 200)
        return Answer(200, {**example, "body": body["body"], "user": self._shapes.user(self._state.writer)})

    def _written(self, pull: int, comment: dict[str, Any]) -> ReviewComment:
        number = max((each.id for each in self._state.review_comments), default=5000) + 1
        login, start = self._state.writer, comment.get("start_line")
        return ReviewComment(number, pull, login, comment["path"], comment["line"], comment["body"], start)

    def _is_in_diff(self, pull: Pull, commit: str, comment: dict[str, Any]) -> bool:
        new = {file.filename for file in pull.files if file.status == "added"}
        lines = self._state.tree.get(commit, {}).get(comment["path"], "").count("\n")
        start, end = comment.get("start_line", comment["line"]), comment["line"]
        return comment["path"] in new and 1 <= start <= end <= lines

    def _update(self, request: Request) -> Answer:
        number = int(request.variables["comment_id"])
        comment = next((each for each in self._state.review_comments if each.id == number), None)
        if comment is None:
            return refuse(404, "Not Found")
        comment.body = request.body["body"]
        return Answer(200, self._comment(comment))

    def _comment(self, comment: ReviewComment) -> Shape:
        example: Shape = self._contract.example("patch", f"{_REPO}/pulls/comments/{{comment_id}}", 200)
        # Once its lines have changed, GitHub leaves a comment without a line.
        line = {} if comment.line is None else {"line": comment.line}
        known = {name: value for name, value in example.items() if name not in ("line", "position")}
        changes = {"id": comment.id, "path": comment.path, "start_line": comment.start_line, "body": comment.body}
        return {**known, **changes, **line, "user": self._shapes.user(comment.login)}
