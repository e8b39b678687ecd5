"""What the checkout is compared with: the files that the change adds and edits, and the base branch's tip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class FileEdit:
    """What the change did to a file that the base has; `path` is the new one, `previous` set for a rename."""

    path: str
    action: Literal["modified", "renamed", "deleted"]
    previous_path: str | None


@dataclass(frozen=True, slots=True)
class BaseDiff:
    """What the checkout is compared with.

    Paths are relative to the repository, in POSIX form. A path that a file was renamed to is in `added`, and
    the rename is in `edits` too. `tip` holds the migration files at the base branch's tip. `label` is for
    people: "origin/main", "main at GitHub"; `ref` is what git calls the base in a checkout, where that is known.
    """

    label: str
    added: frozenset[str]
    edits: tuple[FileEdit, ...]
    files_at_tip: frozenset[str]
    ref: str | None = None
