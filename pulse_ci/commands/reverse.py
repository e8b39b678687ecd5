"""reverse: write the statements that undo one migration, proven on rows, or run them on a database."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pulse_ci.analysis.replay import replay
from pulse_ci.analysis.schema_history import replay_history
from pulse_ci.apply.preflight import find_blockers, require_no_blockers
from pulse_ci.apply.revert import find_row_losses, plan_revert, revert
from pulse_ci.apply.target import RemoteDatabase
from pulse_ci.commands.apply import make_confirmation, read_apply_options
from pulse_ci.commands.database_target import open_target
from pulse_ci.commands.exit_codes import OK
from pulse_ci.commands.files import write_existing, write_new
from pulse_ci.commands.live_run import RunHooks
from pulse_ci.commands.output import TerminalOutput, escape_for_log
from pulse_ci.commands.request import build_request
from pulse_ci.d1.client import D1Client
from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.errors import ConfigError, MigrationError
from pulse_ci.layout import REVERSE_DIRECTORY
from pulse_ci.migrations.source import make_display_path
from pulse_ci.report.apply import progress
from pulse_ci.report.escape import escape_invisible
from pulse_ci.rewrite.verified_reverse import build_reverse_header, build_verified_reverse, make_run_error
from pulse_ci.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulse_ci.commands.apply import ApplyOptions
    from pulse_ci.d1.account import Account
    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.rewrite.verified_reverse import VerifiedReverse
    from pulse_ci.settings import Settings

_NUMBER = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class WrittenReverse:
    """A reverse: where it stands or would stand, its text, and what it says that it cannot do."""

    path: str
    text: str
    notes: tuple[str, ...]


_DATABASE_FLAGS = ("local", "allow", "database", "environment", "wrangler_config", "account_id")


def run(_: str, options: Mapping[str, object]) -> int:
    """Write the reverse, or with --apply run it on a database; return the exit code."""
    number = str(options["number"])
    if options["apply"]:
        settings = read_settings(options)
        apply_options = read_apply_options(options, settings)
        with TerminalOutput(settings) as output:
            hooks = RunHooks(confirm=output.confirm)
            revert_applied(number, settings, apply_options, output.say, hooks=hooks)
        return OK
    _reject_database_flags(options)
    read_settings({})  # the sandbox's limits
    dry_run = bool(options["dry_run"])
    written = reverse(number, Path(str(options["migrations_dir"] or "migrations")), dry_run=dry_run)
    if dry_run:
        # Into a file it goes as it is; a terminal would obey what a migration's text may hold.
        sys.stdout.write(escape_invisible(written.text) if sys.stdout.isatty() else written.text)
    else:
        sys.stdout.write(escape_for_log(f"{escape_invisible(written.path)}\n"))
        sys.stderr.writelines(escape_for_log(f"{escape_invisible(note)}\n") for note in written.notes)
    return OK


def _reject_database_flags(options: Mapping[str, object]) -> None:
    for name in _DATABASE_FLAGS:
        if options[name] is not None:
            raise ConfigError(f"--{name.replace('_', '-')} is about a database: give --apply too, or leave it out.")


def reverse(number: str, directory: Path, *, dry_run: bool = False) -> WrittenReverse:
    """Write the reverse of a migration to `reverse/` under the migrations directory, or only return it.

    Raises:
        ConfigError: there is no such migration, or the directory cannot be read.
        MigrationError: it does not run, has a reverse already, or no statements were found that undo it.

    """
    request = build_request(directory)
    migrations = request.discover()
    migration = find_migration(migrations, number)
    path = directory / REVERSE_DIRECTORY / migration.file_name
    stub = _find_stub(migrations, make_display_path(path, request.root))
    if not dry_run:
        _require_no_reverse(migrations, migration)
    proven = _verify_reverse(migrations, migration)
    header = f"{stub.text.rstrip()}\n" if stub else build_reverse_header(migration, request.today)
    text = proven.render_file(header)
    if not dry_run:
        write_existing(path, stub.text, text) if stub else write_new(path, text)
    return WrittenReverse(make_display_path(path, request.root), text, proven.notes)


def find_migration(migrations: MigrationSet, number: str) -> Migration:
    """Return the migration of a number that the user wrote; raises ConfigError, and MigrationError if unreadable."""
    if not _NUMBER.fullmatch(number):
        raise ConfigError(f"{number[:40]!r} is not a migration's number. Name one as in: pulse-ci reverse 022")
    same = [each for each in migrations.migrations if each.number == int(number)]
    if not same:
        last = max(migrations.numbers, default=None)
        there = f"the last one is {last:0{migrations.number_width}}" if last is not None else "there is none at all"
        raise ConfigError(f"There is no migration {number} in {migrations.directory}: {there}.")
    if len(same) > 1:
        raise MigrationError(f"{same[0].path} and {same[1].path} share the number {number}: rename one of them first.")
    if same[0].problem:
        raise MigrationError(f"{same[0].path} {same[0].problem}.")
    return same[0]


def _require_no_reverse(migrations: MigrationSet, migration: Migration) -> None:
    present = migrations.find_reverse(migration)
    if present and present.statements:
        place = present.source.locate(present.statements[0])
        raise MigrationError(
            f"{migration.name} has a reverse already: {place.path}:{place.line}. "
            "Remove it to have a new one written, or see one with --dry-run."
        )


def _find_stub(migrations: MigrationSet, path: str) -> Migration | None:
    """Return a reverse that has a header and no statement yet, as `pulse-ci new` leaves it."""
    present = (each for each in migrations.reverse_files if each.path == path and not each.statements)
    return next((each for each in present if each.problem is None and each.unterminated_token is None), None)


def _verify_reverse(migrations: MigrationSet, migration: Migration) -> VerifiedReverse:
    earlier = migrations.migrations[: migrations.migrations.index(migration)]
    with EmbeddedD1() as database:
        for broken in replay(database, earlier, ()).failed[:1]:
            raise make_run_error(broken.migration, broken.rejection)
        return build_verified_reverse(database, migration)


def revert_applied(
    number: str,
    settings: Settings,
    options: ApplyOptions,
    say: Callable[[str], None],
    connect: Callable[[Account], D1Client] = D1Client,
    hooks: RunHooks | None = None,
) -> None:
    """Run the reverse of a migration on a database, and say what is done.

    Raises:
        ConfigError: there is no such migration, or it is not known which database is meant.
        MigrationError: it is not the last one there, has no reverse that holds, or rows would be lost.
        D1Error: the database cannot be read or written, or is not what the preview showed.

    """
    request = build_request(settings.migrations_dir, "reverse")
    migrations = request.discover()
    migration = find_migration(migrations, number)
    reverse = migrations.find_reverse(migration)
    if reverse is None or not reverse.statements:
        raise MigrationError(f"{migration.path} has no reverse. Have one written: pulse-ci reverse {number}")
    with open_target(settings, request, options.local, connect) as target:
        live = target.read()
        state = live.determine_status(replay_history(migrations.migrations))
        planned = plan_revert(migration, reverse, state, live)
        require_no_blockers(target.name, [*find_blockers(state), *find_row_losses(target, planned)], options.allow)
        say(progress.format_revert_plan(target.name, planned))
        if options.dry_run:
            return
        if isinstance(target, RemoteDatabase):
            confirm = make_confirmation(options, hooks or RunHooks())
            confirm(f"Undo {migration.name} on {target.name}?")
        if restore_command := target.find_restore_command():
            say(progress.format_restore_command(restore_command))
        revert(target, planned, live)
        say(progress.format_reverted(target.name, migration.name))
