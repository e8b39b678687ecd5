"""A migration run on seeded rows: what fails only there, which rows are lost, which are left without a parent."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pulse_ci.analysis.duplicate_rows import add_twins, new_unique_keys
from pulse_ci.analysis.row_check_batch import Quiet
from pulse_ci.analysis.row_losses import Loss, Tracker
from pulse_ci.analysis.statement_run import Refusal, Run, run_statements
from pulse_ci.analysis.touched_tables import reached_by, reached_by_reverse
from pulse_ci.engine.access import Access
from pulse_ci.errors import D1Refused
from pulse_ci.sql.clauses import add_or_ignore
from pulse_ci.sql.operations import Create, Insert

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import apsw

    from pulse_ci.analysis.duplicate_rows import UniqueKey
    from pulse_ci.analysis.replay import Replayed
    from pulse_ci.analysis.row_losses import TableRows
    from pulse_ci.analysis.seed import Budget, SeedFailure
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.schema.schema import Schema
    from pulse_ci.sql.split import Statement

# Statements that stand in the way are passed so many times.
_PASSES = 4
Violation = tuple[str, object, str, int]


@dataclass(frozen=True, slots=True)
class OnRows:
    """What came of running a migration on seeded tables.

    `before` has the rows of the tables that it reaches, `snapshot` the database after it; both are missing where it was
    refused, or not run, since it reaches none. `beyond` is for a file that D1 refuses for some of the rows: what
    foreign keys would take once these are put right. `twins` is the run on rows with equal values in what becomes
    unique, None where nothing does, or where no such rows can be.
    """

    run: Run
    losses: tuple[Loss, ...] = ()
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    violations: tuple[Violation, ...] = ()
    unseeded: tuple[SeedFailure, ...] = ()
    beyond: tuple[Loss, ...] = ()
    before: Mapping[str, TableRows] = field(default_factory=dict)
    snapshot: bytes | None = None
    twins: Run | None = None

    @property
    def reached(self) -> tuple[Loss, ...]:
        """The losses through foreign keys, those beyond a refusal too."""
        return tuple(loss for loss in (*self.losses, *self.beyond) if loss.path)


def run_on_rows(
    database: EmbeddedD1, statements: Sequence[Statement], schema: Schema, reached: Collection[str]
) -> OnRows:
    """Run `statements` as one request on a `database` that has `schema` and rows, and compare those of `reached`.

    Where the file is refused, nothing is lost, as on D1.
    """
    result = further = _attempt(database, statements, schema, reached, {})
    instead: dict[Statement, str] = {}
    for _ in range(_PASSES):
        refused = next((each.statement for each in further.run.refusals if not each.is_transaction), None)
        if refused is None or refused in instead or _instead_of(refused) is None:
            break
        # All copies at once: each of a thousand may stumble.
        instead |= {
            each: sql for each in statements if isinstance(each.operation, Insert) and (sql := _instead_of(each))
        }
        instead[refused] = str(_instead_of(refused))
        further = _attempt(database, statements, schema, reached, instead, keep=False)
    return replace(result, beyond=tuple(loss for loss in further.losses if loss.path)) if instead else result


def _instead_of(statement: Statement) -> str | None:
    """Return what to run so that a copy leaves out the rows that it stumbles over; nothing for a unique index."""
    match statement.operation:
        case Insert():
            return add_or_ignore(statement.sql)
        case Create("index"):
            return ""
        case _:
            return None


def _attempt(
    database: EmbeddedD1,
    statements: Sequence[Statement],
    schema: Schema,
    reached: Collection[str],
    instead: Mapping[Statement, str],
    *,
    keep: bool = True,
) -> OnRows:
    with database.open_unrestricted() as connection:
        tracker = Tracker(schema, connection, reached)
        known = set(_violations(connection))
    quiet = Quiet(schema, statements)
    run = _run(database, statements, tracker, quiet, instead, keep=keep)
    with database.open_unrestricted() as connection:
        violations = tuple(each for each in _violations(connection) if each not in known)
    if run.refusals and not all(refusal.is_transaction for refusal in run.refusals):
        return OnRows(run)
    return OnRows(run, tuple(tracker.losses()), tracker.counts(), violations, before=tracker.before())


class SeededRuns:
    """Runs migrations one after the other on rows; the rows stay from one to the next where they can."""

    def __init__(self, database: EmbeddedD1) -> None:
        self._database = database
        self._at: Schema | None = None
        self._budget: Budget | None = None

    def run(self, replayed: Replayed, reverse: Sequence[Statement] = ()) -> OnRows:
        """Run one replayed migration on the schema that it meets, with rows wherever it or its reverse reaches.

        One that leaves the tables alone that were there can neither lose a row nor fail on one, and one that the
        sandbox stopped would be stopped again: they are not run.
        """
        from pulse_ci.analysis.seed import Budget, read_hints, seed

        if replayed.was_stopped:
            return OnRows(Run((), ()))
        reached = reached_by(replayed) | reached_by_reverse(reverse, replayed.before)
        if not reached:
            if self._at == replayed.before:
                run = run_statements(self._database, replayed.migration.statements)
                self._at = None if run.refusals else replayed.after
            return OnRows(Run((), ()))
        if self._at != replayed.before:
            self._database.restore(replayed.origin)
        hints = read_hints(replayed.migration.statements, replayed.before, reached)
        self._budget = self._budget or Budget()
        seeded = seed(self._database, replayed.before, only=reached, hints=hints, budget=self._budget)
        keys = new_unique_keys(replayed)
        filled = self._database.take_snapshot() if keys else b""
        result = run_on_rows(self._database, replayed.migration.statements, replayed.before, reached)
        clean = not (result.run.refusals or result.losses or result.violations)
        self._at = replayed.after if clean else None
        snapshot = self._database.take_snapshot() if result.before else None
        twins = self._on_twins(replayed, keys, filled, reached) if keys else None
        return replace(result, unseeded=seeded.failures, snapshot=snapshot, twins=twins)

    def _on_twins(
        self, replayed: Replayed, keys: tuple[UniqueKey, ...], filled: bytes, reached: Collection[str]
    ) -> Run | None:
        self._database.restore(filled)
        self._at = None
        if not add_twins(self._database, replayed, keys):
            return None
        return _attempt(self._database, replayed.migration.statements, replayed.before, reached, {}).run


def _violations(connection: apsw.Connection) -> list[Violation]:
    import apsw

    try:
        return list(connection.execute("PRAGMA foreign_key_check"))
    except apsw.SQLError:  # a key whose parent is not unique: SQLite cannot tell
        return []


def _run(
    database: EmbeddedD1,
    statements: Sequence[Statement],
    tracker: Tracker,
    quiet: Quiet,
    instead: Mapping[Statement, str],
    *,
    keep: bool,
) -> Run:
    touched, refusals = list[tuple["Statement", Access]](), list[Refusal]()
    try:
        with database.open_request() as request:
            for statement in statements:
                sql = instead.get(statement, statement.sql)
                _read_again(database, tracker, quiet.disturbed_by(statement))
                try:
                    access = request.execute(sql) if sql else Access()
                except D1Refused as refused:
                    refusals.append(Refusal.of(statement, refused))
                    if refusals[-1].is_transaction:
                        continue
                    request.mark_rollback_only()
                    break
                touched.append((statement, access))
                _read_again(database, tracker, quiet.take(statement, access))
            else:
                _read_again(database, tracker, quiet.left())
            if not keep:
                request.mark_rollback_only()
    except D1Refused as refused:
        refusals.append(Refusal.of(None, refused))
    return Run(tuple(touched), tuple(refusals))


def _read_again(database: EmbeddedD1, tracker: Tracker, done: Collection[tuple[Statement, Access]]) -> None:
    for statement, access in done:
        if access.writes or access.drops or access.alters or access.creates:
            with database.open_unrestricted() as connection:
                tracker.follow(statement, access, connection)
