"""A State to the statements that would make the records true: for people to read and to run, never run here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.apply.migrations_table import create_table, delete_record, insert_records, rename_record
from pulse_ci.d1.migration_status import FileStatus, MigrationStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.d1.migration_status import DatabaseMigrations


@dataclass(frozen=True, slots=True)
class RecordRepair:
    """One statement on the migrations table, and what it puts right, as a sentence with names in backticks."""

    reason: str
    sql: str


def plan_record_repairs(state: DatabaseMigrations, table: str) -> tuple[RecordRepair, ...]:
    """Return the repairs of the migrations table `table`; where there is none, those that would make one.

    A file whose name cannot be printed has none, nor has what no statement on the records could put right.
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
