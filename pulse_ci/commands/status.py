"""status: what became of each migration on one database, and the statements that make its records true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.schema_history import trace
from pulse_ci.apply.record_repairs import plan_record_repairs
from pulse_ci.commands.database_target import open_local_database, require_database
from pulse_ci.commands.fleet import RunHooks, reject_fleet_flags_without_fleet
from pulse_ci.commands.request import build_request
from pulse_ci.commands.status_fleet import read_fleet_status
from pulse_ci.d1.client import D1Client
from pulse_ci.d1.database_state import read_database_state
from pulse_ci.errors import ConfigError
from pulse_ci.migrations.discover import discover
from pulse_ci.migrations.source import read_sources
from pulse_ci.model import Usage
from pulse_ci.report.status.value import StatusReport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.d1.account import Account
    from pulse_ci.d1.database_state import DatabaseState
    from pulse_ci.report.fleet.status import FleetStatus
    from pulse_ci.settings import Settings


def read_status(
    settings: Settings,
    local: Path | None = None,
    connect: Callable[[Account], D1Client] = D1Client,
    hooks: RunHooks | None = None,
) -> StatusReport | FleetStatus:
    """Compare the files with one database or a fleet; `--base` tells which were edited since. Nothing is written.

    Raises:
        ConfigError: it is not known which database is meant, or where it is, or the base is not known to git.
        D1Error: the database cannot be read.

    """
    hooks = hooks or RunHooks()
    reject_fleet_flags_without_fleet(settings)
    if local and settings.databases:
        raise ConfigError("--local is one database, and --databases are many: give one of the two.")
    request = build_request(settings.migrations_dir, "status")
    edited = _find_edited(settings, request)
    migrations = discover(request.display_dir, read_sources(request.directory, request.root))
    hooks.on_step("replaying")
    history = trace(migrations.migrations)
    if settings.databases:
        return read_fleet_status(settings, request, migrations, history, edited, connect, hooks)
    hooks.on_step("reading the database")
    name, live, spent = _read(settings, request, local, connect)
    state = live.determine_status(history, edited)
    return StatusReport(
        name=name,
        state=state,
        repairs=plan_record_repairs(state, live.migrations_table),
        rejections=history.refused,
        usage=spent,
    )


def _read(
    settings: Settings, request: CheckRequest, local: Path | None, connect: Callable[[Account], D1Client]
) -> tuple[str, DatabaseState, Usage]:
    """Return what people call the database, what is in it, and what it took to ask."""
    if local is not None:
        return str(local), open_local_database(settings, request, local).read(), Usage()
    asked = require_database(settings, request)
    with connect(asked.account) as client:
        found = asked.resolve(client)
        return found.name, read_database_state(client, found.id, asked.migrations_table), client.usage


def _find_edited(settings: Settings, request: CheckRequest) -> frozenset[str]:
    if not settings.base:
        return frozenset()
    from pulse_ci.migrations.git import read_base_diff

    base = read_base_diff(settings.base, request.display_dir, request.root)
    return frozenset(edit.path for edit in base.edits if edit.action == "modified")
