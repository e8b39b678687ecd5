"""What the stand-in remembers: one repository, its pull requests, comments, issues, labels and files."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

ACTIONS_BOT = "github-actions[bot]"
SHA = "ec26c3e57ca3a959ca5aad62de7213c562f8c821"


@dataclass
class ChangedFile:
    """A file that a pull request changes."""

    filename: str
    status: str = "added"
    previous_filename: str | None = None


@dataclass
class Pull:
    """A pull request; `head_repo` is None where the fork was deleted."""

    number: int
    author: str = "Codertocat"
    head_repo: str | None = "Codertocat/Hello-World"
    head_ref: str = "changes"
    head_sha: str = SHA
    base_ref: str = "main"
    base_sha: str = "f95f852bd8fca8fcc58a9a2d6c842781e32a215e"
    state: str = "open"
    files: list[ChangedFile] = field(default_factory=list)


@dataclass
class Comment:
    """A comment on an issue or a pull request."""

    id: int
    issue: int
    login: str
    body: str


@dataclass
class ReviewComment:
    """A comment on lines of a pull request; `line` is None once these lines have changed."""

    id: int
    pull: int
    login: str
    path: str
    line: int | None
    body: str
    start_line: int | None = None


@dataclass
class Issue:
    """An issue."""

    number: int
    title: str
    login: str
    body: str = ""
    state: str = "open"
    state_reason: str | None = None
    closed_at: str | None = None
    labels: list[str] = field(default_factory=list)


@dataclass
class Fault:
    """What goes wrong with the next `times` requests that match; `faults` lists the kinds."""

    kind: str
    method: str = "*"
    path: str = "*"
    times: int = 1
    seconds: float = 1


@dataclass
class State:
    """Everything; `login` is whose token is used, None meaning an App's token, as the job's own is.

    `bot` is that App. `now` is when issues are closed. `tree` holds the text of every file: branch or commit,
    then path.
    """

    repository: str = "Codertocat/Hello-World"
    login: str | None = None
    bot: str = ACTIONS_BOT
    read_only: bool = False
    now: str = "2026-11-23T08:17:00Z"
    pulls: list[Pull] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    review_comments: list[ReviewComment] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    tree: dict[str, dict[str, str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def writer(self) -> str:
        """The author of what is written with the token."""
        return self.login or self.bot

    def add_comment(self, issue: int, body: str, login: str | None = None) -> Comment:
        """Write a comment, as `login` or as the token's owner."""
        number = max((comment.id for comment in self.comments), default=1000) + 1
        comment = Comment(number, issue, login or self.writer, body)
        self.comments.append(comment)
        return comment

    def to_json(self) -> dict[str, Any]:
        """Return the state as `from_json` takes it."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Return a state; what is left out has its default."""
        kinds = {"comments": Comment, "review_comments": ReviewComment, "issues": Issue, "faults": Fault}
        fields = {name: [kinds[name](**item) for item in value[name]] for name in kinds if name in value}
        pulls = [Pull(**{**item, "files": _files(item)}) for item in value.get("pulls", [])]
        return cls(**{**value, **fields, "pulls": pulls})


def _files(pull: Mapping[str, Any]) -> list[ChangedFile]:
    return [ChangedFile(**file) for file in pull.get("files", [])]
