"""Keep the migrations table: its statements, records of files that ran without one, and repairs of records.

The table is as wrangler makes and reads it. Source: workers-sdk, packages/wrangler/src/d1/migrations,
getCreateMigrationsTableQuery.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.d1.migration_status import FileStatus, MigrationStatus
from pulse_ci.errors import AmbiguousWrite, D1Error, MigrationError
from pulse_ci.sql.names import quote_if_needed, quote_string

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulse_ci.apply.target import TargetDatabase
    from pulse_ci.d1.database_state import DatabaseState
    from pulse_ci.d1.migration_status import DatabaseMigrations


def create_table(table: str) -> str:
    """Return the statement that creates the migrations table if it does not exist."""
    return (
        f"CREATE TABLE IF NOT EXISTS {quote_if_needed(table)} (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, "
        "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL);"
    )


def insert_record(table: str, number: int, name: str) -> str:
    """Return the statement that records a file under an id, and fails if that id is taken."""
    return f"INSERT INTO {quote_if_needed(table)} (id, name) VALUES ({number}, {quote_string(name)});"


def delete_records(table: str, *numbers: int) -> str:
    """Return the statement that deletes records."""
    return f"DELETE FROM {quote_if_needed(table)} WHERE id IN ({', '.join(map(str, numbers))});"


def insert_records(table: str, names: Sequence[str]) -> str:
    """Return the statement that records files, in order, under the next ids."""
    separator = ",\n  " if len(names) > 1 else ", "
    values = separator.join(f"({quote_string(name)})" for name in names)
    return f"INSERT INTO {quote_if_needed(table)} (name) VALUES{separator[1:]}{values};"


def rename_record(table: str, name: str, new_name: str) -> str:
    """Return the statement that renames a record to the name of its file."""
    return f"UPDATE {quote_if_needed(table)} SET name = {quote_string(new_name)} WHERE name = {quote_string(name)};"


def delete_record(table: str, name: str) -> str:
    """Return the statement that deletes a file's record."""
    return f"DELETE FROM {quote_if_needed(table)} WHERE name = {quote_string(name)};"


def find_unrecorded(state: DatabaseMigrations, through: int | None = None) -> tuple[str, ...]:
    """Return the files to record: those whose changes are in the schema.

    A file that changes only rows leaves no trace: it counts as run if its number is at most `through`.

    Raises:
        MigrationError: nothing shows whether a file has run, and `through` does not say.

    """
    names = tuple(_find_unrecorded_names(state, through))
    unknown = [
        each.name
        for each in state.files
        if each.status is MigrationStatus.UNKNOWN and each.name not in names and through is None
    ]
    if unknown:
        listed = ", ".join(f"`{name}`" for name in unknown)
        raise MigrationError(
            f"Nothing tells whether {listed} ran: what it changes is rows alone. Say up to which number the files ran, "
            "as in --adopt --through 021."
        )
    return names


def _find_unrecorded_names(state: DatabaseMigrations, through: int | None) -> Iterator[str]:
    unrecorded = (
        (MigrationStatus.NOT_RECORDED,) if state.recorded else (MigrationStatus.APPLIED, MigrationStatus.NOT_RECORDED)
    )
    for each in state.files:
        number = each.migration.number if each.migration else None
        told = through is not None and number is not None and number <= through
        if each.status in unrecorded or (each.status is MigrationStatus.UNKNOWN and told):
            yield each.name


def mark_applied(target: TargetDatabase, live: DatabaseState, names: tuple[str, ...]) -> None:
    """Record files in one request; all fails if another run has recorded anything since.

    Raises:
        D1Error: they are not recorded, or it is not known.

    """
    table = [] if live.records is not None else [create_table(live.migrations_table)]
    records = [insert_record(live.migrations_table, live.last_id + place, name) for place, name in enumerate(names, 1)]
    try:
        target.run([*table, *records])
    except AmbiguousWrite:
        recorded = target.read().recorded
        if recorded is None or not set(names) <= set(recorded.names):
            raise D1Error(f"Nothing was recorded on {target.name}: the request was lost. Run it again.") from None


@dataclass(frozen=True, slots=True)
class RecordRepair:
    """A statement that corrects the migrations table, and the reason, a sentence with names in backticks."""

    reason: str
    sql: str


def plan_record_repairs(state: DatabaseMigrations, table: str) -> tuple[RecordRepair, ...]:
    """Return the statements that correct the migrations table, or create one; people run them, never we.

    A file whose name cannot be printed has none.
    """
    if state.recorded is None:
        return tuple(_plan_first_records(state, table))
    return tuple(repair for each in state.files if (repair := _plan_repair(each, state.recorded.table)))


def _plan_first_records(state: DatabaseMigrations, table: str) -> Iterator[RecordRepair]:
    ran = [each.name for each in state.files if each.status is MigrationStatus.APPLIED and each.name.isprintable()]
    if ran:
        yield RecordRepair("Nothing records what has run: this table would.", create_table(table))
        yield RecordRepair("These files have run, as the schema shows.", insert_records(table, ran))


def _plan_repair(each: FileStatus, table: str) -> RecordRepair | None:
    if not f"{each.name}{each.recorded_as or ''}".isprintable():
        return None
    match each.status:
        case MigrationStatus.NOT_RECORDED:
            return RecordRepair(f"`{each.name}` has run and is not recorded.", insert_records(table, [each.name]))
        case MigrationStatus.RENAMED if each.recorded_as:
            return RecordRepair(
                f"`{each.name}` is recorded as `{each.recorded_as}`.", rename_record(table, each.recorded_as, each.name)
            )
        case MigrationStatus.NOT_IN_SCHEMA:
            return RecordRepair(
                f"`{each.name}` is recorded, and what it does is not there: without the record it is pending again.",
                delete_record(table, each.name),
            )
        case _:
            return None
