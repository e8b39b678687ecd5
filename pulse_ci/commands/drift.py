"""drift: compare a live database or a fleet with the migrations, or with another database."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from pulse_ci.analysis.schema_history import replay_history
from pulse_ci.commands.database_target import read_migrations_table, require_account, require_database
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
from pulse_ci.d1.database_state import make_fleet_reader
from pulse_ci.d1.drift_check import DriftChecker, expect_database, expect_files
from pulse_ci.drift.adopt_migration import build_adopt_migration
from pulse_ci.drift.allowlist import ALLOWLIST_FILE, read_allowed_differences
from pulse_ci.drift.value import DatabaseDrift
from pulse_ci.report.drift import DriftReport
from pulse_ci.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pulse_ci.commands.output import Output
    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.d1.account import Account
    from pulse_ci.d1.api_responses import DatabaseInfo
    from pulse_ci.drift.allowlist import AllowedDifference
    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.report.databases import Scope
    from pulse_ci.settings import Settings


def run(command: str, options: Mapping[str, object], open_output: Callable[[Settings], Output] = TerminalOutput) -> int:
    """Run the command with the flags that were given; return the exit code."""
    settings = read_settings(options)
    return run_and_publish(
        command, settings, open_output(settings), lambda connect, hooks: check_drift(settings, connect, hooks)
    )


def check_drift(
    settings: Settings,
    connect: Callable[[Account], D1Client] = D1Client,
    hooks: RunHooks | None = None,
) -> DriftReport:
    """Compare what the settings name; a database of a fleet that cannot be compared is an error of its own.

    Raises:
        ConfigError: it is not known which database is meant, or where it is.
        D1Error: the one database, or the list of them, cannot be read.

    """
    hooks = hooks or RunHooks()
    reject_fleet_flags_without_fleet(settings)
    request = build_request(settings.migrations_dir, "drift")
    allowlist = read_allowed_differences(request.root)
    account = require_account(settings, request)
    migrations = request.discover()
    hooks.on_step("replaying")
    with closing(connect(account)) as client:
        run = _DriftRun(settings, request, client, migrations, allowlist)
        return run.compare_fleet(hooks) if settings.databases else run.compare_one()


class _DriftRun:
    """One run of the command: which databases, what they should be, and how they are read."""

    def __init__(
        self,
        settings: Settings,
        request: CheckRequest,
        client: D1Client,
        migrations: MigrationSet,
        allowlist: Sequence[AllowedDifference],
    ) -> None:
        self._settings, self._request, self._client, self._migrations = settings, request, client, migrations
        self._read = make_fleet_reader(client, read_migrations_table(settings, request))
        if settings.against:
            reference = client.get_database(settings.against)
            compared_with = f"database `{reference.name}`"
            expect = expect_database(self._read(reference.id))
        else:
            compared_with = f"the {len(migrations.migrations)} migrations in {request.display_dir}"
            expect = expect_files(replay_history(migrations.migrations, read_base_schema(settings, request.root)))
        self._scope = build_scope(settings, migrations, compared_with, map(repr, allowlist))
        self._checker = DriftChecker(expect, allowlist, today=request.today)

    def compare_one(self) -> DriftReport:
        live = require_database(self._settings, self._request)
        self._read = make_fleet_reader(self._client, live.migrations_table)
        return self._build_report((self._compare(live.resolve(self._client)),), self._scope)

    def compare_fleet(self, hooks: RunHooks) -> DriftReport:
        earlier = read_resume_report(self._settings, self._scope, DriftReport)

        def build_report(compared: tuple[DatabaseDrift, ...]) -> DriftReport:
            left = [each for each in compared if each.status == "not asked"]
            scope = add_stop_reason(self._scope, hooks.stop_signal, left=left)
            return self._build_report(compared, scope, earlier)

        compared = run_each(
            select_databases(self._settings, self._client),
            self._compare,
            lambda each, why: DatabaseDrift(each.name, each.id, error=why),
            done={each.id: each for each in earlier.databases if each.drift} if earlier else {},
            not_attempted=lambda each: DatabaseDrift(each.name, each.id),
            hooks=hooks,
            on_progress=lambda grown: hooks.save_report(build_report(grown)),
        )
        return build_report(compared)

    def _compare(self, database: DatabaseInfo) -> DatabaseDrift:
        found = self._checker.compare(database.name, database.id, self._read(database.id))
        if self._settings.against or found.drift is None:
            return found
        digits = f"{self._migrations.next_number:0{self._migrations.number_width}}"
        adoption = build_adopt_migration(found.drift, found.name, digits, self._request.today)
        return replace(found, adoption=adoption)

    def _build_report(
        self, compared: tuple[DatabaseDrift, ...], scope: Scope, earlier: DriftReport | None = None
    ) -> DriftReport:
        allowed = self._checker.allowlist_problems
        unused = map(_format_unused, allowed.unused)
        return DriftReport(
            databases=compared,
            scope=scope,
            usage=sum_usage(self._client, earlier),
            expired=tuple(map(_format_expired, allowed.expired)),
            unused=tuple(each for each in unused if earlier is None or each in earlier.unused),
        )


def _format_expired(each: AllowedDifference) -> str:
    return (
        f"{ALLOWLIST_FILE} allows {each.subject} until {each.until}, which is over: remove the "
        f"entry, or give it a new day."
    )


def _format_unused(each: AllowedDifference) -> str:
    return f"{ALLOWLIST_FILE} allows {each.subject}, which no database needs: remove the entry."
