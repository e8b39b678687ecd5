"""Requests to Cloudflare's API: sent, sent again where that is safe, and told apart when they fail.

Sources: https://developers.cloudflare.com/d1/best-practices/retry-queries/ and
https://developers.cloudflare.com/d1/observability/debug-d1/
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

from pulse_ci.d1.api_responses import ApiResponse, parse_response
from pulse_ci.d1.rate_limit import RateLimiter
from pulse_ci.errors import (
    AccessError,
    AmbiguousWrite,
    D1Error,
    D1Refused,
    D1Unavailable,
    DatabaseNotFound,
    InvalidToken,
    LimitReached,
    NotPermitted,
    Overloaded,
)
from pulse_ci.http import HttpClient, find_retry_after, make_retrying
from pulse_ci.model import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import httpx

    from pulse_ci.d1.account import Account

# D1 itself ends a request after 30 seconds.
_TIMEOUT_SECONDS = 40
# SQLite's errors end in the name of their code; a trigger's own text, which may say anything, precedes it.
_SQL_ERROR = re.compile(r": SQLITE_[A-Z0-9_]+(?: \(extended: SQLITE_[A-Z0-9_]+\))?$")
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


class CloudflareApi:
    """Cloudflare's API for one account. Every method raises a D1Error."""

    def __init__(
        self, account: Account, *, transport: httpx.BaseTransport | None, sleep: Callable[[float], None]
    ) -> None:
        if not account.token:
            raise D1Error("The Cloudflare API token is empty. Copy the secret again.")
        if not account.id.isalnum():
            raise D1Error("The account id is not one: it is 32 letters and digits. Correct `account-id`.")
        self.usage = Usage()
        self._usage_lock = threading.Lock()
        self._rate_limiter = RateLimiter(sleep)
        self._sleep = sleep
        self._base = f"{account.api_url.rstrip('/')}/accounts/{account.id}"
        self._http = HttpClient(
            self._base,
            account.token,
            service="Cloudflare API",
            variable="CLOUDFLARE_API_BASE_URL",
            error=D1Error,
            timeout_seconds=_TIMEOUT_SECONDS,
            transport=transport,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def add_usage(self, usage: Usage) -> None:
        """Add to what was spent so far; threads may do so at once."""
        with self._usage_lock:
            self.usage += usage

    def read(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: Mapping[str, object] | None = None,
        sql: Sequence[str] = (),
    ) -> ApiResponse:
        """Send a request that changes nothing, or that may be done twice: it is sent again after any failure."""
        send = make_retrying(self._sleep, writes=False, jitter_seconds=1)
        return send(self._send, method, path, params, body, sql)

    def write(
        self, method: str, path: str, *, body: Mapping[str, object] | None = None, sql: Sequence[str] = ()
    ) -> ApiResponse:
        """Send a request that must not be done twice.

        Raises:
            AmbiguousWrite: it may have been done; it was not sent again.

        """
        send = make_retrying(self._sleep, writes=True, jitter_seconds=1)
        try:
            return send(self._send, method, path, None, body, sql)
        except D1Unavailable as error:
            raise AmbiguousWrite(error) from error

    def _send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None,
        body: Mapping[str, object] | None,
        sql: Sequence[str],
    ) -> ApiResponse:
        request = f"{method} {path}"
        self._rate_limiter.wait()
        self.add_usage(Usage(requests=1))
        answer = self._http.send(method, f"{self._base}{path}", params=params, body=body)
        if isinstance(answer, Exception):
            raise self._make_connection_error(request, answer)
        will_wait = self._rate_limiter.update(answer.headers.get("ratelimit", ""))
        # Other jobs may have used the limit up: what was rejected is sent again when the limit starts again.
        return self._read(answer, request, sql, 0.0 if will_wait else find_retry_after(answer))

    def _read(
        self, response: httpx.Response, request: str, sql: Sequence[str], retry_after: float | None
    ) -> ApiResponse:
        status, envelope = response.status_code, parse_response(response.content)
        if status < 300 and envelope and not envelope.error_code:
            return envelope
        if envelope and envelope.error_code:
            message = self._sanitize(envelope.error_message)
        elif status >= 400:
            message = f"{status} {self._sanitize(response.reason_phrase)}"
        else:
            raise _make_unexpected_answer_error(request, status)
        code = envelope.error_code if envelope else 0
        raise _make_error(status, request, code, message, sql=sql, retry_after=retry_after)

    def _make_connection_error(self, request: str, error: httpx.RequestError) -> D1Error:
        host = self._http.base_url.host
        message = f"no answer from {host} ({self._sanitize(str(error)) or type(error).__name__})"
        if self._http.is_unsent(error):
            hint = "check the network, CLOUDFLARE_API_BASE_URL, the proxy and SSL_CERT_FILE"
            return Overloaded(request, f"{message}; {hint}", None)
        return D1Unavailable(request, message)

    def _sanitize(self, text: str) -> str:
        return self._http.sanitize(text, 2000)


def _make_unexpected_answer_error(request: str, status: int) -> D1Error:
    what = "a redirect, which is not followed with a token" if 300 <= status < 400 else "something that is not JSON"
    return D1Error(
        f"{request} was answered with {what}. "
        "Check that CLOUDFLARE_API_BASE_URL is the address of the API, and the proxy before it."
    )


def _make_error(
    status: int, request: str, code: int, message: str, *, sql: Sequence[str], retry_after: float | None
) -> D1Error:
    """Return the error for an answer of `status` whose body has an error `code` and a message.

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
