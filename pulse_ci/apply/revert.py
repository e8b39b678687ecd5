"""Run the reverse of the last applied file on a live database, and delete its record, in one request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.analysis.schema_history import replay_history
from pulse_ci.analysis.seed import seed
from pulse_ci.apply.expected_losses import count_query
from pulse_ci.apply.migrations_table import delete_records, insert_record
from pulse_ci.apply.plan import read_schema_without_records, try_statement
from pulse_ci.apply.preflight import Blocker
from pulse_ci.d1.load_schema import load_into_engine
from pulse_ci.engine import D1Refused, EmbeddedD1
from pulse_ci.errors import AmbiguousWrite, D1Error, MigrationError
from pulse_ci.model import ChangeAction, ObjectKind
from pulse_ci.rewrite.ddl_statements import format_for_d1
from pulse_ci.rewrite.verify_script import compare_rows
from pulse_ci.schema.diff import diff
from pulse_ci.sql.names import quote_if_needed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.apply.target import TargetDatabase
    from pulse_ci.d1.database_state import DatabaseState
    from pulse_ci.d1.migration_status import DatabaseMigrations
    from pulse_ci.migrations.discover import ReverseMigration
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.schema.schema import Schema


@dataclass(frozen=True, slots=True)
class RevertPlan:
    """What undoes one file: the statements, the schema after them, and SELECTs that count what would be lost.

    `unproven` is D1's message where the statements do not run on synthetic rows, so that more may be lost.
    """

    migration: Migration
    record_id: int
    statements: tuple[str, ...]
    after: Schema
    loss_queries: tuple[tuple[str, str], ...]
    replay_error: str | None

    def build_request(self, live: DatabaseState) -> tuple[str, ...]:
        """Return the whole request; it fails where another run has recorded anything since `live` was read."""
        marker_id = live.last_id + 1
        marker = insert_record(live.migrations_table, marker_id, f"pulse-ci: reverse of {self.migration.name}")
        return (marker, *self.statements, delete_records(live.migrations_table, self.record_id, marker_id))


def plan_revert(
    migration: Migration, reverse: ReverseMigration, state: DatabaseMigrations, live: DatabaseState
) -> RevertPlan:
    """Try the reverse on the live schema.

    Raises:
        MigrationError: the file is not the last one that is recorded, or its reverse does not run or does not hold.
        D1Error: the live schema is not one that D1 would make today.

    """
    number = _require_last_record(migration, live)
    statements = tuple(format_for_d1(each.sql) for each in reverse.statements)
    with EmbeddedD1() as database:
        database.restore(load_into_engine(live.snapshot))
        empty = database.take_snapshot()
        _try_reverse(database, migration, reverse)
        after = read_schema_without_records(database, live.migrations_table)
        _require_schema_before(migration, state, after)
        database.restore(empty)
        deleted, unproven = _observe_deleted(database, live, statements)
    losses = (*_find_dropped(live.schema, after), *((f"rows of `{table}`", count_query(table)) for table in deleted))
    return RevertPlan(migration, number, statements, after, losses, unproven)


def _require_last_record(migration: Migration, live: DatabaseState) -> int:
    names = [name for _, name in live.records or ()]
    if migration.name not in names:
        raise MigrationError(f"`{migration.name}` is not recorded there, so that there is nothing to undo.")
    later = names[names.index(migration.name) + 1 :]
    if later:
        listed = ", ".join(f"`{name}`" for name in reversed(later))
        raise MigrationError(f"`{migration.name}` is not the last one there. Undo those after it first: {listed}.")
    return (live.records or ())[-1][0]


def _try_reverse(database: EmbeddedD1, migration: Migration, reverse: ReverseMigration) -> None:
    statement = None
    try:
        with database.open_request() as request:
            for statement in reverse.statements:
                try_statement(request, format_for_d1(statement.sql))
    except D1Refused as refused:
        place = reverse.source.locate(statement)
        raise MigrationError(
            f"{place.path}:{place.line}, the reverse of `{migration.name}`, would be refused there: `{refused}`. "
            "Nothing was sent."
        ) from refused


def _require_schema_before(migration: Migration, state: DatabaseMigrations, after: Schema) -> None:
    ran = (each.migration for each in state.files if each.has_run and each.migration not in (None, migration))
    before = replay_history(each for each in ran if each).schemas[-1]
    gone = diff(state.expected, state.actual)
    left = [change for change in diff(before, after) if change not in gone]
    if left:
        names = ", ".join(f"{each.kind} `{each.name}` is {each.action}" for each in left[:5])
        raise MigrationError(
            f"The reverse of `{migration.name}` does not bring back the schema from before it: {names} afterwards. "
            "Nothing was sent. `pulse-ci check` tells what the reverse lacks."
        )


def _find_dropped(before: Schema, after: Schema) -> Iterator[tuple[str, str]]:
    """Yield what goes with the tables and columns that go, in words, with a SELECT that counts it."""
    for change in diff(before, after):
        if change.action is not ChangeAction.REMOVED:
            continue
        if change.kind is ObjectKind.TABLE:
            yield f"rows of `{change.name}`", count_query(change.name)
        elif change.kind is ObjectKind.COLUMN:
            yield (
                f"values of `{change.table}`.`{change.name}`",
                count_query(change.table, quote_if_needed(change.name)),
            )


def _observe_deleted(
    database: EmbeddedD1, live: DatabaseState, statements: tuple[str, ...]
) -> tuple[tuple[str, ...], str | None]:
    """Return the tables that have fewer rows after the statements, seen on synthetic ones, or why it cannot be seen."""
    seed(database)
    seeded = database.take_snapshot()
    try:
        database.run("\n".join(statements))
    except D1Refused as refused:
        return (), str(refused)
    changed = compare_rows(seeded, database.take_snapshot())
    return tuple(
        each.table for each in changed if each.after < each.before and each.table != live.migrations_table
    ), None


def find_row_losses(target: TargetDatabase, plan: RevertPlan) -> Iterator[Blocker]:
    """Yield what would be lost of what is there, with how many rows or values have it."""
    counts = target.count([select for _, select in plan.loss_queries]) if plan.loss_queries else ()
    for (what, _), count in zip(plan.loss_queries, counts, strict=True):
        if count:
            yield Blocker("lost-rows", f"{what} would be lost: {count:,}")
    if plan.replay_error:
        sentence = f"which rows would be lost is not known: on synthetic rows D1 answers `{plan.replay_error}`"
        yield Blocker("lost-rows", sentence)


def revert(target: TargetDatabase, plan: RevertPlan, live: DatabaseState) -> None:
    """Run the reverse.

    Raises:
        MigrationError: D1 refuses it; nothing was done.
        D1Error: another run was there meanwhile, or the schema is not what the preview showed.

    """
    try:
        target.run(plan.build_request(live))
    except AmbiguousWrite as error:
        if plan.migration.name in target.read().recorded_names:
            raise D1Error(f"The reverse of `{plan.migration.name}` was not run: {error}") from error
    except D1Refused as refused:
        if target.read().records != live.records:
            raise D1Error(f"Nothing was run: another run has changed {target.name} meanwhile. Run it again.") from None
        raise MigrationError(f"{target.name} refuses the reverse: `{refused}`. Nothing of it was done.") from refused
    if changes := diff(plan.after, target.read().schema):
        names = ", ".join(f"{each.kind} `{each.name}`" for each in changes[:5])
        raise D1Error(
            f"The reverse of `{plan.migration.name}` ran on {target.name}, but its schema is not what the preview "
            f"showed: {names} came out otherwise. `pulse-ci drift` tells what differs."
        )
