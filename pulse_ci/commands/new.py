"""new: write the next numbered migration, with its header and its reverse."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pulse_ci.commands.exit_codes import OK
from pulse_ci.commands.files import write_new
from pulse_ci.commands.request import build_request
from pulse_ci.errors import ConfigError, MigrationError
from pulse_ci.layout import FOLDER_PATTERN, REVERSE_DIRECTORY
from pulse_ci.migrations.discover import discover
from pulse_ci.migrations.source import make_display_path, read_sources
from pulse_ci.report.escape import escape_invisible

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from pulse_ci.migrations.discover import MigrationSet

_MAX_NAME_LENGTH = 60
# What numbers of so many digits are, where all are so long.
_DATE_FORMATS = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}


def run(_: str, options: Mapping[str, object]) -> int:
    """Write the files and print their paths; return the exit code."""
    directory, reason = Path(str(options["migrations_dir"] or "migrations")), options["reason"]
    for path in write_migration(str(options["description"]), directory, reason=str(reason) if reason else None):
        sys.stdout.write(f"{path}\n")
    return OK


def write_migration(description: str, directory: Path, *, reason: str | None = None) -> tuple[str, str]:
    """Write the two files and return their paths as shown; nothing that is there is overwritten.

    Raises:
        ConfigError: the description has no letter or digit, or the directory cannot be read.
        MigrationError: a file of that name is there already, or cannot be written.

    """
    title = escape_invisible(" ".join(description.split()))
    words = re.sub(r"[^a-z0-9]+", "_", description.lower()).strip("_")[:_MAX_NAME_LENGTH].strip("_")
    if not words:
        raise ConfigError(f"{description!r} has no letter or digit to name a file by.")
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MigrationError(f"{directory} cannot be made: {error.strerror}.") from error
    request = build_request(directory)
    migrations = discover(request.display_dir, read_sources(directory, request.root, request.pattern))
    _require_no_generator(directory, migrations)
    now = datetime.now(UTC)
    number, today = _next_number(migrations, now), now.date()
    name = f"{number}_{words}.sql"
    forward, reverse = directory / name, directory / REVERSE_DIRECTORY / name
    _write_both(forward, _format_forward(title, reason, today), reverse, _format_reverse(number, title, today))
    return make_display_path(forward, request.root), make_display_path(reverse, request.root)


def _require_no_generator(directory: Path, migrations: MigrationSet) -> None:
    """Raise ConfigError where a generator keeps a record of the files, which must hold the next one too."""
    if (directory / "meta/_journal.json").is_file() or any(directory.glob("*/snapshot.json")):
        generator = "drizzle-kit: npx drizzle-kit generate (with --custom for SQL of your own)"
    elif (directory / "migration_lock.toml").is_file():
        generator = "Prisma: npx prisma migrate diff, into a folder of its own"
    elif migrations.layout.pattern == FOLDER_PATTERN:
        generator = "the tool that makes a folder for each"
    else:
        return
    raise ConfigError(f"{directory} has its files from a generator. Let it write the next one, with {generator}.")


def _next_number(migrations: MigrationSet, now: datetime) -> str:
    pattern = _DATE_FORMATS.get(migrations.number_width)
    stamp = int(now.strftime(pattern)) if pattern else 0
    return f"{max(migrations.next_number, stamp):0{migrations.number_width}}"


def _format_forward(title: str, reason: str | None, today: date) -> str:
    why = escape_invisible(" ".join(reason.split())) if reason else ""
    return f"-- Migration: {title}\n-- Created: {today}\n-- Reason: {why}\n\n"


def _format_reverse(number: str, title: str, today: date) -> str:
    return f"-- Reverse migration {number}\n-- Created: {today}\n-- Undoes: {title}\n\n"


def _write_both(forward: Path, forward_text: str, reverse: Path, reverse_text: str) -> None:
    write_new(reverse, reverse_text)
    try:
        write_new(forward, forward_text)
    except MigrationError:
        reverse.unlink()
        raise
