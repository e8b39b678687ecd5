"""The reverse of the last applied file, run on a live database: one request, with the record taken away in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.analysis.schema_history import trace
from pulse_ci.analysis.seed import seed
from pulse_ci.apply.migrations_table import forget, record
from pulse_ci.apply.plan import schema_without_records, try_statement
from pulse_ci.apply.preflight import Obstacle
from pulse_ci.d1.failures import AmbiguousWrite
from pulse_ci.d1.load_schema import embed
from pulse_ci.engine import D1Refused, EmbeddedD1
from pulse_ci.errors import D1Error, MigrationError
from pulse_ci.model import Action, Kind
from pulse_ci.rewrite.ddl_statements import as_sent
from pulse_ci.rewrite.verify_script import compare_rows
from pulse_ci.schema.ddl.keywords import quote_name
from pulse_ci.schema.diff import diff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.apply.target import Target
    from pulse_ci.d1.database_state import Live
    from pulse_ci.d1.migration_status import State
    from pulse_ci.migrations.discover import Reverse
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.schema.schema import Schema


@dataclass(frozen=True, slots=True)
class Undoing:
    """What undoes one file: the statements, the schema after them, and SELECTs that count what would be lost.

    `unproven` is D1's message where the statements do not run on synthetic rows, so that more may be lost.
    """

    migration: Migration
    number: int
    statements: tuple[str, ...]
    after: Schema
    losses: tuple[tuple[str, str], ...]
    unproven: str | None

    def request(self, live: Live) -> tuple[str, ...]:
        """Return the whole request; it fails where another run has recorded anything since `live` was read."""
        mark = live.last_id + 1
        taken = record(live.table, mark, f"pulse-ci: reverse of {self.migration.name}")
        return (taken, *self.statements, forget(live.table, self.number, mark))


def plan_undoing(migration: Migration, reverse: Reverse, state: State, live: Live) -> Undoing:
    """Try the reverse on the live schema.

    Raises:
        MigrationError: the file is not the last one that is recorded, or its reverse does not run or does not hold.
        D1Error: the live schema is not one that D1 would make today.

    """
    number = _last_record(migration, live)
    statements = tuple(as_sent(each.sql) for each in reverse.statements)
    with EmbeddedD1() as database:
        database.restore(embed(live.snapshot))
        empty = database.snapshot()
        _run(database, migration, reverse)
        after = schema_without_records(database, live.table)
        _check(migration, state, after)
        database.restore(empty)
        deleted, unproven = _deleted(database, live, statements)
    losses = (*_dropped(live.schema, after), *((f"rows of `{table}`", _count(table)) for table in deleted))
    return Undoing(migration, number, statements, after, losses, unproven)


def _last_record(migration: Migration, live: Live) -> int:
    names = [name for _, name in live.records or ()]
    if migration.name not in names:
        raise MigrationError(f"`{migration.name}` is not recorded there, so that there is nothing to undo.")
    later = names[names.index(migration.name) + 1 :]
    if later:
        listed = ", ".join(f"`{name}`" for name in reversed(later))
        raise MigrationError(f"`{migration.name}` is not the last one there. Undo those after it first: {listed}.")
    return (live.records or ())[-1][0]


def _run(database: EmbeddedD1, migration: Migration, reverse: Reverse) -> None:
    statement = None
    try:
        with database.request() as request:
            for statement in reverse.statements:
                try_statement(request, as_sent(statement.sql))
    except D1Refused as refused:
        place = reverse.source.place(statement)
        raise MigrationError(
            f"{place.path}:{place.line}, the reverse of `{migration.name}`, would be refused there: `{refused}`. "
            "Nothing was sent."
        ) from refused


def _check(migration: Migration, state: State, after: Schema) -> None:
    ran = (each.migration for each in state.files if each.ran and each.migration not in (None, migration))
    before = trace(each for each in ran if each).schemas[-1]
    gone = diff(state.expected, state.live)
    left = [change for change in diff(before, after) if change not in gone]
    if left:
        names = ", ".join(f"{each.kind} `{each.name}` is {each.action}" for each in left[:5])
        raise MigrationError(
            f"The reverse of `{migration.name}` does not bring back the schema from before it: {names} afterwards. "
            "Nothing was sent. `pulse-ci check` tells what the reverse lacks."
        )


def _dropped(before: Schema, after: Schema) -> Iterator[tuple[str, str]]:
    """Yield what goes with the tables and columns that go, in words, with a SELECT that counts it."""
    for change in diff(before, after):
        if change.action is not Action.REMOVED:
            continue
        if change.kind is Kind.TABLE:
            yield f"rows of `{change.name}`", _count(change.name)
        elif change.kind is Kind.COLUMN:
            yield f"values of `{change.table}`.`{change.name}`", _count(change.table, quote_name(change.name))


def _count(table: str, what: str = "*") -> str:
    return f"SELECT count({what}) FROM {quote_name(table)}"


def _deleted(database: EmbeddedD1, live: Live, statements: tuple[str, ...]) -> tuple[tuple[str, ...], str | None]:
    """Return the tables that have fewer rows after the statements, seen on synthetic ones, or why it cannot be seen."""
    seed(database)
    seeded = database.snapshot()
    try:
        database.run("\n".join(statements))
    except D1Refused as refused:
        return (), str(refused)
    changed = compare_rows(seeded, database.snapshot())
    return tuple(each.table for each in changed if each.after < each.before and each.table != live.table), None


def losses(target: Target, undoing: Undoing) -> Iterator[Obstacle]:
    """Yield what would be lost of what is there, with how many rows or values have it."""
    counts = target.count([select for _, select in undoing.losses]) if undoing.losses else ()
    for (what, _), count in zip(undoing.losses, counts, strict=True):
        if count:
            yield Obstacle("lost-rows", f"{what} would be lost: {count:,}")
    if undoing.unproven:
        sentence = f"which rows would be lost is not known: on synthetic rows D1 answers `{undoing.unproven}`"
        yield Obstacle("lost-rows", sentence)


def undo(target: Target, undoing: Undoing, live: Live) -> None:
    """Run the reverse.

    Raises:
        MigrationError: D1 refuses it; nothing was done.
        D1Error: another run was there meanwhile, or the schema is not what the preview showed.

    """
    try:
        target.run(undoing.request(live))
    except AmbiguousWrite as error:
        if undoing.migration.name in _recorded(target.read()):
            raise D1Error(f"The reverse of `{undoing.migration.name}` was not run: {error}") from error
    except D1Refused as refused:
        if target.read().records != live.records:
            raise D1Error(f"Nothing was run: another run has changed {target.name} meanwhile. Run it again.") from None
        raise MigrationError(f"{target.name} refuses the reverse: `{refused}`. Nothing of it was done.") from refused
    if changes := diff(undoing.after, target.read().schema):
        names = ", ".join(f"{each.kind} `{each.name}`" for each in changes[:5])
        raise D1Error(
            f"The reverse of `{undoing.migration.name}` ran on {target.name}, but its schema is not what the preview "
            f"showed: {names} came out otherwise. `pulse-ci drift` tells what differs."
        )


def _recorded(live: Live) -> set[str]:
    return {name for _, name in live.records or ()}
