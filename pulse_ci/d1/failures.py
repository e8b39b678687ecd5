"""How a request to D1 can fail.

D1Error
├── D1Refused         a SQL error, in D1's own words
├── AccessError       Cloudflare answered, and will not do it for this token, account or name
│   ├── TokenRefused      the token is wrong or has expired
│   ├── NotPermitted      the token may not do this in this account
│   ├── DatabaseNotFound  there is no such database in the account
│   └── LimitReached      the account can have no more databases
├── Overloaded        too many requests: nothing was done
├── Unavailable       an internal error, a page of HTML or no answer: whether anything was done is not known
└── AmbiguousWrite    the same of a request that writes: read the state before anything else

A message says what was asked, what Cloudflare said, and what to do next.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulse_ci.errors import D1Error, D1Refused

if TYPE_CHECKING:
    from collections.abc import Sequence


class AccessError(D1Error):
    """Cloudflare answered, and did not do what it was asked."""

    remedy = "Check the account id, the database and the token."

    def __init__(self, request: str, message: str) -> None:
        """Take the request as in "GET /d1/database", and Cloudflare's own words."""
        super().__init__(f"Cloudflare refused {request}: {message}. {self.remedy}")
        self.message = message


class InvalidToken(AccessError):
    """The token is wrong or has expired."""

    remedy = (
        "Give an `api-token` (or CLOUDFLARE_API_TOKEN) that is valid: Cloudflare's dashboard, My Profile, API Tokens."
    )


class NotPermitted(AccessError):
    """The token may not do this in this account."""

    remedy = "Check `account-id`, and give the token the permission Account, D1, Read; what writes needs Edit."


class DatabaseNotFound(AccessError):
    """There is no such database in the account."""

    remedy = "Check `database_id` in wrangler's configuration, or `--database`, and that `account-id` is its account."


class LimitReached(AccessError):
    """The account can have no more databases."""

    remedy = "Delete databases that are not needed (`wrangler d1 list`), or use `preview: staging`."


class Overloaded(D1Error):
    """Too many requests; nothing was done. `retry_after` is how many seconds Cloudflare asks to wait."""

    def __init__(self, request: str, message: str, retry_after: float | None) -> None:
        super().__init__(f"Cloudflare did not get to {request}: {message}. Run it again in a few minutes.")
        self.retry_after = retry_after


class D1Unavailable(D1Error):
    """D1 failed or did not answer; what was asked may have been done."""

    def __init__(self, request: str, message: str, next_step: str = "Run it again in a few minutes.") -> None:
        super().__init__(f"D1 failed at {request}: {message}. {next_step}")
        self.request = request
        self.message = message


class AmbiguousWrite(D1Error):
    """A request that writes failed in a way that leaves open whether it was done; `failure` says how."""

    def __init__(self, failure: D1Unavailable) -> None:
        super().__init__(
            f"It is not known whether {failure.request} was done: {failure.message}. "
            "Look at the database (`pulse-ci status`) before anything is run again."
        )
        self.failure = failure


# SQLite's errors end in the name of their code; a trigger's own text, which may say anything, stands before it.
_SQL_ERROR = re.compile(r": SQLITE_[A-Z0-9_]+(?: \(extended: SQLITE_[A-Z0-9_]+\))?$")
# https://developers.cloudflare.com/d1/observability/debug-d1/
_OVERLOADED = re.compile(r"D1 DB is overloaded|Currently processing a long-running")
_INTERNAL = re.compile(
    r"internal error; reference|caused object to be reset|^D1 DB reset because|^Network connection lost|"
    r"^Cannot resolve D1 DB|^Can't read from request stream|exceeded its (?:CPU time|memory) limit",
    re.IGNORECASE,
)
_ERROR_BY_CODE: dict[int, type[AccessError]] = {
    1000: InvalidToken,
    6003: InvalidToken,
    6111: InvalidToken,
    9109: InvalidToken,
    10000: InvalidToken,
    7003: DatabaseNotFound,
    7403: NotPermitted,
    7404: DatabaseNotFound,
    7406: LimitReached,
}
_ERROR_BY_STATUS: dict[int, type[AccessError]] = {401: InvalidToken, 403: NotPermitted, 404: DatabaseNotFound}


def make_error(
    status: int, request: str, code: int, message: str, *, sql: Sequence[str] = (), retry_after: float | None = None
) -> D1Error:
    """Return the error for an answer of `status` whose body has an error `code` and says something.

    A SQL error and an internal one have the same code: the text alone tells them apart.
    """
    if _SQL_ERROR.search(message) and status < 500:
        return D1Refused(message, sql=sql[0] if len(sql) == 1 else None)
    if status == 429 or _OVERLOADED.search(message):
        return Overloaded(request, message, retry_after)
    if status >= 500 or _INTERNAL.search(message):
        return D1Unavailable(request, message)
    if kind := _ERROR_BY_CODE.get(code) or _ERROR_BY_STATUS.get(status):
        return kind(request, message)
    return D1Refused(message) if sql else AccessError(request, message)
