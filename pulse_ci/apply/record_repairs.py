"""A State to the statements that would make the records true: for people to read and to run, never run here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.apply.migrations_table import forget_name, make_table, record_all, rename
from pulse_ci.d1.migration_status import FileState, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.d1.migration_status import State


@dataclass(frozen=True, slots=True)
class Repair:
    """One statement on the migrations table, and what it puts right, as a sentence with names in backticks."""

    why: str
    sql: str


def repairs(state: State, table: str) -> tuple[Repair, ...]:
    """Return the repairs of the migrations table `table`; where there is none, those that would make one.

    A file whose name cannot be printed has none, nor has what no statement on the records could put right.
    """
    if state.recorded is None:
        return tuple(_first_records(state, table))
    return tuple(repair for each in state.files if (repair := _repair(each, state.recorded.table)))


def _first_records(state: State, table: str) -> Iterator[Repair]:
    ran = [each.name for each in state.files if each.standing is Standing.APPLIED and each.name.isprintable()]
    if ran:
        yield Repair("Nothing records what has run: this table would.", make_table(table))
        yield Repair("These files have run, as the schema shows.", record_all(table, ran))


def _repair(each: FileState, table: str) -> Repair | None:
    if not f"{each.name}{each.recorded_as or ''}".isprintable():
        return None
    match each.standing:
        case Standing.NOT_RECORDED:
            return Repair(f"`{each.name}` has run and is not recorded.", record_all(table, [each.name]))
        case Standing.RENAMED if each.recorded_as:
            return Repair(
                f"`{each.name}` is recorded as `{each.recorded_as}`.", rename(table, each.recorded_as, each.name)
            )
        case Standing.NOT_THERE:
            return Repair(
                f"`{each.name}` is recorded, and what it does is not there: without the record it is pending again.",
                forget_name(table, each.name),
            )
        case _:
            return None
