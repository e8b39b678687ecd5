"""reverse: the statements that undo one migration, written from the schemas around it and proven on rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.commands.request import request_for
from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.engine.replay import replay, run_statements
from pulse_ci.engine.seed import seed
from pulse_ci.errors import ConfigError, MigrationError
from pulse_ci.migrations.discover import discover
from pulse_ci.migrations.source import REVERSE_DIRECTORY, display_path, read_sources
from pulse_ci.repair.leftovers import leftovers, unexplained
from pulse_ci.repair.proof import compare_rows, prove
from pulse_ci.repair.reverse import ReversePlan, write_reverse
from pulse_ci.repair.spelling import on_one_line, shown

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from pulse_ci.engine.replay import Refusal, Run
    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.repair.proof import Proof


@dataclass(frozen=True, slots=True)
class Written:
    """A reverse: where it stands or would stand, its text, and what it says that it cannot do."""

    path: str
    text: str
    notes: tuple[str, ...]


def reverse(number: str, directory: Path, *, dry_run: bool = False) -> Written:
    """Write the reverse of a migration to `reverse/` under the migrations directory, or only return it.

    Raises:
        ConfigError: there is no such migration, or the directory cannot be read.
        MigrationError: it does not run, has a reverse already, or no statements were found that undo it.

    """
    request = request_for(directory)
    migrations = discover(request.shown, read_sources(directory, request.root))
    migration = _find(migrations, number)
    path = directory / REVERSE_DIRECTORY / migration.name
    stub = _stub(migrations, display_path(path, request.root))
    if not dry_run:
        _refuse_to_overwrite(migrations, migration)
    statements, notes = _proven(migrations, migration)
    text = _text(stub or _header(migration, request.today), notes, statements)
    if not dry_run:
        _write(path, text, replaces=stub is not None)
    return Written(display_path(path, request.root), text, notes)


def _find(migrations: MigrationSet, number: str) -> Migration:
    if not (number.isascii() and number.isdigit()):
        raise ConfigError(f"{number!r} is not a migration's number. Name one as in: pulse-ci reverse 022")
    found = migrations.with_number(int(number))
    if found is None:
        last = max(migrations.numbers, default=None)
        there = f"the last one is {last:0{migrations.width}}" if last is not None else "there is none at all"
        raise ConfigError(f"There is no migration {number} in {migrations.directory}: {there}.")
    if found.problem:
        raise MigrationError(f"{found.path} {found.problem}.")
    return found


def _refuse_to_overwrite(migrations: MigrationSet, migration: Migration) -> None:
    present = migrations.reverse_of(migration)
    if present and present.statements:
        place = present.source.place(present.statements[0])
        raise MigrationError(
            f"{migration.name} has a reverse already: {place.path}:{place.line}. "
            "Remove it to have a new one written, or see one with --dry-run."
        )


def _stub(migrations: MigrationSet, path: str) -> str | None:
    """Return the text of a reverse that has a header and no statement yet, as `pulse-ci new` leaves it."""
    present = (each for each in migrations.reverse_files if each.path == path and not each.statements)
    text = next((each.text.rstrip() for each in present if each.problem is None and each.open_end is None), None)
    return f"{text}\n" if text is not None else None


def _header(migration: Migration, today: date) -> str:
    title = migration.header.title.value if migration.header.title else migration.name
    return f"-- Reverse migration {migration.digits}\n-- Created: {today}\n-- Undoes: {on_one_line(title)}\n"


def _text(header: str, notes: tuple[str, ...], statements: tuple[str, ...]) -> str:
    return header + "".join(f"-- {note}\n" for note in notes) + "".join(f"\n{each}\n" for each in statements)


def _proven(migrations: MigrationSet, migration: Migration) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the statements that undo the migration, and what there is to say of them."""
    with EmbeddedD1() as database:
        _replay_before(database, migrations, migration)
        before = database.schema()
        run, rows = _run_on_rows(database, migration)
        plan = write_reverse(before, database.schema())
        if not plan.statements and not plan.problem:
            raise MigrationError(
                f"{migration.path} leaves the schema as it was: there is nothing that a reverse could be written from."
            )
        _refuse_what_does_not_hold(migration, plan, prove(database.snapshot(), plan.statements, before))
        database.run("\n".join(plan.statements))
        left = leftovers(run, before, unexplained(compare_rows(rows, database.snapshot()), plan.lost))
    return plan.statements, (*plan.losses, *left, *plan.conditions)


def _replay_before(database: EmbeddedD1, migrations: MigrationSet, migration: Migration) -> None:
    earlier = migrations.migrations[: migrations.migrations.index(migration)]
    for broken in replay(database, earlier, ()).broken[:1]:
        raise MigrationError(_does_not_run(broken.migration, broken.refusal))


def _does_not_run(migration: Migration, refusal: Refusal) -> str:
    place = migration.place(refusal.statement)
    return f"{place.path}:{place.line} does not run, so that nothing can be undone: D1 answers `{refusal.message}`."


def _run_on_rows(database: EmbeddedD1, migration: Migration) -> tuple[Run, bytes]:
    """Run the migration on tables with rows; where that fails, on empty ones. Return a snapshot from before it, too."""
    empty = database.snapshot()
    seed(database)
    start = database.snapshot()
    run = run_statements(database, migration.statements)
    if run.refusals:
        database.restore(empty)
        start, run = empty, run_statements(database, migration.statements)
    if run.refusals:
        raise MigrationError(_does_not_run(migration, run.refusals[0]))
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


def _write(path: Path, text: str, *, replaces: bool) -> None:
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("w" if replaces else "x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise MigrationError(f"{path} cannot be written: {error.strerror}.") from error
