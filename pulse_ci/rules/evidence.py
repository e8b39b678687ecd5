"""Migrations to the Review that rules look at: everything is run here, nothing is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.engine.on_rows import SeededRuns
from pulse_ci.engine.proofs import repeat, undo
from pulse_ci.engine.rebuilds import find_rebuilds
from pulse_ci.engine.replay import Replay, replay
from pulse_ci.rules.rule import Dependency, Evidence, Review

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from pulse_ci.engine.replay import Replayed
    from pulse_ci.engine.schema import Schema
    from pulse_ci.migrations.base import Base
    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.migrations.parse import Migration


def gather(
    migrations: MigrationSet,
    *,
    today: date,
    base: Base | None = None,
    baseline: int = 0,
    run_by_wrangler: Callable[[str], bool] | None = None,
    on_step: Callable[[str], None] = lambda _: None,
) -> tuple[Review, Schema]:
    """Replay all files, then prove of each one under review that it can be run twice and undone.

    Returns the review, and the schema after all files.
    """
    new = migrations.under_review(base, baseline)
    with EmbeddedD1() as database:
        replayed = replay(
            database, migrations.migrations, new, on_migration=lambda each: on_step(f"replaying {each.name}")
        )
    before = _schema_without(migrations.migrations, new, replayed)
    with EmbeddedD1() as scratch, EmbeddedD1() as with_rows:
        evidence, runs = [], SeededRuns(with_rows)
        for one in replayed.reviewed:
            on_step(f"proving {one.migration.name}")
            evidence.append(_prove(scratch, runs, migrations, one))
    review = Review(migrations, before, tuple(evidence), replayed.broken, today, base, baseline, run_by_wrangler)
    return review, replayed.after


def _schema_without(migrations: tuple[Migration, ...], new: tuple[Migration, ...], replayed: Replay) -> Schema:
    if not new or migrations[-len(new) :] == new:
        return replayed.before
    with EmbeddedD1() as database:
        return replay(database, (each for each in migrations if each not in new), ()).after


def _prove(scratch: EmbeddedD1, runs: SeededRuns, migrations: MigrationSet, replayed: Replayed) -> Evidence:
    by_path = {migration.path: migration for migration in migrations.migrations}
    needs = tuple(Dependency(by_path[path], names) for path, names in replayed.needs.items())
    return Evidence(
        migration=replayed.migration,
        replayed=replayed,
        repeated=repeat(scratch, replayed),
        undone=undo(scratch, replayed, migrations.reverse_of(replayed.migration)),
        depends_on=needs,
        on_rows=runs.run(replayed),
        rebuilds=find_rebuilds(replayed.run, replayed.before, replayed.after),
    )
