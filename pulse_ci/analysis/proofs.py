"""A replayed migration to two proofs: it can be run twice, and it can be undone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulse_ci.analysis.nondeterministic import is_volatile
from pulse_ci.analysis.row_losses import changed_columns, read_rows
from pulse_ci.analysis.statement_run import Run, run_statements
from pulse_ci.analysis.table_rows import fingerprint
from pulse_ci.schema.diff import diff
from pulse_ci.sql.clauses import find_insert_select
from pulse_ci.sql.operations import Insert

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.replay import Replayed
    from pulse_ci.analysis.seeded_run import OnRows
    from pulse_ci.analysis.statement_run import Refusal
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.migrations.discover import ReverseMigration
    from pulse_ci.model import Change


@dataclass(frozen=True, slots=True)
class Repeated:
    """What a second run of the same file on its own result did."""

    run: Run
    changes: tuple[Change, ...]
    changed_tables: tuple[str, ...]

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """What the second run was refused; a BEGIN or COMMIT was refused in the first one already."""
        return tuple(refusal for refusal in self.run.refusals if not refusal.is_transaction)

    @property
    def holds(self) -> bool:
        """Whether nothing failed and nothing changed."""
        return not (self.refusals or self.changes or self.changed_tables)


@dataclass(frozen=True, slots=True)
class Unrestored:
    """A table whose rows a migration and its reverse leave otherwise: how many of them, and in which columns.

    `columns` is empty where whole rows are gone.
    """

    table: str
    rows: int
    of: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Undone:
    """What the reverse left different from the schema before the migration; `reverse` is None where there is none."""

    reverse: ReverseMigration | None
    run: Run
    changes: tuple[Change, ...]
    unrestored: tuple[Unrestored, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the reverse ran and the schema is what it was."""
        return not (self.run.refusals or self.changes)


def repeat(database: EmbeddedD1, replayed: Replayed, on_rows: OnRows) -> Repeated:
    """Run the migration again on its own result, with rows where it reaches any; `database` is overwritten."""
    if replayed.was_stopped:
        return Repeated(replayed.run, (), ())  # it would be stopped again, after as long a time
    database.restore(on_rows.snapshot or replayed.snapshot)
    written = sorted({name for _, access in replayed.run.touched for name in access.writes})
    before = fingerprint(database, written)
    run = run_statements(database, replayed.migration.statements, keep_going=True)
    if run.refusals:
        # What was refused has undone the rest: run without it, the rest shows what it changes itself.
        run_statements(database, [statement for statement, _ in run.touched])
    after = fingerprint(database, written)
    if is_volatile(replayed):
        before, after = _counts(before), _counts(after)
    changed = tuple(name for name in written if before.get(name) != after.get(name))
    return Repeated(run, diff(replayed.after, database.schema()), changed)


def _counts(prints: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    return {name: (count, 0) for name, (count, _) in prints.items()}


def undo(database: EmbeddedD1, replayed: Replayed, reverse: ReverseMigration | None, on_rows: OnRows) -> Undone:
    """Run the reverse on the migration's result, with rows where it reaches any; `database` is overwritten."""
    if reverse is None:
        return Undone(None, Run((), ()), diff(replayed.before, replayed.after))
    database.restore(on_rows.snapshot or replayed.snapshot)
    run = run_statements(database, reverse.statements)
    if on_rows.snapshot and any(map(_clashes, run.refusals)):
        database.restore(replayed.snapshot)
        return _undone(database, replayed, reverse, run_statements(database, reverse.statements))
    undone = _undone(database, replayed, reverse, run)
    return replace(undone, unrestored=tuple(_unrestored(database, on_rows))) if undone.holds else undone


def _undone(database: EmbeddedD1, replayed: Replayed, reverse: ReverseMigration, run: Run) -> Undone:
    return Undone(reverse, run, diff(replayed.before, database.schema()))


def _clashes(refusal: Refusal) -> bool:
    """Return whether values that a statement brings itself met synthetic ones, which says nothing of real rows."""
    statement = refusal.statement
    if statement is None or not isinstance(statement.operation, Insert):
        return False
    return find_insert_select(statement.sql) is None


def _unrestored(database: EmbeddedD1, on_rows: OnRows) -> Iterator[Unrestored]:
    """Yield the tables whose rows are not what they were, in a schema that is."""
    with database.open_unrestricted() as connection:
        for table, before in on_rows.before.items():
            after = read_rows(connection, table, {})
            if after != before:
                columns = () if after.count < before.count else changed_columns(before, after)
                yield Unrestored(table, (before.rows - after.rows).total(), before.count, columns)
