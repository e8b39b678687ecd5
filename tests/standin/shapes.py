"""What is remembered, as GitHub answers it: its own examples with the known fields set."""

from __future__ import annotations

import base64
import copy
import hashlib
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.standin.contract import Contract
    from tests.standin.state import ChangedFile, Comment, Issue, Pull, State

_REPO = "/repos/{owner}/{repo}"
_BOT_ID = 41898282  # github-actions[bot] at github.com

Shape = dict[str, Any]


class Shapes:
    """Builds answers about one state, seen at one address."""

    def __init__(self, contract: Contract, state: State, address: str) -> None:
        self._contract = contract
        self._state = state
        self._api = f"{address}/repos/{state.repository}"
        self._html = f"https://github.com/{state.repository}"

    def user(self, login: str) -> Shape:
        """Return a user, or a bot where the name says so."""
        example = self._contract.example("post", f"{_REPO}/issues/{{issue_number}}/comments", 201)["user"]
        number = _BOT_ID if login == "github-actions[bot]" else zlib.crc32(login.encode())
        return {**example, "login": login, "id": number, "type": "Bot" if login.endswith("[bot]") else "User"}

    def me(self, login: str) -> Shape:
        """Return the answer to GET /user."""
        example: Shape = self._contract.example("get", "/user", 200)
        return {**example, "login": login, "id": zlib.crc32(login.encode())}

    def meta(self) -> Shape:
        """Return the answer to GET /meta."""
        example: Shape = self._contract.example("get", "/meta", 200)
        # GitHub's example has numbers in place of fingerprints, which its schema does not allow.
        return {**example, "ssh_key_fingerprints": {}}

    def comment(self, comment: Comment) -> Shape:
        """Return a comment."""
        example: Shape = self._contract.example("post", f"{_REPO}/issues/{{issue_number}}/comments", 201)
        return {
            **example,
            "id": comment.id,
            "body": comment.body,
            "user": self.user(comment.login),
            "url": f"{self._api}/issues/comments/{comment.id}",
            "html_url": f"{self._html}/issues/{comment.issue}#issuecomment-{comment.id}",
            "issue_url": f"{self._api}/issues/{comment.issue}",
        }

    def issue(self, issue: Issue) -> Shape:
        """Return an issue."""
        example: Shape = self._contract.example("post", f"{_REPO}/issues", 201)
        # GitHub's example is of a pull request, which is an issue with this key.
        del example["pull_request"]
        return {
            **example,
            "number": issue.number,
            "title": issue.title,
            "body": issue.body,
            "state": issue.state,
            "state_reason": issue.state_reason,
            "closed_at": issue.closed_at,
            "labels": [self.label(name) for name in issue.labels],
            "user": self.user(issue.login),
            "url": f"{self._api}/issues/{issue.number}",
            "html_url": f"{self._html}/issues/{issue.number}",
        }

    def label(self, name: str) -> Shape:
        """Return a label."""
        example: Shape = self._contract.example("get", f"{_REPO}/labels", 200)[0]
        return {**example, "id": zlib.crc32(name.encode()), "name": name, "default": False}

    def pull(self, pull: Pull) -> Shape:
        """Return a pull request in full."""
        return self._pull(pull, self._contract.example("get", f"{_REPO}/pulls/{{pull_number}}", 200))

    def listed_pull(self, pull: Pull) -> Shape:
        """Return a pull request as the lists have it."""
        return self._pull(pull, self._contract.example("get", f"{_REPO}/pulls", 200)[0])

    def _pull(self, pull: Pull, example: Shape) -> Shape:
        head, base = example["head"], example["base"]
        changes: Shape = {
            "number": pull.number,
            "state": pull.state,
            "user": self.user(pull.author),
            "requested_teams": [],  # GitHub's example lacks a field that its schema requires there
            "html_url": f"{self._html}/pull/{pull.number}",
            "head": {
                **head,
                "ref": pull.head_ref,
                "sha": pull.head_sha,
                "repo": _repository(head, pull.head_repo),
            },
            "base": {
                **base,
                "ref": pull.base_ref,
                "sha": pull.base_sha,
                "repo": _repository(base, self._state.repository),
            },
        }
        return {**example, **changes}

    def file(self, file: ChangedFile) -> Shape:
        """Return a changed file."""
        example: Shape = self._contract.example("get", f"{_REPO}/pulls/{{pull_number}}/files", 200)[0]
        previous = {"previous_filename": file.previous_filename} if file.previous_filename else {}
        return {**example, "filename": file.filename, "status": file.status, **previous}

    def entry(self, path: str, text: str | None) -> Shape:
        """Return a directory's entry; without text it is a directory."""
        sha = blob_name(path if text is None else text)
        url = f"{self._api}/contents/{path}"
        return {
            "type": "dir" if text is None else "file",
            "name": path.rpartition("/")[2],
            "path": path,
            "sha": sha,
            "size": len((text or "").encode()),
            "url": url,
            "git_url": f"{self._api}/git/blobs/{sha}",
            "html_url": f"{self._html}/blob/main/{path}",
            "download_url": None if text is None else f"https://raw.githubusercontent.com/{path}",
            "_links": {
                "self": url,
                "git": f"{self._api}/git/blobs/{sha}",
                "html": f"{self._html}/blob/main/{path}",
            },
        }

    def tree(self, sha: str, files: Mapping[str, str]) -> Shape:
        """Return all that lies below a folder, as `recursive` gives it."""
        items = [
            {"path": path, "mode": "100644", "type": "blob", "sha": blob_name(text), "size": len(text.encode())}
            for path, text in sorted(files.items())
        ]
        return {"sha": sha, "url": f"{self._api}/git/trees/{sha}", "tree": items, "truncated": False}

    def content(self, path: str, text: str) -> Shape:
        """Return a file with what it holds."""
        return {**self.entry(path, text), "encoding": "base64", "content": _base64(text)}

    def blob(self, text: str) -> Shape:
        """Return what git keeps of a file."""
        sha = blob_name(text)
        return {
            "sha": sha,
            "node_id": f"B_{sha}",
            "size": len(text.encode()),
            "url": f"{self._api}/git/blobs/{sha}",
            "encoding": "base64",
            "content": _base64(text),
        }


def _base64(text: str) -> str:
    return base64.encodebytes(text.encode()).decode()


def blob_name(text: str) -> str:
    """Return git's name of a file that holds `text`."""
    content = text.encode()
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()


def _repository(branch: Shape, name: str | None) -> Shape | None:
    if name is None:
        return None
    repository = copy.deepcopy(branch["repo"])
    return {**repository, "name": name.rpartition("/")[2], "full_name": name, "fork": False}
