"""A directory of migrations at a commit, as GitHub's API lists and hands it out: no checkout needed.

Source: https://docs.github.com/en/rest/repos/contents and https://docs.github.com/en/rest/git/blobs
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pulse_ci.errors import ConfigError, GitHubError, NotFound
from pulse_ci.github.answers import Blob, RepositoryEntry, parse_answer
from pulse_ci.migrations.source import MAX_FILE_BYTES, REVERSE_DIRECTORY, SourceFile, decode_source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pulse_ci.github.client import GitHubClient

_MAX_ENTRIES = 1000  # more are not listed
_MAX_FETCHED = 300  # of the 1,000 requests that the jobs of a repository have in an hour
FULL_CHECKOUT = "Check out the full history (fetch-depth: 0) and give the base branch as `base`."


def list_directory(github: GitHubClient, repository: str, directory: str, ref: str) -> tuple[RepositoryEntry, ...]:
    """Return the entries of `directory`, relative to the repository, at a branch or commit.

    Raises:
        NotFound: it is not there.
        GitHubError: it is a file, or holds more than GitHub lists.

    """
    folder = PurePosixPath(directory).as_posix().removeprefix(".").strip("/")
    listed = github.get(f"/repos/{repository}/contents/{folder}", {"ref": ref})
    if not isinstance(listed, list):
        raise GitHubError(f"{directory!r} is no directory on {ref}. Check `migrations-dir`.")
    if len(listed) >= _MAX_ENTRIES:
        raise GitHubError(
            f"{directory!r} has {_MAX_ENTRIES} files or more on {ref}: GitHub lists no more than that. {FULL_CHECKOUT}"
        )
    return tuple(parse_answer(RepositoryEntry, item, "The directory entry") for item in listed)


def list_migrations(github: GitHubClient, repository: str, directory: str, ref: str) -> tuple[RepositoryEntry, ...]:
    """Return the SQL files of `directory` and of its `reverse/`: one request, or two where there are reverses.

    Raises:
        NotFound: the directory is not there.

    """
    entries = list_directory(github, repository, directory, ref)
    for entry in entries:
        if entry.type == "dir" and PurePosixPath(entry.path).name == REVERSE_DIRECTORY:
            entries += list_directory(github, repository, entry.path, ref)
    return tuple(entry for entry in entries if entry.type != "dir" and entry.path.lower().endswith(".sql"))


def read_files(
    github: GitHubClient, repository: str, directory: str, commit: str, checkout: Path
) -> tuple[SourceFile, ...]:
    """Return the SQL files of `directory` as `commit` has them.

    A file that `checkout` has with the same content is taken from there; one request is needed for each other.
    The commit of a fork's pull request is asked of the repository that it was sent to, which has it too.

    Raises:
        ConfigError: the directory is not there.
        GitHubError: GitHub failed, or more files are needed than may be asked for.

    """
    try:
        entries = list_migrations(github, repository, directory, commit)
    except NotFound as error:
        raise ConfigError(
            f"{directory} is not there at commit {commit[:7]} of {repository}. "
            "Name the directory of your migrations: `migrations-dir`."
        ) from error
    kept = {entry: content for entry in entries if (content := _find_in_checkout(entry, checkout)) is not None}
    if len(entries) - len(kept) > _MAX_FETCHED:
        raise GitHubError(
            f"{len(entries) - len(kept)} files would have to be read from GitHub one by one, and at most "
            f"{_MAX_FETCHED} are. Check out the repository before (actions/checkout)."
        )
    return tuple(_read_source(entry, kept.get(entry), github, repository) for entry in entries)


def _find_in_checkout(entry: RepositoryEntry, checkout: Path) -> bytes | None:
    path = checkout / entry.path
    if entry.size > MAX_FILE_BYTES or not path.is_file() or path.stat().st_size != entry.size:
        return None
    content = path.read_bytes()
    return content if compute_blob_sha(content) == entry.sha else None


def compute_blob_sha(content: bytes) -> str:
    """Return what git calls a file of this content."""
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()


def _read_source(entry: RepositoryEntry, content: bytes | None, github: GitHubClient, repository: str) -> SourceFile:
    if entry.type != "file":
        return SourceFile(entry.path, "", f"is a {entry.type}, not a file; it was not read")
    if entry.size > MAX_FILE_BYTES:
        return SourceFile(entry.path, "", f"has {entry.size:,} bytes; at most {MAX_FILE_BYTES:,} are read")
    return decode_source(entry.path, _fetch(entry, github, repository) if content is None else content)


def _fetch(entry: RepositoryEntry, github: GitHubClient, repository: str) -> bytes:
    blob = parse_answer(Blob, github.get(f"/repos/{repository}/git/blobs/{entry.sha}"), "The file")
    try:
        return base64.b64decode(blob.content)
    except binascii.Error as error:
        raise GitHubError(f"GitHub handed out {entry.path} in a form that cannot be read: {error}.") from error


def pair_changed_entries(
    before: tuple[RepositoryEntry, ...], after: tuple[RepositoryEntry, ...]
) -> Iterator[tuple[RepositoryEntry | None, RepositoryEntry | None]]:
    """Yield what differs between two listings, as pairs of before and after; a file that moved is one pair."""
    old, paths = {entry.path: entry for entry in before}, {entry.path for entry in after}
    gone = [entry for entry in before if entry.path not in paths]
    for entry in after:
        was = old.get(entry.path) or next((each for each in gone if each.sha == entry.sha), None)
        if was in gone:
            gone.remove(was)
        if was is None or (was.path, was.sha) != (entry.path, entry.sha):
            yield was, entry
    yield from ((entry, None) for entry in gone)
