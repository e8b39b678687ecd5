"""Requests to Cloudflare's API, over httpx: sent, sent again where that is safe, and told apart when they fail.

httpx reads HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE itself. It is imported when a client is made: the import
alone takes longer than most commands.
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

from pulse_ci import __version__
from pulse_ci.d1.api_responses import ApiResponse, parse_response
from pulse_ci.d1.failures import AmbiguousWrite, D1Unavailable, Overloaded, make_error
from pulse_ci.d1.rate_limit import RateLimiter
from pulse_ci.d1.retry import make_retrying
from pulse_ci.errors import D1Error
from pulse_ci.model import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import httpx

    from pulse_ci.d1.account import Account

# D1 itself ends a request after 30 seconds.
_TIMEOUT_SECONDS = 40
_CONNECT_TIMEOUT_SECONDS = 10
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")


class CloudflareApi:
    """Cloudflare's API for one account. Every method raises a D1Error, of `failures` where Cloudflare says why."""

    def __init__(
        self, account: Account, *, transport: httpx.BaseTransport | None, sleep: Callable[[float], None]
    ) -> None:
        import httpx

        if not account.token or not account.token.isascii() or not account.token.isprintable() or " " in account.token:
            raise D1Error("The Cloudflare API token has a character that no token has. Copy the secret anew.")
        if not account.id.isalnum():
            raise D1Error("The account id is not one: it is 32 letters and digits. Correct `account-id`.")
        self.usage = Usage()
        self._usage_lock = threading.Lock()
        self._rate_limiter = RateLimiter(sleep)
        self._token, self._sleep, self._httpx = account.token, sleep, httpx
        self._base = f"{account.api_url.rstrip('/')}/accounts/{account.id}"
        headers = {"Authorization": f"Bearer {account.token}", "User-Agent": f"pulse-migrate-action/{__version__}"}
        try:
            if httpx.URL(self._base).scheme not in {"https", "http"} or not httpx.URL(self._base).host:
                raise httpx.InvalidURL("it is no address")
            self._client = httpx.Client(
                headers=headers,
                timeout=httpx.Timeout(_TIMEOUT_SECONDS, connect=_CONNECT_TIMEOUT_SECONDS),
                transport=transport,
            )
        except (httpx.InvalidURL, OSError, ValueError) as error:
            raise D1Error(
                f"No client for {account.api_url} could be made: {error}. "
                "Check CLOUDFLARE_API_BASE_URL, HTTPS_PROXY and SSL_CERT_FILE."
            ) from error

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

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
        send = make_retrying(self._sleep, writes=False)
        return send(self._send, method, path, params, body, sql)

    def write(
        self, method: str, path: str, *, body: Mapping[str, object] | None = None, sql: Sequence[str] = ()
    ) -> ApiResponse:
        """Send a request that must not be done twice.

        Raises:
            AmbiguousWrite: it may have been done; it was not sent again.

        """
        send = make_retrying(self._sleep, writes=True)
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
        try:
            response = self._client.request(method, f"{self._base}{path}", params=params, json=body)
        except self._httpx.RequestError as error:
            raise self._make_connection_error(request, error) from None
        will_wait = self._rate_limiter.update(response.headers.get("ratelimit", ""))
        # Other jobs may have used the limit up: what was refused is sent again when the limit starts anew.
        return self._read(response, request, sql, 0.0 if will_wait else _find_retry_after(response))

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
            raise self._make_unexpected_answer_error(request, status)
        code = envelope.error_code if envelope else 0
        raise make_error(status, request, code, message, sql=sql, retry_after=retry_after)

    def _make_connection_error(self, request: str, error: httpx.RequestError) -> D1Error:
        host = self._httpx.URL(self._base).host
        message = f"no answer from {host} ({self._sanitize(str(error)) or type(error).__name__})"
        unsent = (self._httpx.ConnectError, self._httpx.ConnectTimeout, self._httpx.PoolTimeout)
        if isinstance(error, unsent):
            return Overloaded(
                request, f"{message}; check the network, CLOUDFLARE_API_BASE_URL, the proxy and SSL_CERT_FILE", None
            )
        return D1Unavailable(request, message)

    def _make_unexpected_answer_error(self, request: str, status: int) -> D1Error:
        what = "a redirect, which is not followed with a token" if 300 <= status < 400 else "something that is not JSON"
        return D1Error(
            f"{request} was answered with {what}. "
            "Check that CLOUDFLARE_API_BASE_URL is the address of the API, and the proxy before it."
        )

    def _sanitize(self, text: str) -> str:
        return _UNPRINTABLE.sub(" ", text.replace(self._token, "***")).strip().rstrip(".")[:2000]


def _find_retry_after(response: httpx.Response) -> float | None:
    value = response.headers.get("retry-after", "")
    return float(value) if value.isdecimal() and value.isascii() and len(value) < 9 else None
