"""drift: the files against a live database, a database against another, or the files against a fleet."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from pulse_ci.analysis.schema_history import trace
from pulse_ci.commands.database_target import require_account, require_live, table_of
from pulse_ci.commands.fleet import (
    Watch,
    databases_of,
    outcomes_of,
    read_earlier,
    refuse_without_fleet,
    scope_for,
    spent_in_all,
    stopped,
)
from pulse_ci.commands.request import request_for
from pulse_ci.d1.client import D1Client
from pulse_ci.d1.database_state import reading
from pulse_ci.d1.drift_check import Comparison, from_database, from_files
from pulse_ci.drift.adopt_migration import Adoption, adoption
from pulse_ci.drift.allowlist import FILE, read_allowances
from pulse_ci.drift.value import Compared
from pulse_ci.migrations.discover import discover
from pulse_ci.migrations.source import read_sources
from pulse_ci.report.drift.value import DriftReport

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.d1.account import Account
    from pulse_ci.d1.api_responses import DatabaseInfo
    from pulse_ci.drift.allowlist import Allowance
    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.report.fleet.scope import Scope
    from pulse_ci.settings import Settings


def drift(
    settings: Settings,
    connect: Callable[[Account], D1Client] = D1Client,
    watch: Watch | None = None,
) -> DriftReport:
    """Compare what the settings name; a database of a fleet that cannot be compared is an error of its own.

    Raises:
        ConfigError: it is not known which database is meant, or where it is.
        D1Error: the one database, or the list of them, cannot be read.

    """
    watch = watch or Watch()
    refuse_without_fleet(settings)
    request = request_for(settings.migrations_dir, "drift")
    allowances = read_allowances(request.root / FILE)
    account = require_account(settings, request)
    migrations = discover(request.shown, read_sources(request.directory, request.root))
    watch.on_step("replaying")
    with closing(connect(account)) as client:
        run = _Run(settings, request, client, migrations, allowances)
        return run.over_fleet(watch) if settings.databases else run.over_one()


class _Run:
    """One run of the command: which databases, what they should be, and how they are read."""

    def __init__(
        self,
        settings: Settings,
        request: CheckRequest,
        client: D1Client,
        migrations: MigrationSet,
        allowances: Sequence[Allowance],
    ) -> None:
        self._settings, self._request, self._client, self._migrations = settings, request, client, migrations
        self._allowances = allowances
        self._read = reading(client, table_of(settings, request))
        if settings.against:
            model = client.database(settings.against)
            self._compared_with = f"database `{model.name}`"
            expect = from_database(self._read(model.id))
        else:
            self._compared_with = f"the {len(migrations.migrations)} migrations in {request.shown}"
            expect = from_files(trace(migrations.migrations))
        self._comparison = Comparison(expect, allowances, today=request.today)

    def over_one(self) -> DriftReport:
        live = require_live(self._settings, self._request)
        self._read = reading(self._client, live.migrations_table)
        return self._report((self._compare(live.find(self._client)),))

    def over_fleet(self, watch: Watch) -> DriftReport:
        scope = scope_for(self._settings, self._migrations, self._compared_with, map(repr, self._allowances))
        earlier = read_earlier(self._settings, scope, DriftReport)

        def report(compared: tuple[Compared, ...]) -> DriftReport:
            left = [each for each in compared if each.status == "not asked"]
            return self._report(compared, stopped(scope, watch.brake, left=left), earlier)

        compared = outcomes_of(
            databases_of(self._settings, self._client),
            self._compare,
            lambda each, why: Compared(each.name, each.id, error=why),
            known={each.id: each for each in earlier.databases if each.drift} if earlier else {},
            unasked=lambda each: Compared(each.name, each.id),
            watch=watch,
            on_growth=lambda grown: watch.keep(report(grown)),
        )
        return report(compared)

    def _compare(self, database: DatabaseInfo) -> Compared:
        return self._comparison.compare(database.name, database.id, self._read(database.id))

    def _report(
        self, compared: tuple[Compared, ...], scope: Scope | None = None, earlier: DriftReport | None = None
    ) -> DriftReport:
        allowed = self._comparison.allowed
        unused = map(_unused, allowed.unused)
        return DriftReport(
            databases=compared,
            compared_with=self._compared_with,
            adoptions={} if self._settings.against else _adoptions(compared, self._migrations, self._request),
            expired=tuple(map(_expired, allowed.expired)),
            unused=tuple(each for each in unused if earlier is None or each in earlier.unused),
            spent=spent_in_all(self._client, earlier),
            scope=scope,
        )


def _adoptions(compared: tuple[Compared, ...], migrations: MigrationSet, request: CheckRequest) -> dict[str, Adoption]:
    digits = f"{migrations.next_number:0{migrations.width}}"
    found = (
        (each.id, adoption(each.drift, each.name, digits, request.today)) for each in compared if each.drift is not None
    )
    return {identity: adopted for identity, adopted in found if adopted}


def _expired(each: Allowance) -> str:
    return f"{FILE} allows {each.subject} until {each.until}, which is over: remove the entry, or give it a new day."


def _unused(each: Allowance) -> str:
    return f"{FILE} allows {each.subject}, which no database needs: remove the entry."
