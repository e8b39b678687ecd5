"""Run pending files on real D1, in a database created for it and deleted whatever happens."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pulse_ci.d1.client import Query
from pulse_ci.d1.load_schema import create_statements
from pulse_ci.d1.snapshot import read_objects
from pulse_ci.errors import AmbiguousWrite, D1Error, D1Refused, DatabaseNotFound
from pulse_ci.schema.introspect import build_schema
from pulse_ci.sql.names import quote_if_needed, quote_string

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pulse_ci.d1.client import D1Client
    from pulse_ci.d1.snapshot import Snapshot
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.schema.schema import Schema

SCRATCH_PREFIX = "pulse-ci-scratch-"
# A request lasts 30 seconds at most; no run with a few files takes as long as this.
STALE_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class ScratchRun:
    """What real D1 did with the files: its message for each one, by path, that it refused, and the schema after all."""

    rejections: Mapping[str, str]
    schema: Schema


def run_files_on_scratch(client: D1Client, name: str, snapshot: Snapshot, files: Iterable[Migration]) -> ScratchRun:
    """Make a database like the one of the snapshot, without its rows, run the files there and read the schema back.

    Each file is one request, with its record, as it is when it is applied; what D1 refuses leaves no trace.

    Raises:
        D1Error: the database cannot be made or read; it has been deleted all the same.

    """
    try:
        with _open_scratch_database(client, name) as database:
            _create_schema(client, database, snapshot)
            rejections = _run_files(client, database, snapshot, files)
            return ScratchRun(rejections, build_schema(read_objects(client, database)))
    except AmbiguousWrite as error:
        # Whatever was done went with the database.
        raise error.failure from error


def _run_files(client: D1Client, database: str, snapshot: Snapshot, files: Iterable[Migration]) -> dict[str, str]:
    rejections = {}
    for each in files:
        try:
            if request := _build_request(snapshot, each):
                client.write(database, request)
        except D1Refused as refused:
            rejections[each.path] = str(refused)
    return rejections


def delete_stale_scratch(client: D1Client, now: datetime | None = None) -> tuple[str, ...]:
    """Delete the scratch databases of runs that were killed, known by their name and their age; return their names."""
    limit = (now or datetime.now(UTC)) - STALE_AFTER
    found = [each for each in client.list_databases(SCRATCH_PREFIX) if each.name.startswith(SCRATCH_PREFIX)]
    left = [each for each in found if _parse_created_at(each.created_at) < limit]
    for each in left:
        client.delete_database(each.id)
    return tuple(each.name for each in left)


def _parse_created_at(created_at: str) -> datetime:
    try:
        made = datetime.fromisoformat(created_at)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
    return made if made.tzinfo else made.replace(tzinfo=UTC)


@contextmanager
def _open_scratch_database(client: D1Client, name: str) -> Iterator[str]:
    """Make a database, and delete it in the end; an answer that was lost, or not waited for, hides none."""
    try:
        database = _create(client, name)
    except D1Error:
        raise
    except BaseException:
        _delete(client, name, [each.id for each in client.list_databases(name) if each.name == name])
        raise
    try:
        yield database
    finally:
        try:
            _delete(client, name, [database])
        except D1Error:
            raise
        except BaseException:  # interrupted at it: it is done to the end all the same
            _delete(client, name, [database])
            raise


def _create(client: D1Client, name: str) -> str:
    try:
        return client.create_database(name).id
    except AmbiguousWrite as error:
        try:
            return client.get_database(name).id
        except DatabaseNotFound:
            raise error from None


def _delete(client: D1Client, name: str, ids: list[str]) -> None:
    try:
        for each in ids:
            client.delete_database(each)
    except D1Error as error:
        raise D1Error(
            f"The scratch database {name} could not be deleted: {error} The next run removes it after "
            f"{STALE_AFTER.seconds // 60} minutes, `wrangler d1 delete {name}` at once."
        ) from error


def _create_schema(client: D1Client, database: str, snapshot: Snapshot) -> None:
    statements = list(create_statements(snapshot))
    if not statements:
        return
    try:
        client.write(database, [Query(sql) for sql, _ in statements])
    except D1Refused as refused:
        raise D1Error(
            f"The schema cannot be made anew on D1, which would refuse an object of it today: {refused}. "
            "Use `preview: staging` or `embedded`, or correct the database."
        ) from refused


def _build_request(snapshot: Snapshot, migration: Migration) -> list[Query]:
    statements = [Query(statement.sql) for statement in migration.statements]
    if snapshot.recorded is None:
        return statements
    table = quote_if_needed(snapshot.migrations_table)
    return [Query(f"INSERT OR IGNORE INTO {table} (name) VALUES ({quote_string(migration.name)})"), *statements]
