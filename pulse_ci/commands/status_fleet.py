"""status over a fleet: which databases lack which files, one request each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.commands.database_target import read_migrations_table, require_account
from pulse_ci.commands.fleet import (
    RunHooks,
    add_stop_reason,
    build_fleet_scope,
    read_resume_report,
    run_each,
    select_databases,
    sum_usage,
)
from pulse_ci.d1.database_state import make_fleet_reader
from pulse_ci.d1.schema_cache import PerSchemaCache
from pulse_ci.report.fleet.status import DatabaseStatus, FleetStatus
from pulse_ci.report.phrases import pluralize
from pulse_ci.report.status.value import EXPECTED_STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulse_ci.analysis.schema_history import History
    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.d1.account import Account
    from pulse_ci.d1.api_responses import DatabaseInfo
    from pulse_ci.d1.client import D1Client
    from pulse_ci.d1.migration_status import DatabaseMigrations
    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.settings import Settings


def read_fleet_status(
    settings: Settings,
    request: CheckRequest,
    migrations: MigrationSet,
    history: History,
    edited: frozenset[str],
    connect: Callable[[Account], D1Client],
    hooks: RunHooks,
) -> FleetStatus:
    """Compare the files with each database of a fleet; one that cannot be read is an error of its own.

    Raises:
        ConfigError: there is no account, or the report to go on from is on something else.
        D1Error: the list of databases cannot be read.

    """
    compared_with = f"the {len(migrations.migrations)} migrations in {request.display_dir}"
    scope = build_fleet_scope(settings, migrations, compared_with, sorted(edited))
    earlier = read_resume_report(settings, scope, FleetStatus)
    summarize = PerSchemaCache(lambda live, _: _summarize(live.determine_status(history, edited)))
    with connect(require_account(settings, request)) as client:
        read = make_fleet_reader(client, read_migrations_table(settings, request))

        def look(each: DatabaseInfo) -> DatabaseStatus:
            lacks, notes = summarize(read(each.id))
            return DatabaseStatus(each.name, each.id, lacks, notes)

        def report(databases: tuple[DatabaseStatus, ...]) -> FleetStatus:
            ended = add_stop_reason(scope, hooks.stop_signal, left=[each for each in databases if not each.was_read])
            return FleetStatus(databases, ended, sum_usage(client, earlier))

        databases = run_each(
            select_databases(settings, client),
            look,
            lambda each, why: DatabaseStatus(each.name, each.id, error=why),
            done=_select_completed(earlier),
            not_attempted=lambda each: DatabaseStatus(each.name, each.id, was_read=False),
            hooks=hooks,
            on_progress=lambda grown: hooks.save_report(report(grown)),
        )
        return report(databases)


def _select_completed(earlier: FleetStatus | None) -> dict[str, DatabaseStatus]:
    read = ("up to date", "behind")
    return {each.id: each for each in earlier.databases if each.status in read} if earlier else {}


def _summarize(state: DatabaseMigrations) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(each.name for each in state.pending), tuple(_describe_problems(state))


def _describe_problems(state: DatabaseMigrations) -> Iterator[str]:
    for each in state.files:
        if each.status not in EXPECTED_STATUSES:
            yield f"`{each.name}` is {each.status.value}: {each.detail}"
    if state.drift:
        yield f"{pluralize(len(state.drift), 'difference')} that no file explains: `pulse-ci drift` tells which"
