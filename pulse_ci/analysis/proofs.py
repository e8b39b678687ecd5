"""A replayed migration to two proofs: it can be run twice, and it can be undone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulse_ci.analysis.nondeterministic import is_nondeterministic
from pulse_ci.analysis.row_losses import list_changed_columns, read_rows
from pulse_ci.analysis.statement_run import StatementRun, run_statements
from pulse_ci.analysis.table_rows import fingerprint_tables
from pulse_ci.schema.diff import diff
from pulse_ci.sql.clauses import find_insert_select
from pulse_ci.sql.operations import Insert

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.replay import ReplayedMigration
    from pulse_ci.analysis.seeded_run import SeededRun
    from pulse_ci.analysis.statement_run import Rejection
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.migrations.discover import ReverseMigration
    from pulse_ci.model import Change


@dataclass(frozen=True, slots=True)
class IdempotencyResult:
    """What a second run of the same file on its own result did."""

    run: StatementRun
    changes: tuple[Change, ...]
    changed_tables: tuple[str, ...]

    @property
    def rejections(self) -> tuple[Rejection, ...]:
        """What the second run was refused; a BEGIN or COMMIT was refused in the first one already."""
        return tuple(refusal for refusal in self.run.rejections if not refusal.is_transaction)

    @property
    def holds(self) -> bool:
        """Whether nothing failed and nothing changed."""
        return not (self.rejections or self.changes or self.changed_tables)


@dataclass(frozen=True, slots=True)
class UnrestoredRows:
    """A table whose rows a migration and its reverse leave otherwise: how many of them, and in which columns.

    `columns` is empty where whole rows are gone.
    """

    table: str
    rows: int
    of: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReversibilityResult:
    """What the reverse left different from the schema before the migration; `reverse` is None where there is none."""

    reverse: ReverseMigration | None
    run: StatementRun
    changes: tuple[Change, ...]
    unrestored: tuple[UnrestoredRows, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the reverse ran and the schema is what it was."""
        return not (self.run.rejections or self.changes)


def check_idempotent(database: EmbeddedD1, replayed: ReplayedMigration, on_rows: SeededRun) -> IdempotencyResult:
    """Run the migration again on its own result, with rows where it reaches any; `database` is overwritten."""
    if replayed.was_stopped:
        return IdempotencyResult(replayed.run, (), ())  # it would be stopped again, after as long a time
    database.restore(on_rows.content_after or replayed.content_after)
    written = sorted({name for _, access in replayed.run.executed for name in access.writes})
    before = fingerprint_tables(database, written)
    run = run_statements(database, replayed.migration.statements, keep_going=True)
    if run.rejections:
        # What was refused has undone the rest: run without it, the rest shows what it changes itself.
        run_statements(database, [statement for statement, _ in run.executed])
    after = fingerprint_tables(database, written)
    if is_nondeterministic(replayed):
        before, after = _without_hashes(before), _without_hashes(after)
    changed = tuple(name for name in written if before.get(name) != after.get(name))
    return IdempotencyResult(run, diff(replayed.after, database.schema()), changed)


def _without_hashes(prints: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    return {name: (count, 0) for name, (count, _) in prints.items()}


def check_reversible(
    database: EmbeddedD1, replayed: ReplayedMigration, reverse: ReverseMigration | None, on_rows: SeededRun
) -> ReversibilityResult:
    """Run the reverse on the migration's result, with rows where it reaches any; `database` is overwritten."""
    if reverse is None:
        return ReversibilityResult(None, StatementRun((), ()), diff(replayed.before, replayed.after))
    database.restore(on_rows.content_after or replayed.content_after)
    run = run_statements(database, reverse.statements)
    if on_rows.content_after and any(map(_is_seed_conflict, run.rejections)):
        database.restore(replayed.content_after)
        return _build_result(database, replayed, reverse, run_statements(database, reverse.statements))
    undone = _build_result(database, replayed, reverse, run)
    return replace(undone, unrestored=tuple(_find_unrestored_rows(database, on_rows))) if undone.holds else undone


def _build_result(
    database: EmbeddedD1, replayed: ReplayedMigration, reverse: ReverseMigration, run: StatementRun
) -> ReversibilityResult:
    return ReversibilityResult(reverse, run, diff(replayed.before, database.schema()))


def _is_seed_conflict(refusal: Rejection) -> bool:
    """Return whether values that a statement brings itself met synthetic ones, which says nothing of real rows."""
    statement = refusal.statement
    if statement is None or not isinstance(statement.operation, Insert):
        return False
    return find_insert_select(statement.sql) is None


def _find_unrestored_rows(database: EmbeddedD1, on_rows: SeededRun) -> Iterator[UnrestoredRows]:
    """Yield the tables whose rows are not what they were, in a schema that is."""
    with database.open_unrestricted() as connection:
        for table, before in on_rows.rows_before.items():
            after = read_rows(connection, table, {})
            if after != before:
                columns = () if after.count < before.count else list_changed_columns(before, after)
                yield UnrestoredRows(table, (before.rows - after.rows).total(), before.count, columns)
