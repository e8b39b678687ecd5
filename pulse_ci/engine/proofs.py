"""A replayed migration to two proofs: it can be run twice, and it can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.engine.diff import diff
from pulse_ci.engine.replay import Run, run_statements
from pulse_ci.engine.rows import fingerprint

if TYPE_CHECKING:
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.engine.replay import Refusal, Replayed
    from pulse_ci.migrations.discover import Reverse
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
class Undone:
    """What the reverse left different from the schema before the migration; `reverse` is None where there is none."""

    reverse: Reverse | None
    run: Run
    changes: tuple[Change, ...]

    @property
    def holds(self) -> bool:
        """Whether the reverse ran and the schema is what it was."""
        return not (self.run.refusals or self.changes)


def repeat(database: EmbeddedD1, replayed: Replayed) -> Repeated:
    """Run the migration again on its own result; `database` is overwritten.

    What D1 refuses has no result: nothing is run then.
    """
    if not replayed.took_effect:
        return Repeated(Run((), ()), (), ())
    database.restore(replayed.snapshot)
    written = sorted({name for _, access in replayed.run.touched for name in access.writes})
    before = fingerprint(database, written)
    run = run_statements(database, replayed.migration.statements, keep_going=True)
    if run.refusals:
        # What was refused has undone the rest: run without it, the rest shows what it changes itself.
        run_statements(database, [statement for statement, _ in run.touched])
    after = fingerprint(database, written)
    changed = tuple(name for name in written if before.get(name) != after.get(name))
    return Repeated(run, diff(replayed.after, database.schema()), changed)


def undo(database: EmbeddedD1, replayed: Replayed, reverse: Reverse | None) -> Undone:
    """Run the reverse on the migration's result, if it has one; `database` is overwritten."""
    if not replayed.took_effect:
        return Undone(reverse, Run((), ()), ())
    if reverse is None:
        return Undone(None, Run((), ()), diff(replayed.before, replayed.after))
    database.restore(replayed.snapshot)
    run = run_statements(database, reverse.statements)
    return Undone(reverse, run, diff(replayed.before, database.schema()))
