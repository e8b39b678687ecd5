"""A migration to the reverse that undoes it, proven on rows, and to the file that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.analysis.seed import seed
from pulse_ci.analysis.statement_run import run_statements
from pulse_ci.errors import MigrationError
from pulse_ci.rewrite.ddl_statements import on_one_line, shown
from pulse_ci.rewrite.reverse import ReversePlan, write_reverse
from pulse_ci.rewrite.undo_renames import spelled_renames
from pulse_ci.rewrite.unrestored_rows import leftovers, unexplained
from pulse_ci.rewrite.verify_script import compare_rows, prove
from pulse_ci.sql.operations import is_transaction

if TYPE_CHECKING:
    from datetime import date

    from pulse_ci.analysis.statement_run import Refusal, Run
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.rewrite.verify_script import Proof


@dataclass(frozen=True, slots=True)
class ProvenReverse:
    """Statements that were seen to undo a migration.

    left   a sentence for each table to which the migration wrote what the statements leave there
    """

    plan: ReversePlan
    left: tuple[str, ...]

    @property
    def statements(self) -> tuple[str, ...]:
        """The statements, each with its `;`."""
        return self.plan.statements

    @property
    def notes(self) -> tuple[str, ...]:
        """What they cannot do, a sentence each."""
        return (*self.plan.losses, *self.left, *self.plan.conditions)

    def as_file(self, header: str) -> str:
        """Return the text of the file: the header, the notes as comments, the statements."""
        notes, statements = (f"-- {note}\n" for note in self.notes), (f"\n{each}\n" for each in self.statements)
        return "".join((header, *notes, *statements))


def reverse_header(migration: Migration, today: date) -> str:
    """Return the header of a migration's reverse."""
    title = migration.header.title.value if migration.header.title else migration.name
    return f"-- Reverse migration {migration.digits}\n-- Created: {today}\n-- Undoes: {on_one_line(title)}\n"


def prove_reverse(database: EmbeddedD1, migration: Migration) -> ProvenReverse:
    """Return what undoes a migration, given a database that is ready for it and is overwritten.

    Raises:
        MigrationError: it does not run, changes nothing, or no statements were found that undo it.

    """
    before = database.schema()
    run, rows = _run_on_rows(database, migration)
    renames = spelled_renames((statement.sql for statement, _ in run.touched), before)
    after = database.schema()
    plan = write_reverse(before, after, renames)
    if not plan.statements and not plan.problem:
        raise MigrationError(
            f"{migration.path} leaves the schema as it was: there is nothing that a reverse could be written from."
        )
    _refuse_what_does_not_hold(migration, plan, prove(database.snapshot(), plan.statements, before))
    database.run("\n".join(plan.statements))
    changed = unexplained(compare_rows(rows, database.snapshot()), plan.lost)
    return ProvenReverse(plan, tuple(leftovers(run, before, after, changed)))


def does_not_run(migration: Migration, refusal: Refusal) -> MigrationError:
    """Return the error that says where a migration is refused."""
    place = migration.place(refusal.statement)
    return MigrationError(f"{place.path}:{place.line} does not run, so that nothing can be undone: {refusal.answer}.")


def _run_on_rows(database: EmbeddedD1, migration: Migration) -> tuple[Run, bytes]:
    """Run the migration on tables with rows; where that fails, on empty ones. Return a snapshot from before it, too."""
    empty = database.snapshot()
    seed(database)
    start = database.snapshot()
    # Whether D1 takes a BEGIN is another question: without it the file does what its author meant.
    statements = [each for each in migration.statements if not is_transaction(each.sql)]
    run = run_statements(database, statements)
    if run.refusals:
        database.restore(empty)
        start, run = empty, run_statements(database, statements)
    if run.refusals:
        raise does_not_run(migration, run.refusals[0])
    return run, start


def _refuse_what_does_not_hold(migration: Migration, plan: ReversePlan, proof: Proof) -> None:
    lost = [each for each in unexplained(proof.rows, plan.lost) if each.after < each.before]
    if plan.problem:
        why = plan.problem
    elif proof.refusal:
        why = f"D1 answers `{proof.refusal}`"
    elif not proof.holds:
        differ = [*(f"{each.kind} {shown(each.name)}" for each in proof.changes), *map(str, proof.violations)]
        why = f"these differ: {', '.join(differ)}"
    elif lost:
        why = "; ".join(f"{shown(each.table)} has {each.after} rows instead of {each.before}" for each in lost)
    else:
        return
    raise MigrationError(f"No reverse of {migration.name} was found that holds: {on_one_line(why)}. Write it by hand.")
