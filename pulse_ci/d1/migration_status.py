"""Which migrations have run on a live database: from its migrations table, or from its schema alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pulse_ci.analysis.schema_history import replay_history
from pulse_ci.migrations.parse import parse_number
from pulse_ci.model import ObjectKind
from pulse_ci.schema.diff import diff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.schema_history import AppliedEvidence, ObjectKey, SchemaHistory
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


def compare_records(
    history: SchemaHistory, live: Schema, recorded: RecordedMigrations, edited: frozenset[str] = frozenset()
) -> DatabaseMigrations:
    """Return the standing of each file, and of each recorded name that has none; `edited` has the paths known to be.

    The records are believed where the schema does not contradict them. They hold names alone: that a file was edited
    after it ran is seen where what it makes is there in another form, or in git.
    """
    renamed = dict(_find_renamed(history, live, recorded))
    files = [
        _determine_file(migration, traces, recorded, renamed.get(migration.path), edited=migration.path in edited)
        for migration, traces in zip(history.migrations, history.find_evidence(live), strict=True)
    ]
    explained = {each.recorded_as or each.name for each in files}
    missing = [
        FileStatus(name, None, MigrationStatus.FILE_MISSING, _FILE_MISSING_DETAIL)
        for name in recorded.names
        if name not in explained
    ]
    placed = tuple(_mark_out_of_order(files)) + tuple(missing)
    return DatabaseMigrations(placed, recorded, _build_expected(history, placed, recorded), live)


_FILE_MISSING_DETAIL = "The migrations table has the name, and the directory has no such file."


def _determine_file(
    migration: Migration,
    traces: AppliedEvidence,
    recorded: RecordedMigrations,
    recorded_as: str | None,
    *,
    edited: bool,
) -> FileStatus:
    def make_status(status: MigrationStatus, detail: str = "") -> FileStatus:
        return FileStatus(migration.name, migration, status, detail, recorded_as)

    if recorded_as is not None:
        return make_status(MigrationStatus.RENAMED, f"The migrations table has it as `{recorded_as}`.")
    if migration.name not in recorded.names:
        return _determine_unrecorded(migration, traces)
    if edited:
        return make_status(MigrationStatus.EDITED, "It was changed after the base that it is compared with.")
    if traces.shows_pending:
        return make_status(
            MigrationStatus.NOT_IN_SCHEMA, f"What it does to {_describe_first(traces.missing)} is not there."
        )
    if traces.altered:
        return make_status(
            MigrationStatus.EDITED,
            f"The database has {_describe_first(traces.altered)} in another form: the file was edited "
            f"after it ran, or the "
            "database was changed by hand.",
        )
    return make_status(MigrationStatus.APPLIED)


def _determine_unrecorded(migration: Migration, traces: AppliedEvidence) -> FileStatus:
    if traces.shows_applied:
        detail = (
            f"What it does to {_describe_first(traces.present)} is there: `wrangler d1 migrations "
            f"apply` would run it again."
        )
        return FileStatus(migration.name, migration, MigrationStatus.NOT_RECORDED, detail)
    partly = (
        f"What it does to {_describe_first(traces.present)} is there already, but not all of it."
        if traces.present
        else ""
    )
    return FileStatus(migration.name, migration, MigrationStatus.PENDING, partly)


def _mark_out_of_order(files: list[FileStatus]) -> Iterator[FileStatus]:
    last = max((index for index, each in enumerate(files) if each.has_run), default=-1)
    for index, each in enumerate(files):
        if each.status is MigrationStatus.PENDING and index < last:
            detail = each.detail or f"`{files[last].name}` has run already."
            yield FileStatus(each.name, each.migration, MigrationStatus.OUT_OF_ORDER, detail)
        else:
            yield each


def _find_renamed(history: SchemaHistory, live: Schema, recorded: RecordedMigrations) -> Iterator[tuple[str, str]]:
    """Yield path and recorded name of each file that has run under another name: same number, or same description."""
    names = {migration.name for migration in history.migrations}
    orphans = [name for name in recorded.names if name not in names]
    for migration, traces in zip(history.migrations, history.find_evidence(live), strict=True):
        if migration.name in recorded.names or traces.shows_pending:
            continue
        same_words = [name for name in orphans if _get_description(name) == _get_description(migration.name)]
        same_number = [name for name in orphans if traces.present and _has_number(name, migration.number)]
        for found in (*same_words, *same_number)[:1]:
            orphans.remove(found)
            yield migration.path, found


def _has_number(name: str, number: int | None) -> bool:
    return number is not None and parse_number(name) == number


def _get_description(name: str) -> str:
    return name.partition("_")[2]


def _build_expected(history: SchemaHistory, files: tuple[FileStatus, ...], recorded: RecordedMigrations) -> Schema:
    ran = [each for each in files if each.migration and each.has_run]
    order = {name: place for place, name in enumerate(recorded.names)}
    ran.sort(key=lambda each: order.get(each.recorded_as or each.name, len(order)))
    migrations = tuple(each.migration for each in ran if each.migration)
    if migrations == history.migrations[: len(migrations)]:
        return history.schemas[len(migrations)]
    return replay_history(migrations).schemas[-1]


def _describe_first(facets: tuple[ObjectKey, ...]) -> str:
    kind, name, column = next((facet for facet in facets if facet[0] is ObjectKind.TABLE), facets[0])
    return f"column `{column}` of `{name}`" if kind is ObjectKind.COLUMN else f"{kind} `{name}`"


_ROWS_ONLY_DETAIL = "The file leaves the schema as it is, and nothing records whether it has run."


def infer_status(history: SchemaHistory, live: Schema) -> DatabaseMigrations:
    """Return which files have run on a database that records nothing.

    That is the longest prefix of the files whose schema is the live one. Where there is none, it is the prefix, or
    the set of files whose traces the live schema bears, that leaves the least to be explained.
    """
    differences = [len(diff(schema, live)) for schema in history.schemas]
    fewest = min(differences)
    length = len(differences) - 1 - differences[::-1].index(fewest)
    ran, expected = set(range(length)), history.schemas[length]
    if fewest and (evidenced := _find_evidenced(history, live)) != ran:
        schema = replay_history(history.migrations[index] for index in sorted(evidenced)).schemas[-1]
        if len(diff(schema, live)) < fewest:
            ran, expected = evidenced, schema
    if not live.names:
        ran.clear()
    ran -= {index for index, migration in enumerate(history.migrations) if migration.path in history.rejections}
    unknown = _find_without_evidence(history, ran, expected)
    files = tuple(_infer_file(history, index, ran, unknown) for index in range(len(history.migrations)))
    return DatabaseMigrations(files, None, expected, live)


def _find_evidenced(history: SchemaHistory, live: Schema) -> set[int]:
    """Return the files of which the live schema shows more than it lacks; one that shows nothing goes with the next."""
    ran, last = set[int](), False
    for index, traces in reversed(tuple(enumerate(history.find_evidence(live)))):
        if traces.present or traces.missing:
            last = len(traces.present) > len(traces.missing)
        if last:
            ran.add(index)
    return ran


def _find_without_evidence(history: SchemaHistory, ran: set[int], expected: Schema) -> set[int]:
    """Return the last files of those that ran, as many as leave no trace in the schema."""
    same = (length for length, schema in enumerate(history.schemas) if not diff(schema, expected))
    shortest = next(same, len(history.schemas))
    return {index for index in ran if index >= shortest}


def _infer_file(history: SchemaHistory, index: int, ran: set[int], unknown: set[int]) -> FileStatus:
    migration = history.migrations[index]
    if index in unknown:
        return FileStatus(migration.name, migration, MigrationStatus.UNKNOWN, _ROWS_ONLY_DETAIL)
    if index in ran:
        return FileStatus(migration.name, migration, MigrationStatus.APPLIED)
    status = MigrationStatus.OUT_OF_ORDER if any(each > index for each in ran) else MigrationStatus.PENDING
    refused = history.rejections.get(migration.path)
    detail = f"It does not run on the schema that it meets: `{refused.message}`." if refused else ""
    return FileStatus(migration.name, migration, status, detail)
