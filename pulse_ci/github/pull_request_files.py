"""What a pull request changes, from GitHub's API: no checkout, no git, no history needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.errors import GitHubError
from pulse_ci.github.failures import NotFound
from pulse_ci.github.fields import Fields
from pulse_ci.github.repository_files import FULL_CHECKOUT, list_directory
from pulse_ci.migrations.base_diff import Base, Edit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulse_ci.github.client import GitHub
    from pulse_ci.github.pull_request import PullRequest

# https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files: more are not listed.
_MOST_FILES = 3000


def read_base(github: GitHub, pull_request: PullRequest, directory: str) -> Base:
    """Return what `pull_request` changes, and the files of `directory` at the tip of its base branch.

    `directory` is relative to the repository. Takes two requests, and one more for each further 100 files.

    Raises:
        GitHubError: GitHub failed, or lists fewer files than there are.

    """
    files = list(_changed_files(github, pull_request))
    return Base(
        label=f"{pull_request.base_ref} at GitHub",
        added=frozenset(file.text("filename") for file in files if _adds(file)),
        edits=tuple(edit for file in files if (edit := _edit(file))),
        tip=frozenset(_tip(github, pull_request, directory)),
    )


def _changed_files(github: GitHub, pull_request: PullRequest) -> Iterable[Fields]:
    path = f"/repos/{pull_request.base_repo}/pulls/{pull_request.number}/files"
    files = [Fields(item, "The changed file") for item in github.pages(path)]
    if len(files) >= _MOST_FILES:
        raise GitHubError(
            f"Pull request #{pull_request.number} changes {_MOST_FILES} files or more, and GitHub lists no "
            f"more than that. {FULL_CHECKOUT}"
        )
    return files


def _adds(file: Fields) -> bool:
    return file.text("status") in {"added", "copied", "renamed"}


def _edit(file: Fields) -> Edit | None:
    path = file.text("filename")
    match file.text("status"):
        case "renamed":
            return Edit(path, "renamed", file.text("previous_filename"))
        case "removed":
            return Edit(path, "deleted", None)
        case "modified" | "changed":
            return Edit(path, "modified", None)
        case _:  # added, copied, unchanged
            return None


def _tip(github: GitHub, pull_request: PullRequest, directory: str) -> Iterable[str]:
    try:
        entries = list_directory(github, pull_request.base_repo, directory, pull_request.base_ref)
    except NotFound:  # the pull request adds the directory
        return []
    return [entry.path for entry in entries if entry.kind == "file"]
