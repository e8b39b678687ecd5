"""status: what became of each migration on one database, and the statements that make its records true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.schema_history import trace
from pulse_ci.apply.record_repairs import repairs
from pulse_ci.commands.database_target import local_database, require_live
from pulse_ci.commands.fleet import Watch, refuse_without_fleet
from pulse_ci.commands.request import request_for
from pulse_ci.commands.status_fleet import status_of_fleet
from pulse_ci.d1.client import D1Client
from pulse_ci.d1.database_state import read_live
from pulse_ci.errors import ConfigError
from pulse_ci.migrations.discover import discover
from pulse_ci.migrations.source import read_sources
from pulse_ci.model import Spent
from pulse_ci.report.status.value import StatusReport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.d1.account import Account
    from pulse_ci.d1.database_state import Live
    from pulse_ci.report.fleet.status import FleetStatus
    from pulse_ci.settings import Settings


def status(
    settings: Settings,
    local: Path | None = None,
    connect: Callable[[Account], D1Client] = D1Client,
    watch: Watch | None = None,
) -> StatusReport | FleetStatus:
    """Compare the files with one database or a fleet; `--base` tells which were edited since. Nothing is written.

    Raises:
        ConfigError: it is not known which database is meant, or where it is, or the base is not known to git.
        D1Error: the database cannot be read.

    """
    watch = watch or Watch()
    refuse_without_fleet(settings)
    if local and settings.databases:
        raise ConfigError("--local is one database, and --databases are many: give one of the two.")
    request = request_for(settings.migrations_dir, "status")
    edited = _edited(settings, request)
    migrations = discover(request.shown, read_sources(request.directory, request.root))
    watch.on_step("replaying")
    history = trace(migrations.migrations)
    if settings.databases:
        return status_of_fleet(settings, request, migrations, history, edited, connect, watch)
    watch.on_step("reading the database")
    name, live, spent = _read(settings, request, local, connect)
    state = live.state(history, edited)
    return StatusReport(
        name=name,
        state=state,
        repairs=repairs(state, live.table),
        refused=history.refused,
        spent=spent,
    )


def _read(
    settings: Settings, request: CheckRequest, local: Path | None, connect: Callable[[Account], D1Client]
) -> tuple[str, Live, Spent]:
    """Return what people call the database, what is in it, and what it took to ask."""
    if local is not None:
        return str(local), local_database(settings, request, local).read(), Spent()
    asked = require_live(settings, request)
    with connect(asked.account) as client:
        found = asked.find(client)
        return found.name, read_live(client, found.id, asked.migrations_table), client.spent


def _edited(settings: Settings, request: CheckRequest) -> frozenset[str]:
    if not settings.base:
        return frozenset()
    from pulse_ci.migrations.git import read_base

    base = read_base(settings.base, request.shown, request.root)
    return frozenset(edit.path for edit in base.edits if edit.action == "modified")
