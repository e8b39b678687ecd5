"""What each operation does to the state."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from tests.standin.answer import Answer, Request, invalid, page, refuse
from tests.standin.faults import READ_ONLY, TOO_LONG
from tests.standin.reviews import Reviews
from tests.standin.shapes import blob_name
from tests.standin.state import Comment, Issue, Pull

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.standin.contract import Contract
    from tests.standin.shapes import Shapes
    from tests.standin.state import State

_Numbered = TypeVar("_Numbered", Issue, Pull)
_REPO = "/repos/{owner}/{repo}"
_NOT_FOUND = "Not Found"
_LONGEST = 65_536
_COMMIT = re.compile(r"[0-9a-f]{40}")


class Routes:
    """The operations on one state."""

    def __init__(self, contract: Contract, state: State, shapes: Shapes) -> None:
        self._contract = contract
        self._state = state
        self._shapes = shapes

    def answer(self, request: Request) -> Answer:
        """Do what was asked, and return the answer."""
        owner, repo = request.variables.get("owner"), request.variables.get("repo")
        if owner and f"{owner}/{repo}".lower() != self._state.repository.lower():
            return refuse(404, _NOT_FOUND)
        if self._state.read_only and request.method != "GET":
            return refuse(403, READ_ONLY)
        reviews = Reviews(self._contract, self._state, self._shapes)
        return {**self._routes, **reviews.routes}[request.method.lower(), request.template](request)

    @property
    def _routes(self) -> dict[tuple[str, str], Callable[[Request], Answer]]:
        return {
            ("get", "/user"): self._user,
            ("get", "/meta"): self._meta,
            ("get", "/rate_limit"): self._example,
            ("get", f"{_REPO}/commits/{{commit_sha}}/pulls"): self._pulls_of_commit,
            ("get", f"{_REPO}/contents/{{path}}"): self._contents,
            ("get", f"{_REPO}/git/blobs/{{file_sha}}"): self._blob,
            ("get", f"{_REPO}/git/trees/{{tree_sha}}"): self._tree,
            ("get", f"{_REPO}/issues"): self._list_issues,
            ("post", f"{_REPO}/issues"): self._create_issue,
            ("get", f"{_REPO}/issues/{{issue_number}}"): self._get_issue,
            ("patch", f"{_REPO}/issues/{{issue_number}}"): self._update_issue,
            ("get", f"{_REPO}/issues/{{issue_number}}/comments"): self._list_comments,
            ("post", f"{_REPO}/issues/{{issue_number}}/comments"): self._create_comment,
            ("get", f"{_REPO}/issues/comments/{{comment_id}}"): self._get_comment,
            ("patch", f"{_REPO}/issues/comments/{{comment_id}}"): self._update_comment,
            ("delete", f"{_REPO}/issues/comments/{{comment_id}}"): self._delete_comment,
            ("get", f"{_REPO}/labels"): self._list_labels,
            ("post", f"{_REPO}/labels"): self._create_label,
            ("get", f"{_REPO}/pulls"): self._list_pulls,
            ("get", f"{_REPO}/pulls/{{pull_number}}"): self._get_pull,
            ("get", f"{_REPO}/pulls/{{pull_number}}/files"): self._list_files,
        }

    def _user(self, _request: Request) -> Answer:
        return Answer(200, self._shapes.me(login)) if (login := self._state.login) else refuse(403, READ_ONLY)

    def _meta(self, _request: Request) -> Answer:
        return Answer(200, self._shapes.meta())

    def _example(self, request: Request) -> Answer:
        return Answer(200, self._contract.example(request.method.lower(), request.template, 200))

    def _pulls_of_commit(self, request: Request) -> Answer:
        # GitHub finds none for the head of a fork.
        sha, here = request.variables["commit_sha"], self._state.repository
        found = [pull for pull in self._state.pulls if pull.head_sha == sha and pull.head_repo == here]
        return page([self._shapes.listed_pull(pull) for pull in found], request)

    def _contents(self, request: Request) -> Answer:
        path, ref = request.variables["path"].strip("/"), request.query.get("ref", "main")
        if ref not in self._state.tree and _COMMIT.fullmatch(ref):
            return refuse(404, f"No commit found for the ref {ref}")
        files = self._state.tree.get(ref, {})
        if path in files:
            return Answer(200, self._shapes.content(path, files[path]))
        entries = _entries(f"{path}/" if path else "", files)
        if not entries:
            return refuse(404, _NOT_FOUND)
        return Answer(200, [self._shapes.entry(name, text) for name, text in sorted(entries.items())][:1000])

    def _blob(self, request: Request) -> Answer:
        texts = (text for files in self._state.tree.values() for text in files.values())
        found = next((text for text in texts if blob_name(text) == request.variables["file_sha"]), None)
        return refuse(404, _NOT_FOUND) if found is None else Answer(200, self._shapes.blob(found))

    def _tree(self, request: Request) -> Answer:
        sha = request.variables["tree_sha"]
        for files in self._state.tree.values():
            folders = {folder for path in files for folder in map(str, PurePosixPath(path).parents)}
            for folder in sorted(folders):
                if blob_name(folder) == sha:
                    below = {
                        path.removeprefix(f"{folder}/"): text
                        for path, text in files.items()
                        if path.startswith(f"{folder}/")
                    }
                    return Answer(200, self._shapes.tree(sha, below))
        return refuse(404, _NOT_FOUND)

    def _list_issues(self, request: Request) -> Answer:
        query = request.query
        state, labels = query.get("state", "open"), set(filter(None, query.get("labels", "").split(",")))
        found = [
            issue
            for issue in self._state.issues
            if state in {"all", issue.state}
            and labels <= set(issue.labels)
            and query.get("creator", issue.login) == issue.login
        ]
        return page([self._shapes.issue(issue) for issue in found], request)

    def _create_issue(self, request: Request) -> Answer:
        state, body = self._state, request.body
        number = max(self._numbers, default=0) + 1
        issue = Issue(number, body["title"], state.writer, body.get("body") or "", labels=body.get("labels", []))
        state.issues.append(issue)
        return Answer(201, self._shapes.issue(issue))

    def _get_issue(self, request: Request) -> Answer:
        issue = _find(self._state.issues, request, "issue_number")
        return Answer(200, self._shapes.issue(issue)) if issue else refuse(404, _NOT_FOUND)

    def _update_issue(self, request: Request) -> Answer:
        issue = _find(self._state.issues, request, "issue_number")
        if issue is None:
            return refuse(404, _NOT_FOUND)
        for name in ("title", "body", "state", "state_reason", "labels"):
            setattr(issue, name, request.body.get(name, getattr(issue, name)))
        if "state" in request.body:
            closed = issue.state == "closed"
            issue.state_reason = request.body.get("state_reason", "completed" if closed else "reopened")
            issue.closed_at = self._state.now if closed else None
        return Answer(200, self._shapes.issue(issue))

    def _list_comments(self, request: Request) -> Answer:
        number = int(request.variables["issue_number"])
        if number not in self._numbers:
            return refuse(404, _NOT_FOUND)
        found = sorted((item for item in self._state.comments if item.issue == number), key=lambda item: item.id)
        return page([self._shapes.comment(comment) for comment in found], request)

    def _create_comment(self, request: Request) -> Answer:
        number = int(request.variables["issue_number"])
        if number not in self._numbers:
            return refuse(404, _NOT_FOUND)
        if len(request.body["body"]) > _LONGEST:
            return invalid("body", TOO_LONG)
        return Answer(201, self._shapes.comment(self._state.add_comment(number, request.body["body"])))

    def _get_comment(self, request: Request) -> Answer:
        comment = self._comment(request)
        return Answer(200, self._shapes.comment(comment)) if comment else refuse(404, _NOT_FOUND)

    def _update_comment(self, request: Request) -> Answer:
        comment = self._comment(request)
        if comment is None:
            return refuse(404, _NOT_FOUND)
        if len(request.body["body"]) > _LONGEST:
            return invalid("body", TOO_LONG)
        comment.body = request.body["body"]
        return Answer(200, self._shapes.comment(comment))

    def _delete_comment(self, request: Request) -> Answer:
        comment = self._comment(request)
        if comment is None:
            return refuse(404, _NOT_FOUND)
        self._state.comments.remove(comment)
        return Answer(204)

    def _list_labels(self, request: Request) -> Answer:
        return page([self._shapes.label(name) for name in self._state.labels], request)

    def _create_label(self, request: Request) -> Answer:
        name = request.body["name"]
        if name in self._state.labels:
            return invalid("name", "already_exists")
        self._state.labels.append(name)
        return Answer(201, self._shapes.label(name))

    def _list_pulls(self, request: Request) -> Answer:
        state, head = request.query.get("state", "open"), request.query.get("head")
        found = [
            pull for pull in self._state.pulls if state in {"all", pull.state} and (head is None or head == _head(pull))
        ]
        return page([self._shapes.listed_pull(pull) for pull in found], request)

    def _get_pull(self, request: Request) -> Answer:
        pull = _find(self._state.pulls, request, "pull_number")
        return Answer(200, self._shapes.pull(pull)) if pull else refuse(404, _NOT_FOUND)

    def _list_files(self, request: Request) -> Answer:
        pull = _find(self._state.pulls, request, "pull_number")
        if pull is None:
            return refuse(404, _NOT_FOUND)
        return page([self._shapes.file(file) for file in pull.files[:3000]], request)

    def _comment(self, request: Request) -> Comment | None:
        number = int(request.variables["comment_id"])
        return next((comment for comment in self._state.comments if comment.id == number), None)

    @property
    def _numbers(self) -> set[int]:
        return {issue.number for issue in self._state.issues} | {pull.number for pull in self._state.pulls}


def _find(items: Iterable[_Numbered], request: Request, variable: str) -> _Numbered | None:
    number = int(request.variables[variable])
    return next((item for item in items if item.number == number), None)


def _head(pull: Pull) -> str:
    return f"{(pull.head_repo or 'ghost').partition('/')[0]}:{pull.head_ref}"


def _entries(prefix: str, files: dict[str, str]) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    for path, text in files.items():
        if path.startswith(prefix):
            name, deeper, _ = path.removeprefix(prefix).partition("/")
            entries[prefix + name] = None if deeper else text
    return entries
