"""Migration files, a live schema and the rows of the migrations table to what became of each file there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pulse_ci.schema.diff import diff

if TYPE_CHECKING:
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.model import Change
    from pulse_ci.schema.schema import Schema


class MigrationStatus(StrEnum):
    """What became of a file in a live database.

    UNKNOWN is a file that changes rows alone, where nothing records what has run.
    """

    APPLIED = "applied"
    PENDING = "pending"
    OUT_OF_ORDER = "out of order"
    EDITED = "edited since"
    RENAMED = "renamed"
    NOT_RECORDED = "applied, not recorded"
    NOT_IN_SCHEMA = "recorded, not there"
    FILE_MISSING = "missing"
    UNKNOWN = "unknown"


# Their statements have run on the database, so that its schema is to be explained by them.
_HAS_RUN = (
    MigrationStatus.APPLIED,
    MigrationStatus.EDITED,
    MigrationStatus.RENAMED,
    MigrationStatus.NOT_RECORDED,
    MigrationStatus.UNKNOWN,
)
_PENDING = (MigrationStatus.PENDING, MigrationStatus.OUT_OF_ORDER)


@dataclass(frozen=True, slots=True)
class RecordedMigrations:
    """The migrations table of a live database: its name, and the names in it in the order of their ids."""

    table: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileStatus:
    """One file's standing; `migration` is None where the database names a file that is not there.

    `recorded_as` is the name in the migrations table where that is another one. `note` says in a sentence, with
    names in backticks, what led to the standing where the word alone does not; else it is empty.
    """

    name: str
    migration: Migration | None
    status: MigrationStatus
    detail: str = ""
    recorded_as: str | None = None

    @property
    def has_run(self) -> bool:
        """Whether the file's statements have run on the database, as far as can be known."""
        return self.status in _HAS_RUN


@dataclass(frozen=True, slots=True)
class DatabaseMigrations:
    """What became of all files; `recorded` is None where the database has no migrations table.

    `expected` is the schema that the files which have run make together; `drift` leads from there to the live one.
    """

    files: tuple[FileStatus, ...]
    recorded: RecordedMigrations | None
    expected: Schema
    actual: Schema

    @property
    def drift(self) -> tuple[Change, ...]:
        """What the live schema has that its files do not explain, and the other way round."""
        return diff(self.expected, self.actual)

    @property
    def pending(self) -> tuple[Migration, ...]:
        """The files that have not run, in order."""
        return self._with_status(*_PENDING)

    @property
    def unknown(self) -> tuple[Migration, ...]:
        """The files of which nothing tells whether they have run, in order."""
        return self._with_status(MigrationStatus.UNKNOWN)

    def _with_status(self, *standings: MigrationStatus) -> tuple[Migration, ...]:
        return tuple(each.migration for each in self.files if each.migration and each.status in standings)

    def find_file(self, path: str) -> FileStatus | None:
        """Return the standing of the file at `path`."""
        return next((each for each in self.files if each.migration and each.migration.path == path), None)
