"""The reverse of a migration, verified on rows, and the file that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.analysis.seed import seed
from pulse_ci.analysis.statement_run import run_statements
from pulse_ci.analysis.table_rebuilds import find_rebuilds
from pulse_ci.errors import MigrationError
from pulse_ci.rewrite.ddl_statements import escape_unprintable, quote_for_comment
from pulse_ci.rewrite.reverse import ReversePlan, plan_reverse
from pulse_ci.rewrite.undo_renames import find_explicit_renames
from pulse_ci.rewrite.verify_script import compare_rows, verify_script
from pulse_ci.sql.clauses import find_set_columns
from pulse_ci.sql.names import fold
from pulse_ci.sql.operations import Delete, Insert, TransactionControl, Update

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Set
    from datetime import date

    from pulse_ci.analysis.statement_run import Rejection, StatementRun
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.rewrite.restore_plan import ReverseLoss
    from pulse_ci.rewrite.verify_script import ChangedRows, ScriptCheck
    from pulse_ci.schema.schema import Schema, Table
    from pulse_ci.sql.split import Statement


@dataclass(frozen=True, slots=True)
class VerifiedReverse:
    """Statements that undid a migration when they ran.

    `unrestored` has a sentence for each table with rows that the migration wrote and the statements leave.
    """

    plan: ReversePlan
    unrestored: tuple[str, ...]

    @property
    def statements(self) -> tuple[str, ...]:
        """The statements, each with its `;`."""
        return self.plan.statements

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence for each thing that they cannot do."""
        return (*self.plan.loss_sentences, *self.unrestored, *self.plan.conditions)

    def render_file(self, header: str) -> str:
        """Return the text of the file: the header, the notes as comments, the statements."""
        notes, statements = (f"-- {note}\n" for note in self.notes), (f"\n{each}\n" for each in self.statements)
        return "".join((header, *notes, *statements))


def build_reverse_header(migration: Migration, today: date) -> str:
    """Return the header of a migration's reverse."""
    title = migration.header.title.value if migration.header.title else migration.name
    return f"-- Reverse migration {migration.digits}\n-- Created: {today}\n-- Undoes: {escape_unprintable(title)}\n"


def build_verified_reverse(database: EmbeddedD1, migration: Migration) -> VerifiedReverse:
    """Return what undoes a migration, given a database that is ready for it and is overwritten.

    Raises:
        MigrationError: it does not run, changes nothing, or no statements were found that undo it.

    """
    before = database.schema()
    run, rows = _run_on_rows(database, migration)
    renames = find_explicit_renames((statement for statement, _ in run.executed), before)
    after = database.schema()
    plan = plan_reverse(before, after, renames)
    if not plan.statements and not plan.problem:
        raise MigrationError(f"{migration.path} does not change the schema, so there is nothing to reverse.")
    _require_valid_reverse(migration, plan, verify_script(database.take_snapshot(), plan.statements, before))
    database.run("\n".join(plan.statements))
    changed = find_unexplained(compare_rows(rows, database.take_snapshot()), plan.losses)
    return VerifiedReverse(plan, tuple(describe_unrestored_rows(run, before, after, changed)))


def make_run_error(migration: Migration, refusal: Rejection) -> MigrationError:
    """Return the error that says which statement of a migration fails."""
    place = migration.locate(refusal.statement)
    return MigrationError(f"{place.path}:{place.line} fails, so there is nothing to undo: {refusal.description}.")


def _run_on_rows(database: EmbeddedD1, migration: Migration) -> tuple[StatementRun, bytes]:
    """Run the migration on tables with rows, or on empty ones where that fails; return a snapshot from before, too."""
    empty = database.take_snapshot()
    seed(database)
    start = database.take_snapshot()
    # A rule reports a BEGIN; without it the file does what its author meant.
    statements = [each for each in migration.statements if not isinstance(each.operation, TransactionControl)]
    run = run_statements(database, statements)
    if run.rejections:
        database.restore(empty)
        start, run = empty, run_statements(database, statements)
    if run.rejections:
        raise make_run_error(migration, run.rejections[0])
    return run, start


def _require_valid_reverse(migration: Migration, plan: ReversePlan, check: ScriptCheck) -> None:
    lost = [each for each in find_unexplained(check.changed_tables, plan.losses) if each.after < each.before]
    if plan.problem:
        reason = plan.problem
    elif check.rejection:
        reason = f"D1 answers `{check.rejection}`"
    elif not check.succeeded:
        changes = (f"{each.kind} {quote_for_comment(each.name)}" for each in check.changes)
        reason = f"these differ: {', '.join((*changes, *map(str, check.violations)))}"
    elif lost:
        counts = (f"{quote_for_comment(each.table)} has {each.after} rows instead of {each.before}" for each in lost)
        reason = "; ".join(counts)
    else:
        return
    raise MigrationError(
        f"No working reverse of {migration.name} was found: {escape_unprintable(reason)}. Write it by hand."
    )


def describe_unrestored_rows(
    run: StatementRun, before: Schema, after: Schema, changed: Iterable[ChangedRows]
) -> Iterator[str]:
    """Yield a sentence for each table with rows that the migration wrote and its reverse leaves.

    Rows that a rebuild copies are not new. `changed` are the tables whose rows differ between a database before the
    migration and the same after migration and reverse.
    """
    seen = {fold(each.table) for each in changed}
    copies = {copy for rebuild in find_rebuilds(run, before, after) for copy in rebuild.copies}
    written = [statement for statement, _ in run.executed if statement not in copies]
    for table in before.tables:
        if fold(table.name) in seen or any(_writes(statement, table) for statement in written):
            yield f"What the migration did to rows of {quote_for_comment(table.name)} is not undone."


def find_unexplained(changed: Iterable[ChangedRows], lost: Iterable[ReverseLoss]) -> list[ChangedRows]:
    """Return the tables whose changed rows do not follow from losses that are already reported."""
    explained = {(loss.table, loss.column) for loss in lost}
    return [each for each in changed if not _is_explained(each, explained)]


def _is_explained(changed: ChangedRows, explained: Set[tuple[str, str | None]]) -> bool:
    table = fold(changed.table)
    if (table, None) in explained:
        return True
    has_all_rows = changed.before == changed.after and bool(changed.columns)
    return has_all_rows and all((table, fold(name)) in explained for name in changed.columns)


def _writes(statement: Statement, table: Table) -> bool:
    match statement.operation:
        case Insert(name) | Delete(name):
            return fold(name) == fold(table.name)
        case Update(name) if fold(name) == fold(table.name):
            return any(map(table.find_column, find_set_columns(statement.sql)))
        case _:
            return False
