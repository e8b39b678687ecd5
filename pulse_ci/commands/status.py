"""status: which migrations have run on one database or a fleet, and what would make its records true."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pulse_ci.analysis.schema_history import replay_history
from pulse_ci.apply.migrations_table import plan_record_repairs
from pulse_ci.commands.database_target import (
    open_local_database,
    read_migrations_table,
    require_account,
    require_database,
)
from pulse_ci.commands.exit_codes import FINDINGS, OK
from pulse_ci.commands.live_run import (
    RunHooks,
    add_stop_reason,
    build_scope,
    read_resume_report,
    reject_fleet_flags_without_fleet,
    run_and_publish,
    run_each,
    select_databases,
    sum_usage,
)
from pulse_ci.commands.output import TerminalOutput
from pulse_ci.commands.request import build_request, read_base_schema
from pulse_ci.d1.client import D1Client
from pulse_ci.d1.database_state import make_fleet_reader, read_database_state
from pulse_ci.d1.fleet import PerSchemaCache
from pulse_ci.errors import ConfigError
from pulse_ci.model import Usage
from pulse_ci.report.status import DatabaseStatus, FileDetails, StatusReport, describe_problems
from pulse_ci.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulse_ci.analysis.schema_history import SchemaHistory
    from pulse_ci.commands.output import Output
    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.d1.account import Account
    from pulse_ci.d1.api_responses import DatabaseInfo
    from pulse_ci.d1.database_state import DatabaseState
    from pulse_ci.report.databases import Scope
    from pulse_ci.settings import Settings


def run(command: str, options: Mapping[str, object], open_output: Callable[[Settings], Output] = TerminalOutput) -> int:
    """Run the command with the flags that were given; return the exit code."""
    settings, local = read_settings(options), options.get("local")
    path = Path(str(local)) if local else None
    pending = list[str]()

    def read(connect: Callable[[Account], D1Client], hooks: RunHooks) -> StatusReport:
        report = read_status(settings, path, connect, hooks)
        pending.extend(each.name for each in report.databases if each.pending)
        return report

    code = run_and_publish(command, settings, open_output(settings), read)
    return FINDINGS if code == OK and pending and options.get("exit_code") else code


def read_status(
    settings: Settings,
    local: Path | None = None,
    connect: Callable[[Account], D1Client] = D1Client,
    hooks: RunHooks | None = None,
) -> StatusReport:
    """Compare the files with one database or a fleet; `--base` tells which were edited since. Nothing is written.

    Raises:
        ConfigError: the database or the base is not known, or the report to resume from covers something else.
        D1Error: the one database, or the list of them, cannot be read.

    """
    hooks = hooks or RunHooks()
    reject_fleet_flags_without_fleet(settings)
    if local and settings.databases:
        raise ConfigError("--local is one database, and --databases are many: give one of the two.")
    request = build_request(settings.migrations_dir, "status")
    edited = _find_edited(settings, request)
    migrations = request.discover()
    hooks.on_step("replaying")
    history = replay_history(migrations.migrations, read_base_schema(settings, request.root))
    compared_with = f"the {len(migrations.migrations)} migrations in {request.display_dir}"
    scope = build_scope(settings, migrations, compared_with, sorted(edited))
    if scope.is_fleet:
        return _read_fleet(settings, request, history, edited, scope, connect, hooks)
    hooks.on_step("reading the database")
    name, live, usage = _read_database(settings, request, local, connect)
    state = live.determine_status(history, edited)
    database = DatabaseStatus(name, "", tuple(each.name for each in state.pending), describe_problems(state))
    repairs = plan_record_repairs(state, live.migrations_table)
    return StatusReport((database,), scope, usage, FileDetails(state, repairs, history.rejections))


def _read_database(
    settings: Settings, request: CheckRequest, local: Path | None, connect: Callable[[Account], D1Client]
) -> tuple[str, DatabaseState, Usage]:
    """Return the database's name, its state, and what reading it took."""
    if local is not None:
        return str(local), open_local_database(settings, request, local).read(), Usage()
    target = require_database(settings, request)
    with connect(target.account) as client:
        found = target.resolve(client)
        return found.name, read_database_state(client, found.id, target.migrations_table), client.usage


def _read_fleet(
    settings: Settings,
    request: CheckRequest,
    history: SchemaHistory,
    edited: frozenset[str],
    scope: Scope,
    connect: Callable[[Account], D1Client],
    hooks: RunHooks,
) -> StatusReport:
    earlier = read_resume_report(settings, scope, StatusReport)
    summarize = PerSchemaCache(lambda live, _: _summarize(live, history, edited))
    with connect(require_account(settings, request)) as client:
        read = make_fleet_reader(client, read_migrations_table(settings, request))

        def read_one(each: DatabaseInfo) -> DatabaseStatus:
            return DatabaseStatus(each.name, each.id, *summarize(read(each.id)))

        def build_report(databases: tuple[DatabaseStatus, ...]) -> StatusReport:
            left = [each for each in databases if not each.was_read]
            return StatusReport(
                databases, add_stop_reason(scope, hooks.stop_signal, left=left), sum_usage(client, earlier)
            )

        databases = run_each(
            select_databases(settings, client),
            read_one,
            lambda each, why: DatabaseStatus(each.name, each.id, error=why),
            done={each.id: each for each in earlier.with_status("up to date", "behind")} if earlier else {},
            not_attempted=lambda each: DatabaseStatus(each.name, each.id, was_read=False),
            hooks=hooks,
            on_progress=lambda grown: hooks.save_report(build_report(grown)),
        )
        return build_report(databases)


def _summarize(
    live: DatabaseState, history: SchemaHistory, edited: frozenset[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    state = live.determine_status(history, edited)
    return tuple(each.name for each in state.pending), describe_problems(state)


def _find_edited(settings: Settings, request: CheckRequest) -> frozenset[str]:
    if not settings.base:
        return frozenset()
    from pulse_ci.migrations.git import read_base_diff

    base = read_base_diff(settings.base, request.display_dir, request.root)
    return frozenset(edit.path for edit in base.edits if edit.action == "modified")
