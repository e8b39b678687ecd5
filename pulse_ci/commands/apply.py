"""apply: the pending files of one database, shown first, then run and recorded one by one."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulse_ci.analysis.schema_history import trace
from pulse_ci.apply.apply_pending import apply_pending
from pulse_ci.apply.estimate import costs
from pulse_ci.apply.mark_applied import adopt, adoptable
from pulse_ci.apply.plan import plan_steps
from pulse_ci.apply.preflight import check_names, obstacles, refuse
from pulse_ci.apply.remote import RemoteDatabase
from pulse_ci.apply.rollout import Rollout
from pulse_ci.commands.apply_fleet import FleetApply, check_canaries
from pulse_ci.commands.check_blockers import Checked
from pulse_ci.commands.database_target import local_database, require_account, require_live, table_of
from pulse_ci.commands.fleet import Watch, databases_of, read_earlier, refuse_without_fleet, scope_for
from pulse_ci.commands.request import request_for, skipped_rules
from pulse_ci.d1.client import D1Client
from pulse_ci.drift.allowlist import FILE, read_allowances
from pulse_ci.errors import ConfigError
from pulse_ci.migrations.discover import discover
from pulse_ci.migrations.source import read_sources
from pulse_ci.report import apply_messages
from pulse_ci.report.fleet.applied import FleetApplied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pulse_ci.analysis.schema_history import History
    from pulse_ci.apply.preflight import Obstacle
    from pulse_ci.apply.target import Target
    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.d1.account import Account
    from pulse_ci.d1.migration_status import State
    from pulse_ci.drift.allowlist import Allowance
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
    wish: ApplyOptions,
    say: Callable[[str], None],
    connect: Callable[[Account], D1Client] = D1Client,
    watch: Watch | None = None,
) -> Report | FleetApplied:
    """Apply what is pending, say what is done as it is done, and return what is applied then.

    Raises:
        ConfigError: it is not known which database is meant, or where it is.
        MigrationError: there is an obstacle, or D1 refuses a file.
        D1Error: the database cannot be read or written, or is not what the preview showed.

    """
    refuse_without_fleet(settings)
    request = replace(request_for(settings.migrations_dir, "apply"), skipped=skipped_rules(settings))
    migrations = discover(request.shown, read_sources(request.directory, request.root))
    history = trace(migrations.migrations)
    if settings.databases:
        return _over_fleet(settings, wish, request, migrations, history, say, connect, watch or Watch())
    with target_of(settings, request, wish.local, connect) as target:
        live = target.read()
        state = live.state(history)
        in_the_way = obstacles(state, _allowing(_allowances(request), target.name))
        if wish.adopt:
            names = adoptable(state, wish.through)
            refuse(target.name, (each for each in in_the_way if each.name == "drift"), wish.allow)
            if names and not wish.dry_run:
                adopt(target, live, names)
            say(apply_messages.adopted(target.name, names, dry_run=wish.dry_run))
            return apply_messages.report(target.name, state, () if wish.dry_run else names)
        refuse(target.name, [*in_the_way, *Checked(request)(state.pending)], wish.allow)
        steps = plan_steps(history, live, state.pending)
        expected = costs(live, steps, target.rows(history) if steps else {})
        say(apply_messages.plan(target.name, steps, expected, request.skipped))
        if not state.pending or wish.dry_run:
            return apply_messages.report(target.name, state, (), request.skipped)
        if way_back := target.way_back():
            say(apply_messages.way_back(way_back))
        ran = list[str]()
        for applied in apply_pending(target, history, live):
            say(apply_messages.applied(applied))
            ran.append(applied.name)
        say(apply_messages.done(target.name))
        return apply_messages.report(target.name, state, ran, request.skipped)


def _over_fleet(
    settings: Settings,
    wish: ApplyOptions,
    request: CheckRequest,
    migrations: MigrationSet,
    history: History,
    say: Callable[[str], None],
    connect: Callable[[Account], D1Client],
    watch: Watch,
) -> FleetApplied:
    if wish.local or wish.adopt:
        flag = "--local" if wish.local else "--adopt"
        raise ConfigError(f"{flag} is about one database, and --databases names many: give one of the two.")
    check_names(wish.allow)
    allowances = _allowances(request)
    checked, is_checked = Checked(request), "findings" not in wish.allow

    def found(state: State, name: str) -> Iterator[Obstacle]:
        yield from obstacles(state, _allowing(allowances, name))
        if is_checked:
            yield from checked(state.pending)

    by_name = any(each.database != "*" for each in allowances)
    rollout = Rollout(history, found, wish.allow, by_name=by_name)
    scope = scope_for(settings, migrations, f"the {len(migrations.migrations)} migrations in {request.shown}")
    earlier = read_earlier(settings, scope, FleetApplied)
    with connect(require_account(settings, request)) as client:
        table, skipped = table_of(settings, request), request.skipped if is_checked else ()
        run = FleetApply(client, table, rollout, scope, watch, say, earlier, settings.stop_at, skipped)
        databases = databases_of(settings, client, lambda fleet: check_canaries(fleet, settings.canary))
        return run.run(history, databases, settings.canary, dry_run=wish.dry_run)


@contextmanager
def target_of(
    settings: Settings, request: CheckRequest, local: Path | None, connect: Callable[[Account], D1Client]
) -> Iterator[Target]:
    """Open the database that is meant: the file `local`, or one of the account."""
    if local is not None:
        yield local_database(settings, request, local)
        return
    live = require_live(settings, request)
    with connect(live.account) as client:
        found = live.find(client)
        yield RemoteDatabase(client, found.id, found.name, live.migrations_table)


def _allowances(request: CheckRequest) -> list[Allowance]:
    return [each for each in read_allowances(request.root / FILE) if each.is_valid(request.today)]


def _allowing(allowances: list[Allowance], database: str) -> Callable[[Change], Allowance | None]:
    return lambda change: next((each for each in allowances if each.covers(change, database)), None)
