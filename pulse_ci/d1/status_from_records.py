"""A live schema and its migrations table to the standing of each file and of each recorded name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.schema_history import trace
from pulse_ci.d1.migration_status import FileState, Recorded, Standing, State
from pulse_ci.migrations.parse import number_of
from pulse_ci.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.schema_history import Facet, History, Traces
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.schema.schema import Schema


def compare(history: History, live: Schema, recorded: Recorded, edited: frozenset[str] = frozenset()) -> State:
    """Return the standing of each file, and of each recorded name that has none; `edited` has the paths known to be.

    The records are believed where the schema does not contradict them. They hold names alone: that a file was edited
    after it ran is seen where what it makes is there in another form, or in git.
    """
    renamed = dict(_renamed(history, live, recorded))
    files = [
        _file(migration, traces, recorded, renamed.get(migration.path), edited=migration.path in edited)
        for migration, traces in zip(history.migrations, history.traces(live), strict=True)
    ]
    known = {each.recorded_as or each.name for each in files}
    missing = [FileState(name, None, Standing.MISSING, _MISSING) for name in recorded.names if name not in known]
    placed = tuple(_in_order(files)) + tuple(missing)
    return State(placed, recorded, _expected(history, placed, recorded), live)


_MISSING = "The migrations table has the name, and the directory has no such file."


def _file(
    migration: Migration, traces: Traces, recorded: Recorded, recorded_as: str | None, *, edited: bool
) -> FileState:
    def standing(word: Standing, note: str = "") -> FileState:
        return FileState(migration.name, migration, word, note, recorded_as)

    if recorded_as is not None:
        return standing(Standing.RENAMED, f"The migrations table has it as `{recorded_as}`.")
    if migration.name not in recorded.names:
        return _unrecorded(migration, traces)
    if edited:
        return standing(Standing.EDITED, "It was changed after the base that it is compared with.")
    if traces.none:
        return standing(Standing.NOT_THERE, f"What it does to {_spoken(traces.absent)} is not there.")
    if traces.other:
        return standing(
            Standing.EDITED,
            f"The database has {_spoken(traces.other)} in another form: the file was edited after it ran, or the "
            "database was changed by hand.",
        )
    return standing(Standing.APPLIED)


def _unrecorded(migration: Migration, traces: Traces) -> FileState:
    if traces.complete:
        note = f"What it does to {_spoken(traces.there)} is there: `wrangler d1 migrations apply` would run it again."
        return FileState(migration.name, migration, Standing.NOT_RECORDED, note)
    partly = f"What it does to {_spoken(traces.there)} is there already, but not all of it." if traces.there else ""
    return FileState(migration.name, migration, Standing.PENDING, partly)


def _in_order(files: list[FileState]) -> Iterator[FileState]:
    last = max((index for index, each in enumerate(files) if each.ran), default=-1)
    for index, each in enumerate(files):
        if each.standing is Standing.PENDING and index < last:
            note = each.note or f"`{files[last].name}` has run already."
            yield FileState(each.name, each.migration, Standing.OUT_OF_ORDER, note)
        else:
            yield each


def _renamed(history: History, live: Schema, recorded: Recorded) -> Iterator[tuple[str, str]]:
    """Yield path and recorded name of each file that has run under another name: same number, or same description."""
    names = {migration.name for migration in history.migrations}
    orphans = [name for name in recorded.names if name not in names]
    for migration, traces in zip(history.migrations, history.traces(live), strict=True):
        if migration.name in recorded.names or traces.none:
            continue
        same_words = [name for name in orphans if _words(name) == _words(migration.name)]
        same_number = [name for name in orphans if traces.there and _has_number(name, migration.number)]
        for found in (*same_words, *same_number)[:1]:
            orphans.remove(found)
            yield migration.path, found


def _has_number(name: str, number: int | None) -> bool:
    return number is not None and number_of(name) == number


def _words(name: str) -> str:
    return name.partition("_")[2]


def _expected(history: History, files: tuple[FileState, ...], recorded: Recorded) -> Schema:
    ran = [each for each in files if each.migration and each.ran]
    order = {name: place for place, name in enumerate(recorded.names)}
    ran.sort(key=lambda each: order.get(each.recorded_as or each.name, len(order)))
    migrations = tuple(each.migration for each in ran if each.migration)
    if migrations == history.migrations[: len(migrations)]:
        return history.schemas[len(migrations)]
    return trace(migrations).schemas[-1]


def _spoken(facets: tuple[Facet, ...]) -> str:
    kind, name, column = next((facet for facet in facets if facet[0] is Kind.TABLE), facets[0])
    return f"column `{column}` of `{name}`" if kind is Kind.COLUMN else f"{kind} `{name}`"
