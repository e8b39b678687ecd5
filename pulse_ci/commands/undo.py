"""reverse --apply: the last file that ran on a database, undone there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.schema_history import trace
from pulse_ci.apply.preflight import find_blockers, require_no_blockers
from pulse_ci.apply.revert import find_row_losses, plan_revert, revert
from pulse_ci.commands.apply import open_target
from pulse_ci.commands.request import build_request
from pulse_ci.commands.reverse import find_migration
from pulse_ci.d1.client import D1Client
from pulse_ci.errors import MigrationError
from pulse_ci.report.apply import progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulse_ci.commands.apply import ApplyOptions
    from pulse_ci.d1.account import Account
    from pulse_ci.settings import Settings


def revert_applied(
    number: str,
    settings: Settings,
    options: ApplyOptions,
    say: Callable[[str], None],
    connect: Callable[[Account], D1Client] = D1Client,
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
        state = live.determine_status(trace(migrations.migrations))
        planned = plan_revert(migration, reverse, state, live)
        require_no_blockers(target.name, [*find_blockers(state), *find_row_losses(target, planned)], options.allow)
        say(progress.format_revert_plan(target.name, planned))
        if options.dry_run:
            return
        if restore_command := target.find_restore_command():
            say(progress.format_restore_command(restore_command))
        revert(target, planned, live)
        say(progress.format_reverted(target.name, migration.name))
