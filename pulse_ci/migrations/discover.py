"""Parsed files to a MigrationSet: what is a migration, what is a reverse, in which order they run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pulse_ci.errors import ConfigError
from pulse_ci.layout import FLAT, REVERSE_DIRECTORY, Layout, SegmentKey, is_reverse, suggest_pattern
from pulse_ci.migrations.parse import Migration, parse_migration
from pulse_ci.migrations.source import SourceFiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulse_ci.migrations.base_diff import BaseDiff
    from pulse_ci.migrations.source import SourceFile
    from pulse_ci.sql.split import Statement

DEFAULT_NUMBER_WIDTH = 3
_TIMESTAMP_WIDTH = 8


@dataclass(frozen=True, slots=True)
class ReverseMigration:
    """The statements that undo a migration, and the file that they stand in."""

    source: Migration
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class MigrationSet:
    """All files of one migrations directory, in the order in which they run."""

    directory: str
    migrations: tuple[Migration, ...]
    reverse_files: tuple[Migration, ...]
    layout: Layout = FLAT
    unmatched: tuple[str, ...] = ()

    def find_name(self, path: str) -> str | None:
        """Return the name that wrangler records for a file, or None where it does not lie in the directory."""
        return _find_relative(path, self.directory)

    def is_migration_path(self, path: str) -> bool:
        """Return whether a file of this path is, or would be, a migration of this directory."""
        name = self.find_name(path)
        return name is not None and not is_reverse(name) and self.layout.matches(name)

    @property
    def number_width(self) -> int:
        """How many digits a number has here: as most files have it."""
        widths = Counter(len(migration.digits) for migration in self.migrations if migration.digits)
        return widths.most_common(1)[0][0] if widths else DEFAULT_NUMBER_WIDTH

    @property
    def uses_timestamps(self) -> bool:
        """Whether the numbers here are dates or times, as in `20240305120000_x.sql`: those have gaps."""
        return self.number_width >= _TIMESTAMP_WIDTH

    @property
    def next_number(self) -> int:
        """One above the highest number that is spelled as most are."""
        numbers = (each.number for each in self.migrations if each.digits and len(each.digits) == self.number_width)
        return max((number for number in numbers if number is not None), default=0) + 1

    @property
    def numbers(self) -> frozenset[int]:
        """Every number that a file here has."""
        return frozenset(migration.number for migration in self.migrations if migration.number is not None)

    def find_by_number(self, number: int) -> Migration | None:
        """Return the first migration of that number, or None."""
        return next((migration for migration in self.migrations if migration.number == number), None)

    def find_reverse(self, migration: Migration) -> ReverseMigration | None:
        """Return what undoes `migration`: its own trailing comment, its file in reverse/, or a later rollback."""
        if migration.reverse_block:
            return ReverseMigration(migration, migration.reverse_block)
        for candidate in (*self.reverse_files, *self.migrations):
            if _is_reverse_of(candidate, migration):
                return ReverseMigration(candidate, candidate.statements)
        if migration.reversed_number is not None and (
            reversed_migration := self.find_by_number(migration.reversed_number)
        ):
            return ReverseMigration(reversed_migration, reversed_migration.statements)
        return None

    def replace_texts(self, texts: Mapping[str, str]) -> MigrationSet:
        """Return the set with other texts of some files; a path that is not there yet becomes a reverse file."""
        known_paths = {each.path for each in (*self.migrations, *self.reverse_files)}
        new = [Migration(path, text) for path, text in texts.items() if path not in known_paths]
        return replace(
            self,
            migrations=tuple(_replace_text(each, texts) for each in self.migrations),
            reverse_files=tuple(
                sorted([*(_replace_text(each, texts) for each in self.reverse_files), *new], key=_get_sort_key)
            ),
        )

    def select_under_review(self, base: BaseDiff | None, baseline: int) -> tuple[Migration, ...]:
        """Return the files that a reviewer must look at: the new ones of `base`, above `baseline`."""
        return tuple(
            migration
            for migration in self.migrations
            if (baseline == 0 or migration.number is None or migration.number > baseline)
            and (base is None or migration.path in base.added)
        )


def _is_reverse_of(candidate: Migration, migration: Migration) -> bool:
    if migration.number is None or candidate is migration:
        return False
    if candidate.reversed_number is not None:
        return candidate.reversed_number == migration.number
    in_reverse = PurePosixPath(candidate.path).parent.name == REVERSE_DIRECTORY
    return in_reverse and candidate.number == migration.number


def _replace_text(migration: Migration, texts: Mapping[str, str]) -> Migration:
    text = texts.get(migration.path, migration.text)
    return migration if text == migration.text else replace(migration, text=text)


def _get_sort_key(migration: Migration) -> tuple[SegmentKey, ...]:
    return migration.sort_key


def discover(directory: str, sources: SourceFiles | Iterable[SourceFile]) -> MigrationSet:
    """Sort files into migrations and reverse files; `directory` is their folder, as the sources' paths spell it."""
    found = sources if isinstance(sources, SourceFiles) else SourceFiles(tuple(sources))
    migrations, reverse_files = list[Migration](), list[Migration]()
    for source in found.files:
        name = _find_relative(source.path, directory)
        if name is None or is_reverse(name):
            reverse_files.append(parse_migration(source))
        else:
            migrations.append(parse_migration(source, name))
    return MigrationSet(
        directory,
        tuple(sorted(migrations, key=_get_sort_key)),
        tuple(sorted(reverse_files, key=_get_sort_key)),
        found.layout,
        found.unmatched,
    )


def require_migrations(migrations: MigrationSet) -> None:
    """Raise ConfigError where SQL files lie in the directory and none of them is a migration."""
    if migrations.migrations or not (migrations.unmatched or migrations.reverse_files):
        return
    directory, unmatched = migrations.directory, migrations.unmatched
    paths = unmatched or tuple(each.path for each in migrations.reverse_files)
    names = [name for path in unmatched if (name := migrations.find_name(path)) is not None]
    count = f"{len(paths)} SQL {'file lies' if len(paths) == 1 else 'files lie'}"
    listed = ", ".join(paths[:3]) + (", …" if len(paths) > 3 else "")
    found = suggest_pattern(names)
    remedy = "Name the directory that holds your migrations: --migrations-dir."
    if found:
        remedy = f'To run them with wrangler, set `"migrations_pattern": "{directory}/{found}"` in its configuration.'
    raise ConfigError(
        f"Nothing was read: no file in {directory} matches `{migrations.layout.pattern}`, "
        f"and {count} below it ({listed}). {remedy}"
    )


def _find_relative(path: str, directory: str) -> str | None:
    folder = PurePosixPath(directory)
    return PurePosixPath(path).relative_to(folder).as_posix() if PurePosixPath(path).is_relative_to(folder) else None
