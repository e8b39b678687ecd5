"""A live schema without a migrations table to the files that have run: the prefix that makes it, or the nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.schema_history import trace
from pulse_ci.d1.migration_status import DatabaseMigrations, FileStatus, MigrationStatus
from pulse_ci.schema.diff import diff

if TYPE_CHECKING:
    from pulse_ci.analysis.schema_history import History
    from pulse_ci.schema.schema import Schema

_ROWS_ONLY_DETAIL = "The file leaves the schema as it is, and nothing records whether it has run."


def infer_status(history: History, live: Schema) -> DatabaseMigrations:
    """Return which files have run on a database that records nothing.

    That is the longest prefix of the files whose schema is the live one. Where there is none, it is the prefix, or
    the set of files whose traces the live schema bears, that leaves the least to be explained.
    """
    differences = [len(diff(schema, live)) for schema in history.schemas]
    fewest = min(differences)
    length = len(differences) - 1 - differences[::-1].index(fewest)
    ran, expected = set(range(length)), history.schemas[length]
    if fewest and (evidenced := _find_evidenced(history, live)) != ran:
        schema = trace(history.migrations[index] for index in sorted(evidenced)).schemas[-1]
        if len(diff(schema, live)) < fewest:
            ran, expected = evidenced, schema
    if not live.names:
        ran.clear()
    ran -= {index for index, migration in enumerate(history.migrations) if migration.path in history.refused}
    unknown = _find_without_evidence(history, ran, expected)
    files = tuple(_determine_file(history, index, ran, unknown) for index in range(len(history.migrations)))
    return DatabaseMigrations(files, None, expected, live)


def _find_evidenced(history: History, live: Schema) -> set[int]:
    """Return the files of which the live schema shows more than it lacks; one that shows nothing goes with the next."""
    ran, last = set[int](), False
    for index, traces in reversed(tuple(enumerate(history.traces(live)))):
        if traces.there or traces.absent:
            last = len(traces.there) > len(traces.absent)
        if last:
            ran.add(index)
    return ran


def _find_without_evidence(history: History, ran: set[int], expected: Schema) -> set[int]:
    """Return the last files of those that ran, as many as leave no trace in the schema."""
    same = (length for length, schema in enumerate(history.schemas) if not diff(schema, expected))
    shortest = next(same, len(history.schemas))
    return {index for index in ran if index >= shortest}


def _determine_file(history: History, index: int, ran: set[int], unknown: set[int]) -> FileStatus:
    migration = history.migrations[index]
    if index in unknown:
        return FileStatus(migration.name, migration, MigrationStatus.UNKNOWN, _ROWS_ONLY_DETAIL)
    if index in ran:
        return FileStatus(migration.name, migration, MigrationStatus.APPLIED)
    status = MigrationStatus.OUT_OF_ORDER if any(each > index for each in ran) else MigrationStatus.PENDING
    refused = history.refused.get(migration.path)
    detail = f"It does not run on the schema that it meets: `{refused.message}`." if refused else ""
    return FileStatus(migration.name, migration, status, detail)
