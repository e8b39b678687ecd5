"""Migrations to the Review that rules look at: everything is run here, nothing is judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulse_ci.analysis.broken_on_use import find_broken_on_use
from pulse_ci.analysis.copied_values import find_copied_columns
from pulse_ci.analysis.migration_records import DEFAULT_MIGRATIONS_TABLE, MigrationRecords
from pulse_ci.analysis.passed_over import find_passed_over
from pulse_ci.analysis.proofs import check_idempotent, check_reversible
from pulse_ci.analysis.quoted_texts import find_quoted_texts
from pulse_ci.analysis.renames import find_renames
from pulse_ci.analysis.replay import Replay, replay
from pulse_ci.analysis.row_effects import observe_migration_effects
from pulse_ci.analysis.rule import Dependency, MigrationAnalysis, Review
from pulse_ci.analysis.seeded_run import SeededRunner
from pulse_ci.analysis.table_rebuilds import find_rebuilds
from pulse_ci.engine.connection import EmbeddedD1

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from pulse_ci.analysis.replay import ReplayedMigration
    from pulse_ci.migrations.base_diff import BaseDiff
    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.schema.schema import Schema


@dataclass(frozen=True, slots=True)
class StartingDatabase:
    """A live database from which the replay goes on: its content without rows, and the files that have not run there.

    `rows` has how many rows its tables have, by folded name, where a file reaches them.
    """

    content: bytes
    pending: tuple[Migration, ...]
    rows: Mapping[str, int]


def analyze(
    migrations: MigrationSet,
    *,
    start: StartingDatabase | None = None,
    today: date,
    base: BaseDiff | None = None,
    baseline: int = 0,
    migrations_table: str = DEFAULT_MIGRATIONS_TABLE,
    base_schema: bytes | None = None,
    on_step: Callable[[str], None] = lambda _: None,
) -> tuple[Review, Schema]:
    """Replay all files, then prove of each one under review that it can be run twice and undone.

    With a `start`, only what has not run there is replayed; without one, the files run on `base_schema`.
    Returns the review, and the schema after all files.
    """
    replaying = start.pending if start else migrations.migrations
    new = tuple(each for each in migrations.select_under_review(base, baseline) if each in replaying)
    records = MigrationRecords(migrations_table)
    origin = start.content if start else base_schema
    with _open_database(origin) as database:
        records.create(database, (each.name for each in migrations.migrations if each not in replaying))
        replayed = replay(
            database, replaying, new, on_migration=lambda each: on_step(f"replaying {each.name}"), records=records
        )
        after = database.take_snapshot()
    before, without = _replay_without(replaying, new, replayed, origin, records)
    with EmbeddedD1() as scratch, EmbeddedD1() as with_rows:
        evidence, runs = [], SeededRunner(with_rows)
        for one in replayed.reviewed:
            on_step(f"proving {one.migration.name}")
            proven = _analyze_migration(scratch, runs, migrations, one)
            evidence.append(replace(proven, effects=observe_migration_effects(one)) if start else proven)
    review = Review(
        migrations=migrations,
        before=before,
        analyses=tuple(evidence),
        failed=replayed.failed,
        today=today,
        base=base,
        baseline=baseline,
        rows=start.rows if start else None,
        contents=(after if without is None else without, after),
    )
    return review, replayed.after


def reanalyze(old: MigrationAnalysis, migrations: MigrationSet) -> MigrationAnalysis:
    """Prove a migration once more, on the schema that it met, as it and its reverse stand in `migrations`."""
    (migration,) = (each for each in migrations.migrations if each.path == old.migration.path)
    with EmbeddedD1() as database:
        database.restore(old.replayed.content_before)
        (replayed,) = replay(database, [migration], [migration]).reviewed
    with EmbeddedD1() as scratch, EmbeddedD1() as with_rows:
        evidence = _analyze_migration(scratch, SeededRunner(with_rows), migrations, replace(replayed, depends_on={}))
    return replace(evidence, depends_on=old.depends_on)


def _open_database(origin: bytes | None) -> EmbeddedD1:
    database = EmbeddedD1()
    if origin:
        database.restore(origin)
    return database


def _replay_without(
    migrations: tuple[Migration, ...],
    new: tuple[Migration, ...],
    replayed: Replay,
    origin: bytes | None,
    records: MigrationRecords,
) -> tuple[Schema, bytes | None]:
    """Return the schema, and the content, without the `new` files; None where there are none such."""
    if not new:
        return replayed.before, None
    if migrations[-len(new) :] == new and replayed.reviewed:
        return replayed.before, replayed.reviewed[0].content_before
    with _open_database(origin) as database:
        records.create(database)
        without = replay(database, (each for each in migrations if each not in new), ()).after
        return without, database.take_snapshot()


def _analyze_migration(
    scratch: EmbeddedD1, runs: SeededRunner, migrations: MigrationSet, replayed: ReplayedMigration
) -> MigrationAnalysis:
    by_path = {migration.path: migration for migration in migrations.migrations}
    needs = tuple(Dependency(by_path[path], names) for path, names in replayed.depends_on.items())
    reverse = migrations.find_reverse(replayed.migration)
    on_rows = runs.run(replayed, reverse.statements if reverse else ())
    rebuilds = find_rebuilds(replayed.run, replayed.before, replayed.after)
    return MigrationAnalysis(
        migration=replayed.migration,
        replayed=replayed,
        idempotency=check_idempotent(scratch, replayed, on_rows),
        reversibility=check_reversible(scratch, replayed, reverse, on_rows),
        depends_on=needs,
        seeded_run=on_rows,
        rebuilds=rebuilds,
        broken_on_use=find_broken_on_use(scratch, replayed, on_rows.content_after),
        copied=find_copied_columns(
            scratch, rebuilds, on_rows.rows_before, on_rows.content_after, replayed.migration.statements
        ),
        quoted=find_quoted_texts(scratch, replayed),
        passed_over=find_passed_over(scratch, replayed),
        renames=find_renames(replayed.run, replayed.before, replayed.after, rebuilds),
    )
