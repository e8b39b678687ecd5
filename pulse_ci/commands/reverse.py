"""reverse: the statements that undo one migration, written from the schemas around it and proven on rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.analysis.replay import replay
from pulse_ci.commands.files import write_existing, write_new
from pulse_ci.commands.request import build_request
from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.errors import ConfigError, MigrationError
from pulse_ci.migrations.discover import discover
from pulse_ci.migrations.source import REVERSE_DIRECTORY, make_display_path, read_sources
from pulse_ci.rewrite.verified_reverse import build_reverse_header, build_verified_reverse, make_run_error

if TYPE_CHECKING:
    from pathlib import Path

    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.rewrite.verified_reverse import VerifiedReverse

_NUMBER = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class WrittenReverse:
    """A reverse: where it stands or would stand, its text, and what it says that it cannot do."""

    path: str
    text: str
    notes: tuple[str, ...]


def reverse(number: str, directory: Path, *, dry_run: bool = False) -> WrittenReverse:
    """Write the reverse of a migration to `reverse/` under the migrations directory, or only return it.

    Raises:
        ConfigError: there is no such migration, or the directory cannot be read.
        MigrationError: it does not run, has a reverse already, or no statements were found that undo it.

    """
    request = build_request(directory)
    migrations = discover(request.display_dir, read_sources(directory, request.root))
    migration = find_migration(migrations, number)
    path = directory / REVERSE_DIRECTORY / migration.name
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
        for broken in replay(database, earlier, ()).broken[:1]:
            raise make_run_error(broken.migration, broken.refusal)
        return build_verified_reverse(database, migration)
