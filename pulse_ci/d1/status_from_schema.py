"""A live schema without a migrations table to the files that have run: the prefix that makes it, or the nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.schema_history import trace
from pulse_ci.d1.migration_status import FileState, Standing, State
from pulse_ci.schema.diff import diff

if TYPE_CHECKING:
    from pulse_ci.analysis.schema_history import History
    from pulse_ci.schema.schema import Schema

_ROWS_ALONE = "The file leaves the schema as it is, and nothing records whether it has run."


def infer(history: History, live: Schema) -> State:
    """Return which files have run on a database that records nothing.

    That is the longest prefix of the files whose schema is the live one. Where there is none, it is the prefix, or
    the set of files whose traces the live schema bears, that leaves the least to be explained.
    """
    differences = [len(diff(schema, live)) for schema in history.schemas]
    fewest = min(differences)
    length = len(differences) - 1 - differences[::-1].index(fewest)
    ran, expected = set(range(length)), history.schemas[length]
    if fewest and (traced := _traced(history, live)) != ran:
        schema = trace(history.migrations[index] for index in sorted(traced)).schemas[-1]
        if len(diff(schema, live)) < fewest:
            ran, expected = traced, schema
    if not live.names:
        ran.clear()
    ran -= {index for index, migration in enumerate(history.migrations) if migration.path in history.refused}
    unknown = _without_trace(history, ran, expected)
    files = tuple(_file(history, index, ran, unknown) for index in range(len(history.migrations)))
    return State(files, None, expected, live)


def _traced(history: History, live: Schema) -> set[int]:
    """Return the files of which the live schema shows more than it lacks; one that shows nothing goes with the next."""
    ran, last = set[int](), False
    for index, traces in reversed(tuple(enumerate(history.traces(live)))):
        if traces.there or traces.absent:
            last = len(traces.there) > len(traces.absent)
        if last:
            ran.add(index)
    return ran


def _without_trace(history: History, ran: set[int], expected: Schema) -> set[int]:
    """Return the last files of those that ran, as many as leave no trace in the schema."""
    same = (length for length, schema in enumerate(history.schemas) if not diff(schema, expected))
    shortest = next(same, len(history.schemas))
    return {index for index in ran if index >= shortest}


def _file(history: History, index: int, ran: set[int], unknown: set[int]) -> FileState:
    migration = history.migrations[index]
    if index in unknown:
        return FileState(migration.name, migration, Standing.UNKNOWN, _ROWS_ALONE)
    if index in ran:
        return FileState(migration.name, migration, Standing.APPLIED)
    standing = Standing.OUT_OF_ORDER if any(each > index for each in ran) else Standing.PENDING
    refused = history.refused.get(migration.path)
    note = f"It does not run on the schema that it meets: `{refused.message}`." if refused else ""
    return FileState(migration.name, migration, standing, note)
