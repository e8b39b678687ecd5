"""Files that have run on a database without a record: recorded, and not run again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.apply.migrations_table import create_table, insert_record
from pulse_ci.d1.migration_status import MigrationStatus
from pulse_ci.errors import AmbiguousWrite, D1Error, MigrationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.apply.target import TargetDatabase
    from pulse_ci.d1.database_state import DatabaseState
    from pulse_ci.d1.migration_status import DatabaseMigrations


def find_unrecorded(state: DatabaseMigrations, through: int | None = None) -> tuple[str, ...]:
    """Return the files that are to be recorded: those whose traces the schema bears.

    A file that changes rows alone bears none: it is believed to have run where its number is not above `through`.

    Raises:
        MigrationError: nothing tells whether a file has run, and `through` does not say.

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
    """Record files in one request; nothing of it is done where another run recorded anything meanwhile.

    Raises:
        D1Error: they are not recorded, or only another run knows.

    """
    table = [] if live.records is not None else [create_table(live.migrations_table)]
    records = [insert_record(live.migrations_table, live.last_id + place, name) for place, name in enumerate(names, 1)]
    try:
        target.run([*table, *records])
    except AmbiguousWrite:
        recorded = target.read().recorded
        if recorded is None or not set(names) <= set(recorded.names):
            raise D1Error(f"Nothing was recorded on {target.name}: the request was lost. Run it again.") from None
