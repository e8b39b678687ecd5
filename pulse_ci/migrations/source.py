"""A directory to the SQL files in it, as text; the only module that reads migration files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_FILE_BYTES = 16 * 1024 * 1024
REVERSE_DIRECTORY = "reverse"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """An SQL file; where it could not be read as text, `text` is empty and `problem` says why."""

    path: str
    text: str
    problem: str | None = None
    problem_line: int = 1


def repository_root(start: Path) -> Path:
    """Return the nearest folder at or above `start` that holds `.git`, or `start` itself if none does."""
    start = start.resolve()
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
    if not directory.resolve().is_relative_to(root):
        raise ConfigError(f"{directory} lies outside the repository {root}: run pulse-ci inside it.")
    try:
        return tuple(_read(path, root) for path in _sql_files(directory))
    except OSError as error:
        raise ConfigError(f"{directory} cannot be read: {error.strerror}.") from error


def _sql_files(directory: Path) -> Iterator[Path]:
    for folder in (directory, directory / REVERSE_DIRECTORY):
        if folder.is_dir():
            for path in sorted(folder.iterdir()):
                if path.name.lower().endswith(".sql") and (path.is_symlink() or not path.is_dir()):
                    yield path


def _read(path: Path, root: Path) -> SourceFile:
    shown = display_path(path, root)
    target = path.resolve()
    if not target.is_relative_to(root):
        return SourceFile(shown, "", "is a symbolic link that leaves the repository; it was not read")
    if not target.is_file():
        return SourceFile(shown, "", "is not a regular file")
    size = target.stat().st_size
    if size > MAX_FILE_BYTES:
        return SourceFile(shown, "", f"has {size:,} bytes; at most {MAX_FILE_BYTES:,} are read")
    return decode(shown, target.read_bytes())


def decode(path: str, content: bytes) -> SourceFile:
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


def display_path(path: Path, root: Path) -> str:
    """Return `path` relative to `root` with forward slashes, unresolved, so that links keep their own name."""
    absolute = path.parent.resolve() / path.name
    return absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else path.as_posix()
