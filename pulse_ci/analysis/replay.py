"""Migrations to what they do: each runs, in order, on the schema that it will meet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from pulse_ci.analysis.dependencies import Makers, names_used
from pulse_ci.analysis.statement_run import Refusal, Run, is_on_rows, run_statements, without_consequences
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
class Replayed:
    """One migration's run on the schema it meets, with that schema before and after it.

    `origin` and `snapshot` are the database before and after. `needs` has the paths of the earlier migrations that
    it refers to, each with the names of the objects.
    """

    migration: Migration
    run: Run
    before: Schema
    after: Schema
    origin: bytes
    snapshot: bytes
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether D1 would refuse the file."""
        return bool(self.run.refusals)

    @property
    def was_stopped(self) -> bool:
        """Whether the file reached a limit of the engine's own."""
        return any(refusal.by is RejectedBy.SANDBOX for refusal in self.run.refusals)

    @property
    def lacks_rows(self) -> bool:
        """Whether D1 refuses the file for rows alone, which others in the database may mend."""
        return self.failed and all(refusal.is_of_rows for refusal in self.run.refusals)

    @property
    def took_effect(self) -> bool:
        """Whether the file runs once its BEGIN and COMMIT are left out, so that more can be said of it."""
        return all(refusal.is_transaction for refusal in self.run.refusals)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What the migration changes in the schema."""
        return diff(self.before, self.after)


@dataclass(frozen=True, slots=True)
class Broken:
    """A migration that does not run, though it is not under review; `left_schema` tells whether it left its schema."""

    migration: Migration
    refusal: Refusal
    left_schema: bool = False


@dataclass(frozen=True, slots=True)
class Replay:
    """The runs of the migrations under review, and the schema before the first and after the last of all."""

    reviewed: tuple[Replayed, ...]
    broken: tuple[Broken, ...]
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
    reviewed, broken = list[Replayed](), list[Broken]()
    makers = Makers()
    makers.update(database, _NO_FILE)
    for migration in migrations:
        on_migration(migration)
        if migration.path in reviewed_paths:
            watched = _watched(database, migration)
            reviewed.append(replace(watched, needs=makers.of(names_used(database, watched))))
            if watched.lacks_rows:
                # What follows is judged by its schema, as on a database that has the rows.
                _runs_without_rows(database, migration)
        elif found := carry_out(database, migration):
            broken.append(found)
        makers.update(database, migration.path, migration.text)
        if records:
            records.add(database, migration.name)
    after = database.schema()
    return Replay(tuple(reviewed), tuple(broken), reviewed[0].before if reviewed else after, after)


def _watched(database: EmbeddedD1, migration: Migration) -> Replayed:
    before, origin = database.schema(), database.take_snapshot()
    run = run_statements(database, migration.statements)
    if any(each.by is RejectedBy.D1 and not each.is_transaction for each in run.refusals):
        further = run_statements(database, migration.statements, keep_going=True)
        run = Run(further.touched, without_consequences(further.refusals))
    return Replayed(migration, run, before, database.schema(), origin, database.take_snapshot())


def carry_out(database: EmbeddedD1, migration: Migration) -> Broken | None:
    """Run a file for the schema that it leaves, and return what stopped it, if anything did.

    One that needs rows that no file brings left its schema where these were: it runs without its statements on rows.
    """
    try:
        database.run(migration.text)
    except D1Refused as refused:
        at = (statement for statement in migration.statements if statement.start == refused.start)
        refusal = Refusal.of(next(at, None), refused)
        return Broken(migration, refusal, refusal.is_of_rows and _runs_without_rows(database, migration))
    return None


def _runs_without_rows(database: EmbeddedD1, migration: Migration) -> bool:
    return not run_statements(database, (each for each in migration.statements if not is_on_rows(each))).refusals
