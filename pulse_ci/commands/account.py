"""Settings to the Cloudflare account, and to the database in it that is meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.d1.account import API_URL, Account
from pulse_ci.errors import ConfigError
from pulse_ci.wrangler import find_config, read_account_id, read_database

if TYPE_CHECKING:
    from pathlib import Path

    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.settings import Settings
    from pulse_ci.wrangler import WranglerDatabase


@dataclass(frozen=True, slots=True)
class Chosen:
    """The database that is meant, and the migrations table in it; `id` is None where only the account knows it."""

    id: str | None
    name: str
    table: str


def read_account(settings: Settings, request: CheckRequest) -> Account:
    """Return the account, as it is given or as wrangler's configuration has it, and its token.

    Raises:
        ConfigError: one of the two is not given.

    """
    account = settings.account_id or _account_in_configuration(settings, request)
    if settings.api_token is None or not account:
        missing = "--account-id (CLOUDFLARE_ACCOUNT_ID)" if settings.api_token else "CLOUDFLARE_API_TOKEN"
        raise ConfigError(
            f"A live database is asked for, and {missing} is not given. Set CLOUDFLARE_API_TOKEN to a token with the "
            "permission Account, D1, Read, and CLOUDFLARE_ACCOUNT_ID; in the action, `api-token` and `account-id`."
        )
    return Account(account, settings.api_token.get_secret_value(), settings.api_url or API_URL)


def choose_database(settings: Settings, request: CheckRequest) -> Chosen:
    """Return the database that `--database` names, or else the one that wrangler's configuration gives the directory.

    Raises:
        ConfigError: neither names one.

    """
    found = _in_configuration(settings, request)
    if found and (found.id or found.name):
        return Chosen(found.id, found.name or found.id or "", found.migrations_table)
    if settings.database:
        return Chosen(None, settings.database, table_of(settings, request))
    raise ConfigError(
        f"Which database is meant is not known: no wrangler configuration names one for {request.shown}. "
        "Name it with --database, or the configuration with --wrangler-config."
    )


def table_of(settings: Settings, request: CheckRequest) -> str:
    """Return the name of the migrations table, as wrangler's configuration has it for the directory."""
    config = _config(settings, request)
    found = read_database(config, environment=settings.environment, directory=request.directory) if config else None
    return found.migrations_table if found else "d1_migrations"


def _in_configuration(settings: Settings, request: CheckRequest) -> WranglerDatabase | None:
    config = _config(settings, request)
    if config is None:
        return None
    try:
        return read_database(
            config, environment=settings.environment, database=settings.database, directory=request.directory
        )
    except ConfigError:
        # A database of the account need not be in the configuration; a slip of the pen is told by Cloudflare.
        if settings.database and not settings.environment:
            return None
        raise


def _account_in_configuration(settings: Settings, request: CheckRequest) -> str | None:
    config = _config(settings, request)
    return read_account_id(config, settings.environment) if config else None


def _config(settings: Settings, request: CheckRequest) -> Path | None:
    return settings.wrangler_config or find_config(request.directory.absolute().parent, request.root)
