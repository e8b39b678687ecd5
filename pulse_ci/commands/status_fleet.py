"""status over a fleet: which databases lack which files, one request each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.commands.database_target import require_account, table_of
from pulse_ci.commands.fleet import Watch, databases_of, outcomes_of, read_earlier, scope_for, spent_in_all, stopped
from pulse_ci.d1.database_state import reading
from pulse_ci.d1.schema_cache import Alike
from pulse_ci.report.fleet.status import DatabaseStatus, FleetStatus
from pulse_ci.report.phrases import plural
from pulse_ci.report.status.value import AS_IT_SHOULD_BE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulse_ci.analysis.schema_history import History
    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.d1.account import Account
    from pulse_ci.d1.api_responses import DatabaseInfo
    from pulse_ci.d1.client import D1Client
    from pulse_ci.d1.migration_status import State
    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.settings import Settings


def status_of_fleet(
    settings: Settings,
    request: CheckRequest,
    migrations: MigrationSet,
    history: History,
    edited: frozenset[str],
    connect: Callable[[Account], D1Client],
    watch: Watch,
) -> FleetStatus:
    """Compare the files with each database of a fleet; one that cannot be read is an error of its own.

    Raises:
        ConfigError: there is no account, or the report to go on from is on something else.
        D1Error: the list of databases cannot be read.

    """
    compared_with = f"the {len(migrations.migrations)} migrations in {request.shown}"
    scope = scope_for(settings, migrations, compared_with, sorted(edited))
    earlier = read_earlier(settings, scope, FleetStatus)
    found = Alike(lambda live, _: _found(live.state(history, edited)))
    with connect(require_account(settings, request)) as client:
        read = reading(client, table_of(settings, request))

        def look(each: DatabaseInfo) -> DatabaseStatus:
            lacks, notes = found(read(each.id))
            return DatabaseStatus(each.name, each.id, lacks, notes)

        def report(databases: tuple[DatabaseStatus, ...]) -> FleetStatus:
            ended = stopped(scope, watch.brake, left=[each for each in databases if not each.asked])
            return FleetStatus(databases, ended, spent_in_all(client, earlier))

        databases = outcomes_of(
            databases_of(settings, client),
            look,
            lambda each, why: DatabaseStatus(each.name, each.id, error=why),
            known=_known(earlier),
            unasked=lambda each: DatabaseStatus(each.name, each.id, asked=False),
            watch=watch,
            on_growth=lambda grown: watch.keep(report(grown)),
        )
        return report(databases)


def _known(earlier: FleetStatus | None) -> dict[str, DatabaseStatus]:
    read = ("up to date", "behind")
    return {each.id: each for each in earlier.databases if each.status in read} if earlier else {}


def _found(state: State) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(each.name for each in state.pending), tuple(_notes(state))


def _notes(state: State) -> Iterator[str]:
    for each in state.files:
        if each.standing not in AS_IT_SHOULD_BE:
            yield f"`{each.name}` is {each.standing.value}: {each.note}"
    if state.drift:
        yield f"{plural(len(state.drift), 'difference')} that no file explains: `pulse-ci drift` tells which"
