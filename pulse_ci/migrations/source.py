"""A directory to the SQL files in it, as text; the only module that reads migration files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pulse_ci.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FILE_BYTES = 16 * 1024 * 1024
REVERSE_DIRECTORY = "reverse"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """An SQL file; where it could not be read as text, `text` is empty and `problem` says why."""

    path: str
    text: str
    problem: str | None = None
    problem_line: int = 1


def find_repository_root(start: Path) -> Path:
    """Return the nearest folder at or above `start` that holds `.git`, or `start` itself if none does."""
    start = _resolve(start)
    return next((folder for folder in (start, *start.parents) if (folder / ".git").exists()), start)


def read_sources(directory: Path, root: Path) -> tuple[SourceFile, ...]:
    """Read every `*.sql` of `directory` and of its `reverse/`; paths are relative to `root`.

    A symbolic link that leaves `root` is not followed: what a pull request brings must not show other files.

    Raises:
        ConfigError: `directory` is not a directory that can be listed.

    """
    if not directory.is_dir():
        what = "is not a directory" if directory.exists() else "is not there"
        raise ConfigError(
            f"{directory} {what}. Name the directory of your migrations: pulse-ci check path/to/migrations"
        )
    for folder in (directory, directory / REVERSE_DIRECTORY):
        if not _resolve(folder).is_relative_to(root):
            raise ConfigError(f"{folder} lies outside the repository {root}: run pulse-ci inside it.")
    try:
        return tuple(_read_source(path, root) for path in _list_sql_files(directory))
    except OSError as error:
        raise ConfigError(f"{directory} cannot be read: {error.strerror}.") from error


def _list_sql_files(directory: Path) -> Iterator[Path]:
    for folder in (directory, directory / REVERSE_DIRECTORY):
        if folder.is_dir():
            for path in sorted(folder.iterdir()):
                if path.name.lower().endswith(".sql") and (path.is_symlink() or not path.is_dir()):
                    yield path


def _read_source(path: Path, root: Path) -> SourceFile:
    displayed = make_display_path(path, root)
    target = _resolve(path)
    if not target.is_relative_to(root):
        return SourceFile(displayed, "", "is a symbolic link that leaves the repository; it was not read")
    if not target.is_file():
        dangling = path.is_symlink() and not target.exists()
        return SourceFile(displayed, "", "is a symbolic link to nothing" if dangling else "is not a regular file")
    size = target.stat().st_size
    if size > MAX_FILE_BYTES:
        return SourceFile(displayed, "", f"has {size:,} bytes; at most {MAX_FILE_BYTES:,} are read")
    try:
        return decode_source(displayed, target.read_bytes())
    except OSError as error:
        return SourceFile(displayed, "", f"cannot be read: {error.strerror}")


def _resolve(path: Path) -> Path:
    # Path.resolve() raises on a link to itself, but only in some versions of Python.
    return Path(os.path.realpath(path))


def decode_source(path: str, content: bytes) -> SourceFile:
    """Turn the bytes of one file into a SourceFile; D1 takes UTF-8 without NUL."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = f"is not UTF-8 text: byte 0x{content[error.start]:02x} at offset {error.start}"
        return SourceFile(path, "", problem, line)
    if (nul := text.find("\0")) >= 0:
        return SourceFile(path, "", f"holds a NUL byte at offset {nul}", text.count("\n", 0, nul) + 1)
    return SourceFile(path, text)


def make_display_path(path: Path, root: Path) -> str:
    """Return `path` relative to `root` with forward slashes, unresolved, so that links keep their own name."""
    absolute = _resolve(path.parent) / path.name
    return absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else path.as_posix()
