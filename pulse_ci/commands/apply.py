"""apply: the pending files of one database, shown first, then run and recorded one by one."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulse_ci.analysis.schema_history import trace
from pulse_ci.apply.apply_pending import apply_pending
from pulse_ci.apply.estimate import estimate_costs
from pulse_ci.apply.mark_applied import find_unrecorded, mark_applied
from pulse_ci.apply.plan import plan_steps
from pulse_ci.apply.preflight import find_blockers, require_blocker_names, require_no_blockers
from pulse_ci.apply.remote import RemoteDatabase
from pulse_ci.apply.rollout import Rollout
from pulse_ci.commands.apply_fleet import FleetApplyRun, require_canaries
from pulse_ci.commands.check_blockers import CheckBlockers
from pulse_ci.commands.database_target import (
    open_local_database,
    read_migrations_table,
    require_account,
    require_database,
)
from pulse_ci.commands.fleet import (
    RunHooks,
    build_fleet_scope,
    read_resume_report,
    reject_fleet_flags_without_fleet,
    select_databases,
)
from pulse_ci.commands.request import build_request, read_skipped_rules
from pulse_ci.d1.client import D1Client
from pulse_ci.drift.allowlist import ALLOWLIST_FILE, read_allowlist
from pulse_ci.errors import ConfigError
from pulse_ci.migrations.discover import discover
from pulse_ci.migrations.source import read_sources
from pulse_ci.report import apply_messages
from pulse_ci.report.fleet.applied import FleetApplied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pulse_ci.analysis.schema_history import History
    from pulse_ci.apply.preflight import Blocker
    from pulse_ci.apply.target import TargetDatabase
    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.d1.account import Account
    from pulse_ci.d1.migration_status import DatabaseMigrations
    from pulse_ci.drift.allowlist import AllowedDifference
    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.model import Change
    from pulse_ci.report import Report
    from pulse_ci.settings import Settings


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """What is asked for beside the database: a plan alone, a record alone, and which obstacles do not count."""

    dry_run: bool = False
    adopt: bool = False
    through: int | None = None
    allow: tuple[str, ...] = ()
    local: Path | None = None


def apply(
    settings: Settings,
    options: ApplyOptions,
    say: Callable[[str], None],
    connect: Callable[[Account], D1Client] = D1Client,
    hooks: RunHooks | None = None,
) -> Report | FleetApplied:
    """Apply what is pending, say what is done as it is done, and return what is applied then.

    Raises:
        ConfigError: it is not known which database is meant, or where it is.
        MigrationError: there is an obstacle, or D1 refuses a file.
        D1Error: the database cannot be read or written, or is not what the preview showed.

    """
    reject_fleet_flags_without_fleet(settings)
    request = replace(build_request(settings.migrations_dir, "apply"), skipped=read_skipped_rules(settings))
    migrations = discover(request.display_dir, read_sources(request.directory, request.root))
    history = trace(migrations.migrations)
    if settings.databases:
        return _apply_to_fleet(settings, options, request, migrations, history, say, connect, hooks or RunHooks())
    with open_target(settings, request, options.local, connect) as target:
        live = target.read()
        state = live.determine_status(history)
        blockers = find_blockers(state, _make_allowed_finder(_read_valid_allowlist(request), target.name))
        if options.adopt:
            names = find_unrecorded(state, options.through)
            require_no_blockers(target.name, (each for each in blockers if each.name == "drift"), options.allow)
            if names and not options.dry_run:
                mark_applied(target, live, names)
            say(apply_messages.format_adopted(target.name, names, dry_run=options.dry_run))
            return apply_messages.build_apply_report(target.name, state, () if options.dry_run else names)
        require_no_blockers(target.name, [*blockers, *CheckBlockers(request)(state.pending)], options.allow)
        steps = plan_steps(history, live, state.pending)
        expected = estimate_costs(live, steps, target.count_rows(history) if steps else {})
        say(apply_messages.format_plan(target.name, steps, expected, request.skipped))
        if not state.pending or options.dry_run:
            return apply_messages.build_apply_report(target.name, state, (), request.skipped)
        if restore_command := target.find_restore_command():
            say(apply_messages.format_restore_command(restore_command))
        ran = list[str]()
        for applied in apply_pending(target, history, live):
            say(apply_messages.format_applied(applied))
            ran.append(applied.name)
        say(apply_messages.format_done(target.name))
        return apply_messages.build_apply_report(target.name, state, ran, request.skipped)


def _apply_to_fleet(
    settings: Settings,
    options: ApplyOptions,
    request: CheckRequest,
    migrations: MigrationSet,
    history: History,
    say: Callable[[str], None],
    connect: Callable[[Account], D1Client],
    hooks: RunHooks,
) -> FleetApplied:
    if options.local or options.adopt:
        flag = "--local" if options.local else "--adopt"
        raise ConfigError(f"{flag} is about one database, and --databases names many: give one of the two.")
    require_blocker_names(options.allow)
    allowlist = _read_valid_allowlist(request)
    checked, is_checked = CheckBlockers(request), "findings" not in options.allow

    def find_all_blockers(state: DatabaseMigrations, name: str) -> Iterator[Blocker]:
        yield from find_blockers(state, _make_allowed_finder(allowlist, name))
        if is_checked:
            yield from checked(state.pending)

    by_name = any(each.database != "*" for each in allowlist)
    rollout = Rollout(history, find_all_blockers, options.allow, by_name=by_name)
    scope = build_fleet_scope(
        settings, migrations, f"the {len(migrations.migrations)} migrations in {request.display_dir}"
    )
    earlier = read_resume_report(settings, scope, FleetApplied)
    with connect(require_account(settings, request)) as client:
        table, skipped = read_migrations_table(settings, request), request.skipped if is_checked else ()
        run = FleetApplyRun(client, table, rollout, scope, hooks, say, earlier, settings.stop_at, skipped)
        databases = select_databases(settings, client, lambda fleet: require_canaries(fleet, settings.canary))
        return run.run(history, databases, settings.canary, dry_run=options.dry_run)


@contextmanager
def open_target(
    settings: Settings, request: CheckRequest, local: Path | None, connect: Callable[[Account], D1Client]
) -> Iterator[TargetDatabase]:
    """Open the database that is meant: the file `local`, or one of the account."""
    if local is not None:
        yield open_local_database(settings, request, local)
        return
    live = require_database(settings, request)
    with connect(live.account) as client:
        found = live.resolve(client)
        yield RemoteDatabase(client, found.id, found.name, live.migrations_table)


def _read_valid_allowlist(request: CheckRequest) -> list[AllowedDifference]:
    return [each for each in read_allowlist(request.root / ALLOWLIST_FILE) if each.is_valid(request.today)]


def _make_allowed_finder(
    allowlist: list[AllowedDifference], database: str
) -> Callable[[Change], AllowedDifference | None]:
    return lambda change: next((each for each in allowlist if each.covers(change, database)), None)
