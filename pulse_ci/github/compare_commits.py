"""Two commits to what the later one adds and edits; for pushes and merge groups, which no pull request tells of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.errors import GitHubError, NotFound
from pulse_ci.github.repository_files import list_migrations, pair_changed_entries
from pulse_ci.migrations.base_diff import BaseDiff, FileEdit

if TYPE_CHECKING:
    from pulse_ci.github.answers import RepositoryEntry
    from pulse_ci.github.client import GitHubClient

_COMMIT_NOT_FOUND = "No commit found"


def compare_commits(github: GitHubClient, repository: str, directory: str, before: str, after: str) -> BaseDiff:
    """Return how `directory` differs between two branches or commits of `repository`.

    The listings are compared, by git's names of the contents: GitHub's own comparison ends after 300 files.
    A directory that is not there is an empty one. Takes two requests, and one more for each `reverse/`.

    Raises:
        GitHubError: GitHub failed, or has not one of the commits (any more).

    """
    old, new = (_list_files(github, repository, directory, ref) for ref in (before, after))
    pairs = tuple(pair_changed_entries(old, new))
    return BaseDiff(
        label=f"{before[:7] if _is_commit(before) else before} at GitHub",
        added=frozenset(now.path for was, now in pairs if now and (was is None or was.path != now.path)),
        edits=tuple(_build_edit(was, now) for was, now in pairs if was),
        files_at_tip=frozenset(entry.path for entry in old),
    )


def _list_files(github: GitHubClient, repository: str, directory: str, ref: str) -> tuple[RepositoryEntry, ...]:
    try:
        return list_migrations(github, repository, directory, ref)
    except NotFound as error:
        if error.message.startswith(_COMMIT_NOT_FOUND):
            raise GitHubError(
                f"{ref} is not at {repository} any more, so that what is new cannot be told from it. "
                "Give the branch to compare with as `base`, with a full checkout (fetch-depth: 0)."
            ) from error
        return ()


def _is_commit(ref: str) -> bool:
    return len(ref) >= 40 and not set(ref) - set("0123456789abcdef")


def _build_edit(was: RepositoryEntry, now: RepositoryEntry | None) -> FileEdit:
    if now is None:
        return FileEdit(was.path, "deleted", None)
    return FileEdit(now.path, "modified", None) if was.path == now.path else FileEdit(now.path, "renamed", was.path)
