"""Whether, and after how many seconds, a request is sent again.

Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

ATTEMPTS = 4
MAX_WAIT_SECONDS = 90.0
_DEFAULT_WAIT_SECONDS = 60.0


def find_retry_delay(attempt: int, method: str, outcome: httpx.Response | httpx.RequestError) -> float | None:
    """Return the seconds to wait after try number `attempt`, or None where another try is of no use.

    What was refused for the rate, or never left this machine, is safe to send again. A write that failed in
    any other way may have been done: only its sender can find out.
    """
    import httpx

    backoff = 2.0 ** (attempt - 1)
    if isinstance(outcome, httpx.RequestError):
        unsent = isinstance(outcome, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
        return backoff if unsent or method == "GET" else None
    if is_rate_limited(outcome):
        return _find_server_delay(outcome) or _DEFAULT_WAIT_SECONDS
    if outcome.status_code >= 500 and method == "GET":
        return _find_server_delay(outcome) or backoff
    return None


def is_rate_limited(response: httpx.Response) -> bool:
    """Return whether GitHub refused a request for the rate alone: 429, and 403 for the secondary limits."""
    if response.status_code == 429:
        return True
    if response.status_code != 403:
        return False
    headers = response.headers
    return (
        "retry-after" in headers
        or headers.get("x-ratelimit-remaining") == "0"
        or b"rate limit" in response.content.lower()
    )


def _find_server_delay(response: httpx.Response) -> float | None:
    after, reset = response.headers.get("retry-after", ""), response.headers.get("x-ratelimit-reset", "")
    if after.isdecimal():
        return float(after)
    if response.headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(1.0, float(reset) - time.time())
    return None
