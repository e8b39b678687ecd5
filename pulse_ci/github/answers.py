"""The parts of GitHub's answers and event files that are read, as values."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - pydantic reads the annotations
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pulse_ci.errors import GitHubError

_EXPECTED = {"model_type": "an object", "string_type": "a string", "int_type": "a whole number"}


Model = TypeVar("Model", bound="Answer")


class Answer(BaseModel):
    """A JSON object of GitHub's; the fields that are not named are ignored."""

    model_config = ConfigDict(frozen=True, strict=True)


class User(Answer):
    """Who wrote something."""

    login: str


class Repository(Answer):
    """A repository as "owner/name"."""

    full_name: str
    default_branch: str = ""


class HeadOrBase(Answer):
    """One side of a pull request; `repo` is None once a fork was deleted."""

    sha: str
    ref: str
    repo: Repository | None


class PullRequestAnswer(Answer):
    """A pull request."""

    number: int
    state: str
    user: User
    head: HeadOrBase
    base: HeadOrBase


class Comment(Answer):
    """A comment on a pull request; one on its files has a path and may have a line."""

    id: int
    html_url: str = ""
    body: str | None = None
    user: User | None = None
    path: str = ""
    line: int | None = None


class Issue(Answer):
    """An issue; GitHub lists pull requests among them, with `pull_request` set."""

    number: int
    html_url: str
    state: str
    state_reason: str | None = None
    closed_at: datetime | None = Field(None, strict=False)
    body: str | None = None
    user: User | None = None
    pull_request: Any = None


class ChangedFile(Answer):
    """A file that a pull request changes."""

    filename: str
    status: str
    previous_filename: str = ""


class RepositoryEntry(Answer):
    """What a directory or a tree holds; `sha` is git's name of the content."""

    path: str
    type: Literal["file", "dir", "symlink", "submodule"]
    sha: str
    size: int = 0


class TreeItem(Answer):
    """What git's tree holds: a blob, a tree or a commit of another repository."""

    path: str
    mode: str
    type: str
    sha: str
    size: int = 0


class Tree(Answer):
    """All that lies below a folder; `truncated` where it is more than GitHub lists."""

    tree: tuple[TreeItem, ...] = Field(strict=False)
    truncated: bool = False


class Blob(Answer):
    """A file's content in base64."""

    content: str


class PullRequestEvent(Answer):
    """The payload of pull_request and pull_request_target."""

    pull_request: PullRequestAnswer


class MergeGroup(Answer):
    """The commits of a merge queue."""

    head_sha: str
    base_sha: str


class MergeGroupEvent(Answer):
    """The payload of merge_group."""

    merge_group: MergeGroup


class PushEvent(Answer):
    """The payload of push."""

    ref: str
    before: str
    after: str
    repository: Repository


class WorkflowRun(Answer):
    """The run that another one follows; the repository is None once the fork was deleted."""

    head_sha: str
    head_branch: str | None = None
    head_repository: Repository | None = None


class WorkflowRunEvent(Answer):
    """The payload of workflow_run."""

    workflow_run: WorkflowRun


def parse_answer(model: type[Model], value: object, name: str) -> Model:
    """Return `value` as a `model`; `name` says where it is from: "The event".

    Raises:
        GitHubError: a field is missing or of another type; it is named.

    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        # A field of the wrong type says more than those that are missing for it.
        problem = min(error.errors(include_url=False), key=lambda each: each["type"] == "missing")
        raise GitHubError(
            f"{_format_problem(name, problem)} "
            "Check that GITHUB_API_URL and GITHUB_EVENT_PATH are what the runner set, then report this."
        ) from None


def _format_problem(name: str, problem: Any) -> str:
    place = ".".join((name, *(str(part) for part in problem["loc"])))
    if problem["type"] == "missing":
        return f"{place} is missing."
    expected = _EXPECTED.get(problem["type"], problem["msg"].removeprefix("Input should be ")[:100])
    value = problem["input"]
    return f"{place} should be {expected}, but is {'nothing' if value is None else type(value).__name__}."
