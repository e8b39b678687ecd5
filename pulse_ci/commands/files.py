"""Write files whole or not at all, and never through a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.errors import MigrationError

if TYPE_CHECKING:
    from pathlib import Path


def write_new(path: Path, text: str) -> None:
    """Write a migration file that is not there yet; raises MigrationError if it is."""
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise MigrationError(f"{path} cannot be written: {error.strerror}.") from error


def write_existing(path: Path, before: str, after: str) -> None:
    """Write a migration file anew, byte for byte and with its permissions.

    Raises:
        MigrationError: it is a link, it is not what was read any more, or it cannot be written.

    """
    try:
        if path.is_symlink() or not path.is_file():
            raise MigrationError(f"{path} is a link or no regular file, and is not written to: change its target.")
        if path.read_bytes() != before.encode():
            raise MigrationError(f"{path} has changed since it was read, and was left alone: run the command again.")
        write_atomic(path, after.encode())
    except OSError as error:
        raise MigrationError(f"{path} cannot be written: {error.strerror}.") from error


def write_atomic(path: Path, content: bytes) -> None:
    """Put content in the place of whatever file is there; what fails leaves that as it was, and raises OSError."""
    partial = path.with_name(f"{path.name}.part")
    # Made anew: what a pull request may have put there, a link out of the workspace, is not written through.
    partial.unlink(missing_ok=True)
    try:
        with partial.open("xb") as stream:
            stream.write(content)
        if path.is_file() and not path.is_symlink():
            partial.chmod(path.stat().st_mode & 0o777)
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
