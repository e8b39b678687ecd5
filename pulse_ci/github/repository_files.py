"""A directory of migrations at a commit, as GitHub's API lists and hands it out: no checkout needed.

Source: https://docs.github.com/en/rest/repos/contents and https://docs.github.com/en/rest/git/blobs
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from pulse_ci.errors import ConfigError, GitHubError, NotFound
from pulse_ci.github.answers import Blob, RepositoryEntry, Tree, parse_answer
from pulse_ci.layout import REVERSE_DIRECTORY
from pulse_ci.migrations.source import MAX_FILE_BYTES, SourceFile, SourceFiles, decode_source, select_names

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


def list_migrations(
    github: GitHubClient,
    repository: str,
    directory: str,
    ref: str,
    pattern: str | None = None,
    *,
    with_reverses: bool = True,
) -> tuple[RepositoryEntry, ...]:
    """Return the SQL files below `directory`: one request, and one for `reverse/` or two where folders hold them.

    Raises:
        NotFound: the directory is not there.

    """
    entries = list_directory(github, repository, directory, ref)
    folders = {PurePosixPath(entry.path).name: entry.path for entry in entries if entry.type == "dir"}
    has_flat_files = any(entry.type == "file" and entry.path.endswith(".sql") for entry in entries)
    if folders.keys() - {REVERSE_DIRECTORY} and ("/" in pattern if pattern else not has_flat_files):
        entries += tuple(_list_tree(github, repository, directory, ref))
    elif with_reverses and REVERSE_DIRECTORY in folders:
        entries += list_directory(github, repository, folders[REVERSE_DIRECTORY], ref)
    files = {entry.path: entry for entry in entries if entry.type != "dir" and entry.path.lower().endswith(".sql")}
    return tuple(files.values())


def _list_tree(github: GitHubClient, repository: str, directory: str, ref: str) -> Iterator[RepositoryEntry]:
    folder = PurePosixPath(directory)
    sha = ref
    if folder.name:
        above = list_directory(github, repository, str(folder.parent), ref)
        sha = next(entry.sha for entry in above if PurePosixPath(entry.path).name == folder.name)
    answer = github.get(f"/repos/{repository}/git/trees/{sha}", {"recursive": "1"})
    tree = parse_answer(Tree, answer, "The tree")
    if tree.truncated:
        raise GitHubError(f"{directory!r} has more files on {ref} than GitHub lists. {FULL_CHECKOUT}")
    for item in tree.tree:
        if item.type == "blob":
            path = (folder / item.path).as_posix()
            kind: Literal["symlink", "file"] = "symlink" if item.mode == "120000" else "file"
            yield RepositoryEntry(path=path, type=kind, sha=item.sha, size=item.size)


def read_files(
    github: GitHubClient, repository: str, directory: str, commit: str, checkout: Path, pattern: str | None = None
) -> SourceFiles:
    """Return the SQL files of `directory` as `commit` has them; `pattern` is wrangler's, relative to the directory.

    A file that `checkout` has with the same content is taken from there; one request is needed for each other.
    The commit of a fork's pull request is asked of the repository that it was sent to, which has it too.

    Raises:
        ConfigError: the directory is not there.
        GitHubError: GitHub failed, or more files are needed than may be asked for.

    """
    try:
        listed = list_migrations(github, repository, directory, commit, pattern)
    except NotFound as error:
        raise ConfigError(
            f"{directory} is not there at commit {commit[:7]} of {repository}. "
            "Name the directory of your migrations: `migrations-dir`."
        ) from error
    by_name = {PurePosixPath(entry.path).relative_to(PurePosixPath(directory)).as_posix(): entry for entry in listed}
    layout, read = select_names(by_name, pattern)
    entries = [by_name[name] for name in read]
    kept = {entry: content for entry in entries if (content := _find_in_checkout(entry, checkout)) is not None}
    if len(entries) - len(kept) > _MAX_FETCHED:
        raise GitHubError(
            f"{len(entries) - len(kept)} files would have to be read from GitHub one by one, and at most "
            f"{_MAX_FETCHED} are. Check out the repository before (actions/checkout)."
        )
    return SourceFiles(
        tuple(_read_source(entry, kept.get(entry), github, repository) for entry in entries),
        layout,
        tuple(entry.path for name, entry in by_name.items() if name not in read),
    )


def read_text_file(github: GitHubClient, repository: str, path: str, ref: str) -> str | None:
    """Return a file of text at a branch or commit; None where it is not there."""
    try:
        blob = parse_answer(Blob, github.get(f"/repos/{repository}/contents/{path}", {"ref": ref}), "The file")
    except NotFound:
        return None
    try:
        return base64.b64decode(blob.content).decode("utf-8")
    except ValueError as error:
        raise GitHubError(f"GitHub sent {path} in a form that cannot be read: {error}.") from error


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
