"""What a pull request changes, from GitHub's API: no checkout, no git, no history needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.errors import GitHubError, NotFound
from pulse_ci.github.answers import ChangedFile, parse_answer
from pulse_ci.github.repository_files import FULL_CHECKOUT, list_migrations
from pulse_ci.migrations.base_diff import BaseDiff, FileEdit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulse_ci.github.client import GitHubClient
    from pulse_ci.github.pull_request import PullRequest

# https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files: more are not listed.
_MAX_FILES = 3000


def read_pull_request_diff(github: GitHubClient, pull_request: PullRequest, directory: str) -> BaseDiff:
    """Return what `pull_request` changes, and the files of `directory` at the tip of its base branch.

    `directory` is relative to the repository. Takes two requests, and one more for each further 100 files.

    Raises:
        GitHubError: GitHub failed, or lists fewer files than there are.

    """
    files = list(_list_changed_files(github, pull_request))
    return BaseDiff(
        label=f"{pull_request.base_ref} at GitHub",
        added=frozenset(file.filename for file in files if _is_added(file)),
        edits=tuple(edit for file in files if (edit := _find_edit(file))),
        files_at_tip=frozenset(_list_base_files(github, pull_request, directory)),
    )


def _list_changed_files(github: GitHubClient, pull_request: PullRequest) -> Iterable[ChangedFile]:
    path = f"/repos/{pull_request.base_repo}/pulls/{pull_request.number}/files"
    files = [parse_answer(ChangedFile, item, "The changed file") for item in github.get_pages(path)]
    if len(files) >= _MAX_FILES:
        raise GitHubError(
            f"Pull request #{pull_request.number} changes {_MAX_FILES} files or more, and GitHub lists no "
            f"more than that. {FULL_CHECKOUT}"
        )
    return files


def _is_added(file: ChangedFile) -> bool:
    return file.status in {"added", "copied", "renamed"}


def _find_edit(file: ChangedFile) -> FileEdit | None:
    path = file.filename
    match file.status:
        case "renamed":
            return FileEdit(path, "renamed", file.previous_filename)
        case "removed":
            return FileEdit(path, "deleted", None)
        case "modified" | "changed":
            return FileEdit(path, "modified", None)
        case _:  # added, copied, unchanged
            return None


def _list_base_files(github: GitHubClient, pull_request: PullRequest, directory: str) -> Iterable[str]:
    try:
        entries = list_migrations(github, pull_request.base_repo, directory, pull_request.base_ref, with_reverses=False)
    except NotFound:  # the pull request adds the directory
        return []
    return [entry.path for entry in entries if entry.type == "file"]
