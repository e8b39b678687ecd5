"""A directory to the SQL files in it, as text; the only module that reads migration files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pulse_ci.errors import ConfigError
from pulse_ci.layout import FLAT, REVERSE_DIRECTORY, Layout, choose_layout, is_reverse, list_sql_files

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_FILE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SourceFiles:
    """The SQL files of one migrations directory; `unmatched` lie below it and are no migrations to wrangler."""

    files: tuple[SourceFile, ...]
    layout: Layout = FLAT
    unmatched: tuple[str, ...] = ()


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


def read_sources(directory: Path, root: Path, pattern: str | None = None) -> SourceFiles:
    """Read the migrations of `directory` and the files of its `reverse/`; paths are relative to `root`.

    `pattern` is wrangler's `migrations_pattern`, relative to `directory`; without one, the files show the layout.
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
        names = list_sql_files(directory)
        layout, read = select_names(names, pattern)
        display = make_display_path(directory, root).removeprefix("./")
        prefix = "" if display == "." else f"{display}/"
        return SourceFiles(
            tuple(_read_source(directory / name, root) for name in read),
            layout,
            tuple(f"{prefix}{name}" for name in names if name not in set(read)),
        )
    except OSError as error:
        raise ConfigError(f"{directory} cannot be read: {error.strerror}.") from error


def select_names(names: Iterable[str], pattern: str | None) -> tuple[Layout, tuple[str, ...]]:
    """Return the layout of these files, relative to the directory, and those that are migrations or reverses."""
    known = tuple(names)
    layout = choose_layout((name for name in known if not is_reverse(name)), pattern)
    return layout, tuple(name for name in known if is_reverse(name) or layout.matches(name))


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
