"""drift: the files against a live database, a database against another, or the files against a fleet."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from pulse_ci.commands.request import request_for
from pulse_ci.commands.target import require_account, require_live, table_of
from pulse_ci.d1.client import D1Client
from pulse_ci.d1.comparing import Allowed, Comparison, from_database, from_files
from pulse_ci.d1.fleet import choose, for_each, part
from pulse_ci.d1.live import read_live
from pulse_ci.drift.adoption import Adoption, adoption
from pulse_ci.drift.allowed import FILE, read_allowances
from pulse_ci.drift.value import Compared
from pulse_ci.engine.history import trace
from pulse_ci.errors import ConfigError, D1Error
from pulse_ci.migrations.discover import discover
from pulse_ci.migrations.source import read_sources
from pulse_ci.report.drift.value import DriftReport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.d1.account import Account
    from pulse_ci.d1.answers import DatabaseInfo
    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.settings import Settings


def drift(
    settings: Settings,
    on_step: Callable[[str], None] = lambda _: None,
    connect: Callable[[Account], D1Client] = D1Client,
) -> DriftReport:
    """Compare what the settings name; a database of a fleet that cannot be compared is an error of its own.

    Raises:
        ConfigError: it is not known which database is meant, or where it is.
        D1Error: the one database, or the list of them, cannot be read.

    """
    request = request_for(settings.migrations_dir, "drift")
    allowances = read_allowances(request.root / FILE)
    account = require_account(settings, request)
    migrations = discover(request.shown, read_sources(request.directory, request.root))
    on_step("replaying")
    with closing(connect(account)) as client:
        run = _Run(settings, request, client, migrations, on_step)
        comparison = Comparison(run.expectation, allowances, today=request.today)
        databases = run.databases()
        compared = run.compared(comparison, databases)
        spent = client.spent
    return DriftReport(
        databases=compared,
        compared_with=run.compared_with,
        adoptions=_adoptions(compared, migrations, request) if not settings.against else {},
        remarks=tuple(_remarks(comparison.allowed, whole=settings.shard is None)),
        requests=spent.requests,
        rows_read=spent.rows_read,
    )


class _Run:
    """One run of the command: which databases, what they should be, and how they are read."""

    def __init__(
        self,
        settings: Settings,
        request: CheckRequest,
        client: D1Client,
        migrations: MigrationSet,
        on_step: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._request = request
        self._client = client
        self._on_step = on_step
        self._table = table_of(settings, request)
        self._is_recorded = True
        if settings.against:
            model = client.database(settings.against)
            self.compared_with = f"database `{model.name}`"
            self.expectation = from_database(read_live(client, model.id, self._table))
        else:
            self.compared_with = f"the {len(migrations.migrations)} migrations in {request.shown}"
            self.expectation = from_files(trace(migrations.migrations))

    def databases(self) -> tuple[DatabaseInfo, ...]:
        settings = self._settings
        if settings.databases:
            return part(choose(self._client.databases(), settings.databases), settings.shard)
        if settings.shard:
            raise ConfigError("--shard takes a part of a fleet: name its databases with --databases.")
        live = require_live(settings, self._request)
        self._table = live.migrations_table
        return (live.find(self._client),)

    def compared(self, comparison: Comparison, databases: tuple[DatabaseInfo, ...]) -> tuple[Compared, ...]:
        if not self._settings.databases:
            return tuple(self._compare(comparison, each) for each in databases)

        def act(each: DatabaseInfo) -> Compared:
            try:
                return self._compare(comparison, each)
            except D1Error as error:
                return Compared(each.name, each.id, error=str(error))

        return for_each(databases, act, lambda done, each: self._on_step(f"{done}/{len(databases)} {each.name}"))

    def _compare(self, comparison: Comparison, database: DatabaseInfo) -> Compared:
        live = read_live(self._client, database.id, self._table, is_recorded=self._is_recorded)
        # A fleet is mostly alike: whether the last one had a migrations table tells how to ask the next one.
        self._is_recorded = live.recorded is not None
        return comparison.compare(database.name, database.id, live)


def _adoptions(compared: tuple[Compared, ...], migrations: MigrationSet, request: CheckRequest) -> dict[str, Adoption]:
    digits = f"{max(migrations.numbers, default=0) + 1:0{migrations.width}}"
    found = (
        (each.id, adoption(each.drift, each.name, digits, request.today)) for each in compared if each.drift is not None
    )
    return {identity: adopted for identity, adopted in found if adopted}


def _remarks(allowed: Allowed, *, whole: bool) -> Iterator[str]:
    for each in allowed.expired:
        yield f"{FILE} allows {each.subject} until {each.until}, which is over: remove the entry, or give it a new day."
    for each in allowed.unused if whole else ():
        yield f"{FILE} allows {each.subject}, which no database needs: remove the entry."
