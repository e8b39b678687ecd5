"""Migrations to what they do: each runs, in order, on the schema that it will meet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from pulse_ci.analysis.dependencies import ObjectOrigins, find_referenced_names
from pulse_ci.analysis.statement_run import Rejection, StatementRun, run_statements, without_consequences, writes_rows
from pulse_ci.errors import D1Refused
from pulse_ci.model import RejectedBy
from pulse_ci.schema.diff import diff

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from pulse_ci.analysis.migration_records import MigrationRecords
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.model import Change
    from pulse_ci.schema.schema import Schema


@dataclass(frozen=True)
class ReplayedMigration:
    """One migration's run on the schema it meets, with that schema before and after it.

    `origin` and `snapshot` are the database before and after. `needs` has the paths of the earlier migrations that
    it refers to, each with the names of the objects.
    """

    migration: Migration
    run: StatementRun
    before: Schema
    after: Schema
    content_before: bytes
    content_after: bytes
    depends_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether D1 would refuse the file."""
        return bool(self.run.rejections)

    @property
    def was_stopped(self) -> bool:
        """Whether the file reached a limit of the engine's own."""
        return any(refusal.rejected_by is RejectedBy.SANDBOX for refusal in self.run.rejections)

    @property
    def fails_on_rows_only(self) -> bool:
        """Whether D1 refuses the file for rows alone, which others in the database may mend."""
        return self.failed and all(refusal.is_constraint_error for refusal in self.run.rejections)

    @property
    def ran_without_transactions(self) -> bool:
        """Whether the file runs once its BEGIN and COMMIT are left out, so that more can be said of it."""
        return all(refusal.is_transaction for refusal in self.run.rejections)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What the migration changes in the schema."""
        return diff(self.before, self.after)


@dataclass(frozen=True, slots=True)
class FailedMigration:
    """A migration that does not run, though it is not under review; `left_schema` tells whether it left its schema."""

    migration: Migration
    rejection: Rejection
    kept_schema: bool = False


@dataclass(frozen=True, slots=True)
class Replay:
    """The runs of the migrations under review, and the schema before the first and after the last of all."""

    reviewed: tuple[ReplayedMigration, ...]
    failed: tuple[FailedMigration, ...]
    before: Schema
    after: Schema


# What was there before made by no file that is replayed.
_NO_FILE = ""


def replay(
    database: EmbeddedD1,
    migrations: Iterable[Migration],
    under_review: Collection[Migration],
    on_migration: Callable[[Migration], None] = lambda _: None,
    records: MigrationRecords | None = None,
) -> Replay:
    """Run `migrations` in order; those under review are watched, the others only carried out.

    `on_migration` is told of each file before it runs; `records` are kept as
    wrangler keeps them. A file that fails leaves no trace, as on D1; where it lacks only
    rows, it leaves its schema to those that follow.
    """
    reviewed_paths = {migration.path for migration in under_review}
    reviewed, broken = list[ReplayedMigration](), list[FailedMigration]()
    makers = ObjectOrigins()
    makers.record(database, _NO_FILE)
    for migration in migrations:
        on_migration(migration)
        if migration.path in reviewed_paths:
            watched = _run_watched(database, migration)
            reviewed.append(
                replace(watched, depends_on=makers.find_migrations(find_referenced_names(database, watched)))
            )
            if watched.fails_on_rows_only:
                # What follows is judged by its schema, as on a database that has the rows.
                _run_without_rows(database, migration)
        elif found := run_migration(database, migration):
            broken.append(found)
        makers.record(database, migration.path, migration.statements)
        if records:
            records.add(database, migration.name)
    after = database.schema()
    return Replay(tuple(reviewed), tuple(broken), reviewed[0].before if reviewed else after, after)


def _run_watched(database: EmbeddedD1, migration: Migration) -> ReplayedMigration:
    before, origin = database.schema(), database.take_snapshot()
    run = run_statements(database, migration.statements)
    if any(each.rejected_by is RejectedBy.D1 and not each.is_transaction for each in run.rejections):
        further = run_statements(database, migration.statements, keep_going=True)
        run = StatementRun(further.executed, without_consequences(further.rejections))
    return ReplayedMigration(migration, run, before, database.schema(), origin, database.take_snapshot())


def run_migration(database: EmbeddedD1, migration: Migration) -> FailedMigration | None:
    """Run a file for the schema that it leaves, and return what stopped it, if anything did.

    One that needs rows that no file brings left its schema where these were: it runs without its statements on rows.
    """
    try:
        database.run(migration.text)
    except D1Refused as refused:
        at = (statement for statement in migration.statements if statement.start == refused.start)
        refusal = Rejection.from_error(next(at, None), refused)
        return FailedMigration(
            migration, refusal, refusal.is_constraint_error and _run_without_rows(database, migration)
        )
    return None


def _run_without_rows(database: EmbeddedD1, migration: Migration) -> bool:
    return not run_statements(database, (each for each in migration.statements if not writes_rows(each))).rejections
