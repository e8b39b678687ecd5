"""Which files below a directory wrangler runs as migrations, in which order, and by which names it records them.

Source: workers-sdk, packages/workers-utils/src/d1-migrations.ts (wrangler 4.164).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pulse_ci.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FLAT_PATTERN = "*.sql"
FOLDER_PATTERN = "*/migration.sql"  # drizzle-kit 1.x and Prisma
REVERSE_DIRECTORY = "reverse"
_MAX_DEPTH = 8
_MAX_ENTRIES = 50_000
_LEADING_INTEGER = re.compile(r"\s*([+-]?[0-9]+)")
_NUMBER = re.compile(r"([0-9]{1,15})(?=[_.\- ]|$)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")

SegmentKey = tuple[bool, float, bytes]


_MAX_PATTERN = 200
_EXTENDED_GLOB = re.compile(r"[+*]\(")


@dataclass(frozen=True, slots=True)
class Layout:
    """The files that are migrations: those whose path below the directory matches `pattern`, as minimatch does it."""

    pattern: str = FLAT_PATTERN
    is_configured: bool = False

    def matches(self, name: str) -> bool:
        """Return whether wrangler takes the file for a migration; `name` is relative to the directory."""
        folders, _, file_name = name.rpartition("/")
        match self.pattern:
            case "*.sql":
                return not folders and not file_name.startswith(".") and file_name.endswith(".sql")
            case "*/migration.sql":
                is_one_folder = folders and "/" not in folders and not folders.startswith(".")
                return bool(is_one_folder) and file_name == "migration.sql"
        if len(self.pattern) > _MAX_PATTERN or _EXTENDED_GLOB.search(self.pattern):
            # wcmatch needs exponential time for some of these.
            raise ConfigError(
                f"migrations_pattern {self.pattern[:_MAX_PATTERN]!r} is not supported: use *, **, ? and {{a,b}} in at "
                f"most {_MAX_PATTERN} characters."
            )
        from wcmatch import glob

        # minimatch takes each leading "!" for a negation, that of "!(old).sql" too.
        negations = len(self.pattern) - len(self.pattern.lstrip("!"))
        flags = glob.GLOBSTAR | glob.BRACE | glob.EXTGLOB
        try:
            found = glob.globmatch(name, self.pattern[negations:], flags=flags)
        except Exception as error:
            raise ConfigError(f"migrations_pattern {self.pattern!r} cannot be read: {type(error).__name__}.") from None
        return bool(found) != bool(negations % 2)


FLAT = Layout()


def choose_layout(names: Iterable[str], pattern: str | None) -> Layout:
    """Return the layout of wrangler's configuration, or else the one that the files show.

    `pattern` and `names` are relative to the migrations directory.
    """
    if pattern is not None:
        return Layout(pattern, is_configured=True)
    known = tuple(names)
    flat, folders = FLAT, Layout(FOLDER_PATTERN)
    has_folders = not any(map(flat.matches, known)) and any(map(folders.matches, known))
    return folders if has_folders else flat


def suggest_pattern(names: Iterable[str]) -> str | None:
    """Return the shortest usual pattern that would match all `names`, relative to the directory."""
    known = tuple(names)
    usual = (FLAT_PATTERN, FOLDER_PATTERN, "*.SQL", "*/*.sql", "**/*.sql", "**/*.{sql,SQL}")
    return next((each for each in usual if all(map(Layout(each).matches, known))), None) if known else None


def is_reverse(name: str) -> bool:
    """Return whether the file lies in the directory's `reverse/`; such a file is never a migration."""
    return name.startswith(f"{REVERSE_DIRECTORY}/")


def make_sort_key(name: str) -> tuple[SegmentKey, ...]:
    """Return wrangler's order: each part of the path by its leading integer, then by its UTF-16 text."""
    return tuple(_make_segment_key(each) for each in name.split("/"))


def _make_segment_key(segment: str) -> SegmentKey:
    # parseInt of the text before the first "_"; what is not finite sorts last.
    found = _LEADING_INTEGER.match(segment.partition("_")[0])
    number = float(found[1]) if found else float("inf")
    is_finite = abs(number) != float("inf")
    return (not is_finite, number if is_finite else 0.0, segment.encode("utf-16-be", "surrogatepass"))


def find_digits(name: str) -> str | None:
    """Return the migration number as it is spelled: of the file, or else of the folder that holds it.

    A date with hyphens has no number: wrangler would take the year alone for it.
    """
    for segment in reversed(name.split("/")):
        found = _NUMBER.match(segment)
        if found and segment.isprintable() and not _DATE.match(segment):
            return found[1]
    return None


def list_sql_files(directory: Path) -> tuple[str, ...]:
    """Return the SQL files below `directory`, by path relative to it; hidden folders and links are not entered.

    Raises:
        OSError: a folder cannot be listed.

    """
    return tuple(sorted(_walk(str(directory), "", [_MAX_ENTRIES])))


def _walk(folder: str, prefix: str, left: list[int]) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            left[0] -= 1
            name = f"{prefix}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                may_enter = not entry.name.startswith(".") and entry.name != "node_modules"
                if may_enter and prefix.count("/") < _MAX_DEPTH and left[0] > 0:
                    yield from _walk(entry.path, f"{name}/", left)
            elif entry.name.lower().endswith(".sql") and not Path(entry.path).is_dir():
                yield name
