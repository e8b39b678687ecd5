"""HTTP requests with a token to one API: the client, its retries and what its answers may say in a log.

httpx reads HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE itself. It is imported when a client is made: the import
alone takes longer than most commands.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulse_ci import __version__
from pulse_ci.errors import PulseError, TransientError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx
    from tenacity import RetryCallState, Retrying

ATTEMPTS = 4
MAX_WAIT_SECONDS = 90.0
_CONNECT_TIMEOUT_SECONDS = 10
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")


class HttpClient:
    """One API at `base_url` and the token to it; what cannot be a token or an address is an `error`."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        service: str,
        variable: str,
        error: type[PulseError],
        timeout_seconds: float,
        headers: Mapping[str, str] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Take the names of the service and of the variable that holds its address, for messages."""
        import httpx

        if not token.isascii() or not token.isprintable() or " " in token:
            raise error(f"The {service} token has a character that no token has. Copy the secret again.")
        self._token, self._httpx = token, httpx
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            self.base_url = httpx.URL(base_url.rstrip("/"))
            if self.base_url.scheme not in {"https", "http"} or not self.base_url.host:
                raise httpx.InvalidURL("it is not an address")
            self._client = httpx.Client(
                headers={"User-Agent": f"pulse-migrate-action/{__version__}", **bearer, **(headers or {})},
                timeout=httpx.Timeout(timeout_seconds, connect=_CONNECT_TIMEOUT_SECONDS),
                transport=transport,
            )
        except (httpx.InvalidURL, OSError, ValueError) as problem:
            raise error(
                f"No client for {base_url} could be made: {problem}. Check {variable}, HTTPS_PROXY and SSL_CERT_FILE."
            ) from problem

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(
        self,
        method: str,
        url: httpx.URL | str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> httpx.Response | httpx.RequestError:
        """Send one request, once; return the answer, or the error where none came."""
        try:
            return self._client.request(method, url, params=params, json=body)
        except self._httpx.RequestError as error:
            return error

    def is_unsent(self, error: httpx.RequestError) -> bool:
        """Return whether the request of this error never left the machine."""
        return isinstance(error, self._httpx.ConnectError | self._httpx.ConnectTimeout | self._httpx.PoolTimeout)

    def redact(self, text: str) -> str:
        """Return `text` without the token."""
        return text.replace(self._token, "***") if self._token else text

    def sanitize(self, text: str, most: int) -> str:
        """Return what a server said as one printable line of at most `most` characters, without the token."""
        return _UNPRINTABLE.sub(" ", self.redact(text)).strip().rstrip(".")[:most]


def find_retry_after(response: httpx.Response) -> float | None:
    """Return the seconds that `Retry-After` asks to wait."""
    value = response.headers.get("retry-after", "")
    return float(value) if value.isdecimal() and value.isascii() and len(value) < 9 else None


def make_retrying(sleep: Callable[[float], None], *, writes: bool, jitter_seconds: float = 0) -> Retrying:
    """Return a caller that sends a request up to ATTEMPTS times; one that writes only while nothing was done.

    It goes by the TransientError that is raised: after `retry_after` seconds, or else after 1, 2 and 4.
    """
    import tenacity

    backoff = tenacity.wait_exponential_jitter(initial=1, max=30, jitter=jitter_seconds)

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked_for = error.retry_after if isinstance(error, TransientError) else None
        return backoff(state) if asked_for is None else asked_for

    def should_retry(error: BaseException) -> bool:
        if not isinstance(error, TransientError) or (writes and not error.nothing_done):
            return False
        return error.retry_after is None or error.retry_after <= MAX_WAIT_SECONDS

    return tenacity.Retrying(
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=wait,
        retry=tenacity.retry_if_exception(should_retry),
        sleep=sleep,
        reraise=True,
    )
