"""A migration run on seeded rows: what fails only there, which rows are lost, which are left without a parent."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pulse_ci.analysis.duplicate_rows import (
    find_new_unique_keys,
    find_repeated_tables,
    insert_duplicates,
    new_foreign_keys,
    read_values,
)
from pulse_ci.analysis.row_check_batch import RowCheckBatch
from pulse_ci.analysis.row_losses import Overwritten, RowLoss, RowTracker
from pulse_ci.analysis.statement_run import Rejection, StatementRun, run_statements, without_consequences, writes_rows
from pulse_ci.analysis.statement_sources import find_source_tables
from pulse_ci.analysis.touched_tables import list_tables_touched_by_reverse, list_touched_tables
from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.errors import D1Refused
from pulse_ci.model import RejectedBy
from pulse_ci.sql.clauses import add_or_ignore, find_insert_select
from pulse_ci.sql.names import fold
from pulse_ci.sql.operations import Delete, Insert, Update

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    import apsw

    from pulse_ci.analysis.failing_rows import FailingRows
    from pulse_ci.analysis.replay import ReplayedMigration
    from pulse_ci.analysis.row_losses import TableRows
    from pulse_ci.analysis.seed import Budget, SeedFailure
    from pulse_ci.engine.access import Access
    from pulse_ci.engine.request import Request
    from pulse_ci.schema.schema import Schema
    from pulse_ci.sql.split import Statement

# So many times the rows are looked through for those on which a refused statement passes.
_PASSES = 4
_DELETED_IDS = 1000
Violation = tuple[str, object, str, int]


@dataclass(frozen=True, slots=True)
class SeededRun:
    """What came of running a migration on seeded tables.

    `run` has every statement that was refused on some rows; those in `conditional` pass on others, and have the
    query that lists the rows in a live database. `losses`, `counts` and what follows are of the run on rows that no
    statement refuses. `before` has the rows of the tables that it reaches, `snapshot` the database after it; both
    are missing where it was refused, or not run, since it reaches none. `beyond` is for a file that D1 refuses for
    some of the rows: what foreign keys would take once these are put right. `overwritten` are the columns that
    triggers change on the way, and `counters_reset` the tables whose AUTOINCREMENT starts again below an id that it
    had given. `twins` is the run on rows that repeat others, None where nothing becomes unique, or where no such
    rows can be, and `revealed` what only those rows lose.
    """

    run: StatementRun
    losses: tuple[RowLoss, ...] = ()
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    violations: tuple[Violation, ...] = ()
    unseeded: tuple[SeedFailure, ...] = ()
    losses_behind_rejection: tuple[RowLoss, ...] = ()
    rows_before: Mapping[str, TableRows] = field(default_factory=dict)
    content_after: bytes | None = None
    duplicates_run: StatementRun | None = None
    revealed: tuple[RowLoss, ...] = ()
    conditional: Mapping[Rejection, FailingRows | None] = field(default_factory=dict)
    overwritten: tuple[Overwritten, ...] = ()
    counters_reset: tuple[str, ...] = ()

    @property
    def foreign_key_losses(self) -> tuple[RowLoss, ...]:
        """The losses through foreign keys, those beyond a refusal too."""
        return tuple(loss for loss in (*self.losses, *self.losses_behind_rejection) if loss.path)

    @property
    def all_losses(self) -> tuple[RowLoss, ...]:
        """The losses on any rows, each table's through one statement once."""
        found: dict[tuple[str, Statement | None], RowLoss] = {}
        for loss in (*self.losses, *self.losses_behind_rejection, *self.revealed):
            found.setdefault((loss.table, loss.statement), loss)
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One run on rows; its refusals are those of D1 to the rows, BEGIN and COMMIT left out."""

    run: StatementRun
    refusals: tuple[Rejection, ...]
    losses: tuple[RowLoss, ...]
    counts: Mapping[str, tuple[int, int]]
    violations: tuple[Violation, ...]
    before: Mapping[str, TableRows]
    changes_rows: bool
    overwritten: tuple[Overwritten, ...]
    counters_reset: tuple[str, ...]

    @property
    def certain_losses(self) -> tuple[RowLoss, ...]:
        """The losses that do not come from a refused INSERT or UPDATE that was left out."""
        return tuple(loss for loss in self.losses if loss.path or not self.changes_rows)


def run_on_seeded_rows(
    database: EmbeddedD1, statements: Sequence[Statement], schema: Schema, reached: Collection[str]
) -> SeededRun:
    """Run `statements` as one request on a `database` that has `schema` and rows, and compare those of `reached`.

    Where the file is refused, nothing is lost, as on D1.
    """
    attempt = _attempt(database, statements, schema, reached)
    if attempt.refusals:
        return SeededRun(attempt.run, losses_behind_rejection=tuple(loss for loss in attempt.losses if loss.path))
    return _build_result(attempt)


def _build_result(attempt: _Attempt) -> SeededRun:
    return SeededRun(
        attempt.run,
        attempt.losses,
        attempt.counts,
        attempt.violations,
        rows_before=attempt.before,
        overwritten=attempt.overwritten,
        counters_reset=attempt.counters_reset,
    )


def _attempt(
    database: EmbeddedD1, statements: Sequence[Statement], schema: Schema, reached: Collection[str]
) -> _Attempt:
    with database.open_unrestricted() as connection:
        tracker = RowTracker(schema, connection, reached)
        known = set(_list_violations(connection))
        counters = _read_counters(connection)
    run = _run(database, statements, tracker, RowCheckBatch(schema, statements))
    with database.open_unrestricted() as connection:
        violations = tuple(each for each in _list_violations(connection) if each not in known)
        left = _read_counters(connection)
        reset = tuple(name for name, last in counters.items() if left.get(name, 0) < last)
    refusals = tuple(each for each in run.rejections if not each.is_transaction)
    left_out = (each.statement.operation for each in refusals if each.statement)
    return _Attempt(
        run,
        refusals,
        tuple(tracker.find_losses()),
        tracker.count_rows(),
        violations,
        tracker.before(),
        any(isinstance(each, Insert | Update) for each in left_out),
        tuple(tracker.overwritten),
        reset,
    )


class SeededRunner:
    """Runs migrations one after the other on rows; the rows stay from one to the next where they can."""

    def __init__(self, database: EmbeddedD1) -> None:
        self._database = database
        self._at: Schema | None = None
        self._budget: Budget | None = None

    def run(self, replayed: ReplayedMigration, reverse: Sequence[Statement] = ()) -> SeededRun:
        """Run one replayed migration on the schema that it meets, with rows wherever it or its reverse reaches.

        One that leaves the tables alone that were there can neither lose a row nor fail on one, and one that the
        sandbox stopped would be stopped again: they are not run.
        """
        if replayed.was_stopped:
            return SeededRun(StatementRun((), ()))
        reached = list_touched_tables(replayed) | list_tables_touched_by_reverse(reverse, replayed.before)
        if not reached:
            if self._at == replayed.before:
                run = run_statements(self._database, replayed.migration.statements)
                self._at = None if run.rejections else replayed.after
            return SeededRun(StatementRun((), ()))
        if self._at != replayed.before:
            self._database.restore(replayed.content_before)
        unseeded = self._seed(replayed, reached)
        repeated = find_repeated_tables(replayed, reached)
        filled = self._database.take_snapshot()
        result = self._run_on_passing_rows(replayed, reached, filled)
        clean = not (result.run.rejections or result.losses or result.violations)
        self._at = replayed.after if clean else None
        snapshot = self._database.take_snapshot() if result.rows_before else None
        result = replace(result, unseeded=unseeded, content_after=snapshot)
        return self._run_on_twins(result, replayed, repeated, filled, reached) if repeated else result

    def _seed(self, replayed: ReplayedMigration, reached: Collection[str]) -> tuple[SeedFailure, ...]:
        from pulse_ci.analysis.seed import Budget, WhereHints, read_file_hints, read_hints, seed

        statements = replayed.migration.statements
        compared = read_hints(statements, replayed.before, reached).requested
        written = read_file_hints(statements, replayed.before, replayed.after, reached)
        hints = {name: [*written.get(name, ()), *compared.get(name, ())] for name in {**written, **compared}}
        self._budget = self._budget or Budget()
        seeded = seed(self._database, replayed.before, only=reached, hints=WhereHints(hints), budget=self._budget)
        for table, columns, parent, parent_columns in new_foreign_keys(replayed.before, replayed.after):
            values = read_values(self._database, parent, parent_columns)
            rows = [dict(zip(map(fold, columns), row.values(), strict=False)) for row in values]
            seed(self._database, replayed.before, only=[table.name], hints=WhereHints({fold(table.name): rows}))
        self._give_out_ids(replayed.before)
        return seeded.failures

    def _give_out_ids(self, schema: Schema) -> None:
        """Leave each AUTOINCREMENT behind an id that is no longer there."""
        if any(table.autoincrement for table in schema.tables):
            with self._database.open_unrestricted() as connection:
                connection.execute(f"UPDATE sqlite_sequence SET seq = seq + {_DELETED_IDS}")

    def _run_on_passing_rows(self, replayed: ReplayedMigration, reached: Collection[str], filled: bytes) -> SeededRun:
        """Run the file on all rows; then, where statements are refused, on the rows on which they pass."""
        statements = replayed.migration.statements
        attempt = _attempt(self._database, statements, replayed.before, reached)
        unknown = set["Statement | None"]()
        refused, beyond, seen = [*attempt.run.rejections], [*attempt.certain_losses], set["Statement | None"]()
        for _ in range(_PASSES):
            left = next((each for each in attempt.refusals if each.statement not in seen), None)
            if left is None or left.rejected_by is not RejectedBy.D1:
                break
            seen.add(left.statement)
            tables = find_source_tables(replayed.run, left.statement, replayed.before)
            from pulse_ci.analysis.passing_rows import PassingRows

            search = PassingRows(self._database, replayed.before, statements, filled)
            better = search.find(left, tables)
            unknown |= set() if search.was_tried else {left.statement}
            self._database.restore(better or filled)
            filled = better or filled
            if better:
                attempt = _attempt(self._database, statements, replayed.before, reached)
                refused += (each for each in attempt.refusals if each.statement not in {it.statement for it in refused})
                beyond += attempt.certain_losses
        if not refused:
            return _build_result(attempt)
        always = {each.statement for each in attempt.refusals} - unknown
        conditional = {
            each: self._find_failing_rows(replayed, each)
            for each in refused
            if each.statement not in always and not each.is_transaction
        }
        run = replace(attempt.run, rejections=without_consequences(refused))
        if attempt.refusals:
            return SeededRun(
                run, losses_behind_rejection=tuple(loss for loss in beyond if loss.path), conditional=conditional
            )
        return replace(_build_result(attempt), run=run, losses_behind_rejection=tuple(beyond), conditional=conditional)

    def _find_failing_rows(self, replayed: ReplayedMigration, refusal: Rejection) -> FailingRows | None:
        from pulse_ci.analysis.failing_rows import find_failing_rows

        tables = find_source_tables(replayed.run, refusal.statement, replayed.before)
        with EmbeddedD1() as database:
            database.restore(replayed.content_before)
            return find_failing_rows(database, refusal, tables, replayed.before, replayed.after)

    def _run_on_twins(
        self,
        result: SeededRun,
        replayed: ReplayedMigration,
        repeated: tuple[str, ...],
        filled: bytes,
        reached: Collection[str],
    ) -> SeededRun:
        self._database.restore(filled)
        self._at = None
        if not insert_duplicates(self._database, replayed, repeated):
            return result
        attempt = _attempt(self._database, replayed.migration.statements, replayed.before, reached)
        known = {(loss.table, loss.statement) for loss in (*result.losses, *result.losses_behind_rejection)}
        revealed = (loss for loss in attempt.certain_losses if (loss.table, loss.statement) not in known)
        refused = {each.statement for each in result.run.rejections}
        # What becomes unique by a rebuild has a rule of its own.
        copies_clash = all(key.index for key in find_new_unique_keys(replayed))
        left = (each for each in attempt.refusals if each.statement not in refused)
        clashes = tuple(each for each in left if _brings_rows(each, copies=copies_clash))
        return replace(
            result,
            run=replace(result.run, rejections=(*result.run.rejections, *clashes)),
            conditional={**result.conditional, **{each: self._find_failing_rows(replayed, each) for each in clashes}},
            duplicates_run=replace(attempt.run, rejections=tuple(_until_rows_differ(attempt.refusals))),
            revealed=tuple(revealed),
        )


def _until_rows_differ(refusals: Sequence[Rejection]) -> Iterator[Rejection]:
    """Yield the refusals up to the first that leaves other rows than the file would."""
    for refusal in refusals:
        yield refusal
        if refusal.statement and writes_rows(refusal.statement):
            return


def _brings_rows(refusal: Rejection, *, copies: bool) -> bool:
    """Return whether the statement changes rows itself or brings them, if it `copies` them or not."""
    match refusal.statement.operation if refusal.statement else None:
        case Insert():
            return copies or bool(refusal.statement and find_insert_select(refusal.statement.sql) is None)
        case Update() | Delete():
            return True
        case _:
            return False


def _read_counters(connection: apsw.Connection) -> dict[str, int]:
    """Return the highest id that was given in each table with AUTOINCREMENT."""
    if not connection.table_exists("main", "sqlite_sequence"):
        return {}
    return {str(name): int(last) for name, last in connection.execute("SELECT name, seq FROM sqlite_sequence")}


def _list_violations(connection: apsw.Connection) -> list[Violation]:
    import apsw

    try:
        return list(connection.execute("PRAGMA foreign_key_check"))
    except apsw.SQLError:  # a key whose parent is not unique: SQLite cannot tell
        return []


def _run(
    database: EmbeddedD1, statements: Sequence[Statement], tracker: RowTracker, quiet: RowCheckBatch
) -> StatementRun:
    """Run the statements as one request; a refused one is left out, and the request undone at its end."""
    touched, refusals = list[tuple["Statement", "Access"]](), list[Rejection]()
    try:
        with database.open_request() as request:
            for statement in statements:
                _update_tracker(database, tracker, quiet.flush_before(statement))
                access = _execute(request, statement, refusals)
                if refusals and refusals[-1].rejected_by is RejectedBy.SANDBOX:
                    break
                if access:
                    touched.append((statement, access))
                    _update_tracker(database, tracker, quiet.add(statement, access))
            _update_tracker(database, tracker, quiet.flush())
            if not all(each.is_transaction for each in refusals):
                request.mark_rollback_only()
    except D1Refused as refused:
        refusals.append(Rejection.from_error(None, refused))
    return StatementRun(tuple(touched), tuple(refusals))


def _execute(request: Request, statement: Statement, refusals: list[Rejection]) -> Access | None:
    """Run a statement, or an INSERT without the rows that it fails on; None where nothing was run."""
    try:
        return request.execute(statement.sql)
    except D1Refused as refused:
        refusals.append(Rejection.from_error(statement, refused))
    instead = add_or_ignore(statement.sql) if refusals[-1].rejected_by is RejectedBy.D1 else None
    try:
        return request.execute(instead) if instead else None
    except D1Refused:
        return None


def _update_tracker(database: EmbeddedD1, tracker: RowTracker, done: Collection[tuple[Statement, Access]]) -> None:
    for statement, access in done:
        if access.writes or access.drops or access.alters or access.creates:
            with database.open_unrestricted() as connection:
                tracker.follow(statement, access, connection)
