"""Find the Cloudflare account and the database that the settings or wrangler's configuration name."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.analysis.migration_records import DEFAULT_MIGRATIONS_TABLE
from pulse_ci.d1.account import API_URL, Account
from pulse_ci.errors import ConfigError
from pulse_ci.wrangler import find_account_id, find_config, find_wrangler_database, list_fitting_databases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pulse_ci.apply.target import LocalDatabase, TargetDatabase
    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.d1.api_responses import DatabaseInfo
    from pulse_ci.d1.client import D1Client
    from pulse_ci.settings import Settings
    from pulse_ci.wrangler import WranglerDatabase

_WRITING_COMMANDS = ("apply", "reverse")
_ID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


@dataclass(frozen=True, slots=True)
class LiveDatabase:
    """Where a live database is; `database` is its id, or its name where no id is known, `name` is for people."""

    account: Account
    database: str
    name: str
    migrations_table: str

    def resolve(self, client: D1Client) -> DatabaseInfo:
        """Return its id and its name, asking for them where one of them alone is known."""
        from pulse_ci.d1.api_responses import DatabaseInfo

        if _ID.fullmatch(self.database) and self.name != self.database:
            return DatabaseInfo(self.database, self.name, "")
        return client.get_database(self.database)


class NotConfigured(ConfigError):
    """Something is missing without which no live database can be reached; the message is a reason, and what to give."""


def find_account(settings: Settings, config: Path | None) -> Account:
    """Return the account, as it is given or as wrangler's configuration has it, and its token; raises NotConfigured."""
    if settings.api_token is None:
        raise NotConfigured("there is no Cloudflare API token: give `api-token`, or set CLOUDFLARE_API_TOKEN")
    account = settings.account_id or (find_account_id(config, settings.environment) if config else None)
    if account is None:
        raise NotConfigured(
            "there is an API token and no account: give `account-id`, or set CLOUDFLARE_ACCOUNT_ID, or `account_id` "
            "in wrangler's configuration"
        )
    return Account(account, settings.api_token.get_secret_value(), settings.api_url or API_URL)


def find_database(settings: Settings, config: Path | None, entry: WranglerDatabase | None) -> LiveDatabase:
    """Return the database of an entry in wrangler's configuration, or else the one that the settings name.

    Raises:
        NotConfigured: there is no token, no account or no database.

    """
    account, database = find_account(settings, config), _choose_database(settings, entry)
    name = (entry.name if entry else None) or settings.database or database
    return LiveDatabase(account, database, name, entry.migrations_table if entry else DEFAULT_MIGRATIONS_TABLE)


def _choose_database(settings: Settings, entry: WranglerDatabase | None) -> str:
    found = (entry.id or entry.name) if entry else settings.database
    if found:
        return found
    if entry:
        raise NotConfigured(
            f"{entry.config}: the D1 database {entry.binding or 'asked for'} has neither `database_id` nor "
            "`database_name`"
        )
    raise NotConfigured(
        "there is an API token and no database: give `database`, or name it in wrangler's configuration with "
        "this directory as its `migrations_dir`"
    )


def require_account(settings: Settings, request: CheckRequest) -> Account:
    """Return the account for a command that cannot do without; raises ConfigError."""
    try:
        return find_account(settings, find_wrangler_config(settings, request))
    except NotConfigured as reason:
        raise _make_config_error(reason, request) from None


def require_database(settings: Settings, request: CheckRequest) -> LiveDatabase:
    """Return the database for a command that cannot do without; raises ConfigError.

    A command that writes takes none if several fit.
    """
    if request.command in _WRITING_COMMANDS:
        _require_one_fit(settings, request)
    try:
        return find_database(settings, find_wrangler_config(settings, request), _find_wrangler_entry(settings, request))
    except NotConfigured as reason:
        raise _make_config_error(reason, request) from None


def _require_one_fit(settings: Settings, request: CheckRequest) -> None:
    config = find_wrangler_config(settings, request)
    if config is None:
        return
    fitting = list_fitting_databases(
        config, environment=settings.environment, database=settings.database, directory=request.directory
    )
    if len(fitting) > 1:
        listed = "".join(f"\n  {_describe_choice(*each)}" for each in fitting)
        raise ConfigError(f"{config}: several databases fit, and {request.command} chooses none. Name one:{listed}")


def _describe_choice(environment: str | None, database: WranglerDatabase) -> str:
    flags = f"--environment {environment} --database" if environment else "--database"
    return f"{flags} {database.id or database.name or database.binding}  ({database.name or database.binding})"


@contextmanager
def open_target(
    settings: Settings, request: CheckRequest, local: Path | None, connect: Callable[[Account], D1Client]
) -> Iterator[TargetDatabase]:
    """Open the database file `local`, or the database of the account that the settings name."""
    if local is not None:
        yield open_local_database(settings, request, local)
        return
    from pulse_ci.apply.target import RemoteDatabase

    live = require_database(settings, request)
    with connect(live.account) as client:
        found = live.resolve(client)
        yield RemoteDatabase(client, found.id, found.name, live.migrations_table)


def open_local_database(settings: Settings, request: CheckRequest, path: Path) -> LocalDatabase:
    """Return the database in a file; raises ConfigError where there is none, so that a slip of the pen makes none."""
    from pulse_ci.apply.target import LocalDatabase

    if not path.exists():
        raise ConfigError(
            f"{path} does not exist. Correct --local. For a new database, make an empty file first: touch {path}"
        )
    if not path.is_file():
        raise ConfigError(f"{path} is not a file. Name the database's file with --local.")
    return LocalDatabase(path, read_migrations_table(settings, request))


def read_migrations_table(settings: Settings, request: CheckRequest) -> str:
    """Return the name of the migrations table, as wrangler's configuration has it for the directory."""
    config = find_wrangler_config(settings, request)
    found = (
        find_wrangler_database(config, environment=settings.environment, directory=request.directory)
        if config
        else None
    )
    return found.migrations_table if found else DEFAULT_MIGRATIONS_TABLE


def find_wrangler_config(settings: Settings, request: CheckRequest) -> Path | None:
    """Return wrangler's configuration: the one that is given, or else the one that is near the directory."""
    return settings.wrangler_config or find_config(request.directory.absolute().parent, request.root)


def _find_wrangler_entry(settings: Settings, request: CheckRequest) -> WranglerDatabase | None:
    config = find_wrangler_config(settings, request)
    if config is None:
        return None
    try:
        return find_wrangler_database(
            config, environment=settings.environment, database=settings.database, directory=request.directory
        )
    except ConfigError:
        # A database of the account need not be in the configuration; a slip of the pen is told by Cloudflare.
        if settings.database and not settings.environment:
            return None
        raise


def _make_config_error(reason: NotConfigured, request: CheckRequest) -> ConfigError:
    right = "Edit" if request.command in _WRITING_COMMANDS else "Read"
    return ConfigError(f"A live database is asked for, and {reason}. The token needs Account, D1, {right}.")
