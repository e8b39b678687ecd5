"""The source files that a pull request changes, as the other side has them, from GitHub's API."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING
from urllib.parse import quote

from pulse_ci.errors import GitHubError, NotFound
from pulse_ci.github.answers import Blob, parse_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pulse_ci.github.client import GitHubClient
    from pulse_ci.migrations.base_diff import BaseDiff

_MAX_FETCHED = 60  # of the 1,000 requests that the jobs of a repository have in an hour


def read_other_side(
    github: GitHubClient,
    repository: str,
    ref: str,
    base: BaseDiff,
    is_wanted: Callable[[str], bool],
    *,
    is_base: bool,
) -> Mapping[str, bytes | None] | None:
    """Return the changed files that are wanted, as `ref` has them; None for one that is not there.

    `is_base` says that `ref` is the base, else it is the change. Takes one request a file; where more than _MAX_FETCHED
    are needed, None is returned, and both sides are taken to be alike.

    Raises:
        GitHubError: GitHub failed.

    """
    pairs = list(_pair_paths(base))
    present, absent = {old for old, _ in pairs}, {new for _, new in pairs}
    if not is_base:
        present, absent = absent, present
    there = sorted(path for path in present if path and is_wanted(path))
    gone = (path for path in absent - present if path and is_wanted(path))
    if len(there) > _MAX_FETCHED:
        return None
    return dict.fromkeys(gone) | {path: _read_file(github, repository, path, ref) for path in there}


def _pair_paths(base: BaseDiff) -> Iterator[tuple[str, str]]:
    """Yield each changed file's path at the base and in the change; empty where it has none."""
    for path in base.added:
        yield "", path
    for edit in base.edits:
        yield edit.previous_path or edit.path, "" if edit.action == "deleted" else edit.path


def _read_file(github: GitHubClient, repository: str, path: str, ref: str) -> bytes | None:
    try:
        answer = github.get(f"/repos/{repository}/contents/{quote(path)}", {"ref": ref})
    except NotFound:
        return None
    if not isinstance(answer, dict) or answer.get("encoding") != "base64":  # a link, a submodule, or more than 1 MB
        return b""
    try:
        return base64.b64decode(parse_answer(Blob, answer, "The file").content)
    except binascii.Error as error:
        raise GitHubError(f"GitHub handed out {path} in a form that cannot be read: {error}.") from error
