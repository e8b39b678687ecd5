"""Settings and wrangler's configuration to the live database that they name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.d1.account import API_URL, Account
from pulse_ci.errors import ConfigError

if TYPE_CHECKING:
    from pulse_ci.d1.client import D1Client
    from pulse_ci.settings import Settings
    from pulse_ci.wrangler import WranglerDatabase


_ID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


@dataclass(frozen=True, slots=True)
class LiveDatabase:
    """Where a live database is; `database` is its id, or its name where no id is known, `name` is for people."""

    account: Account
    database: str
    name: str
    migrations_table: str

    def find(self, client: D1Client) -> str:
        """Return the database's id, asking for it where only its name is known."""
        return self.database if _ID.fullmatch(self.database) else client.database(self.database).id


class NotConfigured(ConfigError):
    """Something is missing without which no live database can be reached."""


def find_live(settings: Settings, wrangler: WranglerDatabase | None) -> LiveDatabase:
    """Return the live database that is meant.

    Raises:
        NotConfigured: there is no token, no account or no database; the message is a reason and what to give.

    """
    if settings.api_token is None:
        raise NotConfigured("there is no Cloudflare API token: give `api-token`, or set CLOUDFLARE_API_TOKEN")
    account = settings.account_id or (wrangler.account_id if wrangler else None)
    if account is None:
        raise NotConfigured(
            "there is an API token and no account: give `account-id`, or set CLOUDFLARE_ACCOUNT_ID, or `account_id` "
            "in wrangler's configuration"
        )
    database = _database(settings, wrangler)
    return LiveDatabase(
        account=Account(account, settings.api_token.get_secret_value(), settings.api_url or API_URL),
        database=database,
        name=(wrangler.name if wrangler else None) or settings.database or database,
        migrations_table=wrangler.migrations_table if wrangler else "d1_migrations",
    )


def _database(settings: Settings, wrangler: WranglerDatabase | None) -> str:
    found = (wrangler.id or wrangler.name) if wrangler else settings.database
    if found:
        return found
    if wrangler:
        raise NotConfigured(
            f"{wrangler.config}: the D1 database {wrangler.binding or 'asked for'} has neither `database_id` nor "
            "`database_name`"
        )
    raise NotConfigured(
        "there is an API token and no database: give `database`, or name it in wrangler's configuration with "
        "this directory as its `migrations_dir`"
    )
