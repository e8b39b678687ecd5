"""A live schema and its migrations table to the standing of each file and of each recorded name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.schema_history import trace
from pulse_ci.d1.migration_status import DatabaseMigrations, FileStatus, MigrationStatus, RecordedMigrations
from pulse_ci.migrations.parse import parse_number
from pulse_ci.model import ObjectKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.schema_history import Facet, History, Traces
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.schema.schema import Schema


def compare_records(
    history: History, live: Schema, recorded: RecordedMigrations, edited: frozenset[str] = frozenset()
) -> DatabaseMigrations:
    """Return the standing of each file, and of each recorded name that has none; `edited` has the paths known to be.

    The records are believed where the schema does not contradict them. They hold names alone: that a file was edited
    after it ran is seen where what it makes is there in another form, or in git.
    """
    renamed = dict(_find_renamed(history, live, recorded))
    files = [
        _determine_file(migration, traces, recorded, renamed.get(migration.path), edited=migration.path in edited)
        for migration, traces in zip(history.migrations, history.traces(live), strict=True)
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
    migration: Migration, traces: Traces, recorded: RecordedMigrations, recorded_as: str | None, *, edited: bool
) -> FileStatus:
    def make_status(status: MigrationStatus, detail: str = "") -> FileStatus:
        return FileStatus(migration.name, migration, status, detail, recorded_as)

    if recorded_as is not None:
        return make_status(MigrationStatus.RENAMED, f"The migrations table has it as `{recorded_as}`.")
    if migration.name not in recorded.names:
        return _determine_unrecorded(migration, traces)
    if edited:
        return make_status(MigrationStatus.EDITED, "It was changed after the base that it is compared with.")
    if traces.none:
        return make_status(
            MigrationStatus.NOT_IN_SCHEMA, f"What it does to {_describe_first(traces.absent)} is not there."
        )
    if traces.other:
        return make_status(
            MigrationStatus.EDITED,
            f"The database has {_describe_first(traces.other)} in another form: the file was edited "
            f"after it ran, or the "
            "database was changed by hand.",
        )
    return make_status(MigrationStatus.APPLIED)


def _determine_unrecorded(migration: Migration, traces: Traces) -> FileStatus:
    if traces.complete:
        detail = (
            f"What it does to {_describe_first(traces.there)} is there: `wrangler d1 migrations "
            f"apply` would run it again."
        )
        return FileStatus(migration.name, migration, MigrationStatus.NOT_RECORDED, detail)
    partly = (
        f"What it does to {_describe_first(traces.there)} is there already, but not all of it." if traces.there else ""
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


def _find_renamed(history: History, live: Schema, recorded: RecordedMigrations) -> Iterator[tuple[str, str]]:
    """Yield path and recorded name of each file that has run under another name: same number, or same description."""
    names = {migration.name for migration in history.migrations}
    orphans = [name for name in recorded.names if name not in names]
    for migration, traces in zip(history.migrations, history.traces(live), strict=True):
        if migration.name in recorded.names or traces.none:
            continue
        same_words = [name for name in orphans if _get_description(name) == _get_description(migration.name)]
        same_number = [name for name in orphans if traces.there and _has_number(name, migration.number)]
        for found in (*same_words, *same_number)[:1]:
            orphans.remove(found)
            yield migration.path, found


def _has_number(name: str, number: int | None) -> bool:
    return number is not None and parse_number(name) == number


def _get_description(name: str) -> str:
    return name.partition("_")[2]


def _build_expected(history: History, files: tuple[FileStatus, ...], recorded: RecordedMigrations) -> Schema:
    ran = [each for each in files if each.migration and each.has_run]
    order = {name: place for place, name in enumerate(recorded.names)}
    ran.sort(key=lambda each: order.get(each.recorded_as or each.name, len(order)))
    migrations = tuple(each.migration for each in ran if each.migration)
    if migrations == history.migrations[: len(migrations)]:
        return history.schemas[len(migrations)]
    return trace(migrations).schemas[-1]


def _describe_first(facets: tuple[Facet, ...]) -> str:
    kind, name, column = next((facet for facet in facets if facet[0] is ObjectKind.TABLE), facets[0])
    return f"column `{column}` of `{name}`" if kind is ObjectKind.COLUMN else f"{kind} `{name}`"
