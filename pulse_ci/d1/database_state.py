"""Read the schema and the records of a live database, mostly in one request."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pulse_ci.d1.client import Query
from pulse_ci.d1.migration_status import RecordedMigrations
from pulse_ci.d1.snapshot import OBJECTS_QUERY, Snapshot, parse_objects, read_objects
from pulse_ci.errors import D1Error, D1Refused
from pulse_ci.schema.introspect import build_schema
from pulse_ci.sql.names import fold, quote_if_needed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pulse_ci.analysis.schema_history import SchemaHistory
    from pulse_ci.d1.client import D1Client
    from pulse_ci.d1.migration_status import DatabaseMigrations
    from pulse_ci.schema.schema import MasterRow, Schema

# The columns that wrangler gives the table: another table, however it is configured, is not read.
_REQUIRED_COLUMNS = ("id", "name", "applied_at")
_MAX_RECORDS = 20_000


@dataclass(frozen=True)
class DatabaseState:
    """A database as it is: the rows of `introspect.QUERY`, and (id, name) of what is recorded, None without a table."""

    objects: tuple[MasterRow, ...]
    migrations_table: str
    records: tuple[tuple[int, str], ...] | None

    @cached_property
    def snapshot(self) -> Snapshot:
        """The same without the ids."""
        return Snapshot(self.objects, self.migrations_table, self.recorded)

    @property
    def schema(self) -> Schema:
        """The schema without the migrations table."""
        return self.snapshot.schema

    @property
    def recorded(self) -> RecordedMigrations | None:
        """The names that are recorded, or None where the database has no migrations table."""
        return (
            None
            if self.records is None
            else RecordedMigrations(self.migrations_table, tuple(name for _, name in self.records))
        )

    @property
    def recorded_names(self) -> set[str]:
        """The names that are recorded, none without a table."""
        return {name for _, name in self.records or ()}

    @property
    def last_id(self) -> int:
        """The id of the last record, or 0."""
        return max((number for number, _ in self.records or ()), default=0)

    def determine_status(self, history: SchemaHistory, edited: frozenset[str] = frozenset()) -> DatabaseMigrations:
        """Return what became of each file: by the records, or by the schema where there are none."""
        return self.snapshot.determine_status(history, edited)


def records_query(table: str) -> str:
    """Return the SELECT that reads the records in order; it fails on a table that is not wrangler's."""
    return (
        f"SELECT id, CAST(name AS TEXT) FROM {quote_if_needed(table)} "
        f"WHERE applied_at IS applied_at ORDER BY id LIMIT {_MAX_RECORDS}"
    )


def build_database_state(
    objects: Iterable[MasterRow], table: str, records: Iterable[Sequence[object]] | None
) -> DatabaseState:
    """Make the value of what was read.

    Raises:
        D1Error: the table of that name is not one that wrangler made.

    """
    rows = tuple(objects)
    if has_table(rows, table):
        found = build_schema(rows).find_table(table)
        if found is None or any(found.find_column(name) is None for name in _REQUIRED_COLUMNS):
            raise D1Error(
                f"Table `{table}` is not a migrations table: it lacks a column of id, name and applied_at. "
                "Name another one as `migrations_table` in wrangler's configuration."
            )
    ids = None if records is None else tuple((int(str(number)), str(name)) for number, name in records)
    return DatabaseState(rows, table, ids)


def has_table(objects: Iterable[MasterRow], table: str) -> bool:
    """Whether the rows of `introspect.QUERY` have a table of that name."""
    return any(row.type == "table" and fold(row.name) == fold(table) for row in objects)


def read_database_state(client: D1Client, database: str, table: str, *, is_recorded: bool = True) -> DatabaseState:
    """Read a database: in one request where it has a migrations table just if `is_recorded` says so, else in two."""
    if is_recorded:
        try:
            return _read_in_one_request(client, database, table)
        except D1Refused:
            # No such table, or no such column: what there is decides.
            pass
    bare = build_database_state(read_objects(client, database), table, None)
    # In one request again, since another run may have made the table, and more, in between.
    return _read_in_one_request(client, database, table) if has_table(bare.objects, table) else bare


def make_fleet_reader(client: D1Client, table: str) -> Callable[[str], DatabaseState]:
    """Return what reads the databases of a fleet, by their id, in one request each.

    A fleet is mostly alike: whether the last one had a migrations table tells how to ask the next one.
    """
    is_recorded = True

    def read(database: str) -> DatabaseState:
        nonlocal is_recorded
        live = read_database_state(client, database, table, is_recorded=is_recorded)
        is_recorded = live.recorded is not None
        return live

    return read


def _read_in_one_request(client: D1Client, database: str, table: str) -> DatabaseState:
    objects, records = client.read(database, [OBJECTS_QUERY, Query(records_query(table))])
    return build_database_state(parse_objects(objects), table, records.rows)
