"""Migrations to the Review that rules look at: everything is run here, nothing is judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulse_ci.analysis.broken_on_use import find_unusable
from pulse_ci.analysis.copied_values import find_copied_columns
from pulse_ci.analysis.migration_records import DEFAULT_MIGRATIONS_TABLE, MigrationRecords
from pulse_ci.analysis.passed_over import find_passed_over
from pulse_ci.analysis.proofs import repeat, undo
from pulse_ci.analysis.quoted_texts import find_quoted_texts
from pulse_ci.analysis.renames import find_renames
from pulse_ci.analysis.replay import Replay, replay
from pulse_ci.analysis.row_effects import effects_of
from pulse_ci.analysis.rule import Dependency, Evidence, Review
from pulse_ci.analysis.seeded_run import SeededRuns
from pulse_ci.analysis.table_rebuilds import find_rebuilds
from pulse_ci.engine.connection import EmbeddedD1

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from pulse_ci.analysis.replay import Replayed
    from pulse_ci.migrations.base_diff import BaseDiff
    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.schema.schema import Schema


@dataclass(frozen=True, slots=True)
class Start:
    """A live database from which the replay goes on: its content without rows, and the files that have not run there.

    `rows` has how many rows its tables have, by folded name, where a file reaches them.
    """

    content: bytes
    pending: tuple[Migration, ...]
    rows: Mapping[str, int]


def gather(
    migrations: MigrationSet,
    *,
    start: Start | None = None,
    today: date,
    base: BaseDiff | None = None,
    baseline: int = 0,
    migrations_table: str = DEFAULT_MIGRATIONS_TABLE,
    on_step: Callable[[str], None] = lambda _: None,
) -> tuple[Review, Schema]:
    """Replay all files, then prove of each one under review that it can be run twice and undone.

    With a `start`, only what has not run there is replayed. Returns the review, and the schema after all files.
    """
    replaying = start.pending if start else migrations.migrations
    new = tuple(each for each in migrations.select_under_review(base, baseline) if each in replaying)
    records = MigrationRecords(migrations_table)
    with _database(start) as database:
        records.create(database, (each.name for each in migrations.migrations if each not in replaying))
        replayed = replay(
            database, replaying, new, on_migration=lambda each: on_step(f"replaying {each.name}"), records=records
        )
        after = database.take_snapshot()
    before, without = _replay_without(replaying, new, replayed, start, records)
    with EmbeddedD1() as scratch, EmbeddedD1() as with_rows:
        evidence, runs = [], SeededRuns(with_rows)
        for one in replayed.reviewed:
            on_step(f"proving {one.migration.name}")
            proven = _prove(scratch, runs, migrations, one)
            evidence.append(replace(proven, effects=effects_of(one)) if start else proven)
    review = Review(
        migrations=migrations,
        before=before,
        evidence=tuple(evidence),
        broken=replayed.broken,
        today=today,
        base=base,
        baseline=baseline,
        rows=start.rows if start else None,
        contents=(after if without is None else without, after),
    )
    return review, replayed.after


def gather_again(old: Evidence, migrations: MigrationSet) -> Evidence:
    """Prove a migration once more, on the schema that it met, as it and its reverse stand in `migrations`."""
    (migration,) = (each for each in migrations.migrations if each.path == old.migration.path)
    with EmbeddedD1() as database:
        database.restore(old.replayed.origin)
        (replayed,) = replay(database, [migration], [migration]).reviewed
    with EmbeddedD1() as scratch, EmbeddedD1() as with_rows:
        evidence = _prove(scratch, SeededRuns(with_rows), migrations, replace(replayed, needs={}))
    return replace(evidence, depends_on=old.depends_on)


def _database(start: Start | None) -> EmbeddedD1:
    database = EmbeddedD1()
    if start:
        database.restore(start.content)
    return database


def _replay_without(
    migrations: tuple[Migration, ...],
    new: tuple[Migration, ...],
    replayed: Replay,
    start: Start | None,
    records: MigrationRecords,
) -> tuple[Schema, bytes | None]:
    """Return the schema, and the content, without the `new` files; None where there are none such."""
    if not new:
        return replayed.before, None
    if migrations[-len(new) :] == new and replayed.reviewed:
        return replayed.before, replayed.reviewed[0].origin
    with _database(start) as database:
        records.create(database)
        without = replay(database, (each for each in migrations if each not in new), ()).after
        return without, database.take_snapshot()


def _prove(scratch: EmbeddedD1, runs: SeededRuns, migrations: MigrationSet, replayed: Replayed) -> Evidence:
    by_path = {migration.path: migration for migration in migrations.migrations}
    needs = tuple(Dependency(by_path[path], names) for path, names in replayed.needs.items())
    reverse = migrations.find_reverse(replayed.migration)
    on_rows = runs.run(replayed, reverse.statements if reverse else ())
    rebuilds = find_rebuilds(replayed.run, replayed.before, replayed.after)
    return Evidence(
        migration=replayed.migration,
        replayed=replayed,
        repeated=repeat(scratch, replayed, on_rows),
        undone=undo(scratch, replayed, reverse, on_rows),
        depends_on=needs,
        on_rows=on_rows,
        rebuilds=rebuilds,
        unusable=find_unusable(scratch, replayed, on_rows.snapshot),
        copied=find_copied_columns(scratch, rebuilds, on_rows.before, on_rows.snapshot),
        quoted=find_quoted_texts(scratch, replayed),
        passed_over=find_passed_over(scratch, replayed),
        renames=find_renames(replayed.run, replayed.before, replayed.after, rebuilds),
    )
