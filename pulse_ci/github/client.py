"""The few things that are asked of GitHub's REST API, over httpx.

httpx reads HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE itself. It is imported when a client is made: the import
alone takes longer than most commands.
"""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from pulse_ci import __version__
from pulse_ci.errors import GitHubError
from pulse_ci.github.failures import GitHubUnavailable, RateLimited, make_error
from pulse_ci.github.retry import ATTEMPTS, MAX_WAIT_SECONDS, find_retry_delay, is_rate_limited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType
    from typing import Self

    import httpx

    Params = Mapping[str, str | int]

_REDIRECTS = frozenset({301, 302, 307, 308})
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")


class GitHubClient:
    """A client of one GitHub, with one token; a context manager.

    Paths begin with a slash and are relative to the address of the API. Every method raises a GitHubError:
    one of `failures` for what GitHub says, and the error itself for an answer that is not GitHub's.
    """

    def __init__(
        self,
        api_url: str,
        token: str,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take GITHUB_API_URL and a token; an empty token asks as nobody."""
        import httpx

        if not token.isascii() or not token.isprintable() or " " in token:
            raise GitHubError("The GitHub token has a character that no token has. Copy the secret anew.")
        self._token = token
        self._sleep = sleep
        self._has_written = False
        self._server_version: str | None = None
        self._httpx = httpx
        try:
            self._api_url = httpx.URL(api_url.rstrip("/"))
            if self._api_url.scheme not in {"https", "http"} or not self._api_url.host:
                raise httpx.InvalidURL("it is no address")
            self._client = httpx.Client(headers=_headers(token), timeout=30, transport=transport)
        except (httpx.InvalidURL, OSError, ValueError) as error:
            raise GitHubError(
                f"No client for {api_url} could be made: {error}. Check GITHUB_API_URL, HTTPS_PROXY and SSL_CERT_FILE."
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @property
    def is_installation(self) -> bool:
        """Whether the token is a GitHub App's, as the job's own is.

        Source: https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/
        """
        return self._token.startswith("ghs_")

    def get(self, path: str, params: Params | None = None) -> object:
        """Return what is at `path`."""
        return self._parse_json(self._request("GET", self._url(path, params)))

    def get_pages(self, path: str, params: Params | None = None) -> Iterator[object]:
        """Yield the items of every page of the list at `path`."""
        url: httpx.URL | None = self._url(path, {"per_page": 100, **(params or {})})
        while url is not None:
            response = self._request("GET", url)
            items = self._parse_json(response)
            if not isinstance(items, list):
                raise GitHubError(f"GitHub answered GET {path} with {type(items).__name__}, not with a list.")
            yield from items
            link = response.links.get("next", {}).get("url")
            url = self._resolve_link(url, link, "the next page") if link else None

    def post(self, path: str, body: Mapping[str, object]) -> object:
        """Create something, and return it; Unavailable means that it may have been created all the same."""
        return self._parse_json(self._request("POST", self._url(path), body))

    def patch(self, path: str, body: Mapping[str, object]) -> object:
        """Change something, and return it."""
        return self._parse_json(self._request("PATCH", self._url(path), body))

    def delete(self, path: str) -> None:
        """Delete something."""
        self._request("DELETE", self._url(path))

    @property
    def server_version(self) -> str | None:
        """The version of a GitHub Enterprise Server, as its last answer told; github.com tells none."""
        return self._server_version

    def redact(self, text: str) -> str:
        """Return `text` without the token."""
        return text.replace(self._token, "***") if self._token else text

    def _url(self, path: str, params: Params | None = None) -> httpx.URL:
        url = self._httpx.URL(f"{self._api_url}{quote(path)}")
        return url.copy_merge_params(dict(params)) if params else url

    def _request(self, method: str, url: httpx.URL, body: Mapping[str, object] | None = None) -> httpx.Response:
        if method != "GET":
            self._wait_between_writes()
        for _ in range(5):
            response = self._send_with_retry(method, url, body)
            if response.status_code not in _REDIRECTS:
                return self._require_success(response, f"{method} {_path(url)}")
            url = self._resolve_link(url, response.headers.get("location", ""), "a redirect")
        raise GitHubError(f"GitHub redirects {method} {_path(url)} in a circle. Check GITHUB_API_URL.")

    def _wait_between_writes(self) -> None:
        # "wait at least one second between each request" that writes:
        # https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
        if self._has_written:
            self._sleep(1)
        self._has_written = True

    def _send_with_retry(self, method: str, url: httpx.URL, body: Mapping[str, object] | None) -> httpx.Response:
        for attempt in range(1, ATTEMPTS):
            outcome = self._send_once(method, url, body)
            wait = find_retry_delay(attempt, method, outcome)
            if wait is None or wait > MAX_WAIT_SECONDS:
                break
            self._sleep(wait)
        else:
            outcome = self._send_once(method, url, body)
        if isinstance(outcome, self._httpx.Response):
            return outcome
        raise GitHubUnavailable(
            f"{method} {_path(url)} got no answer from {url.host}: {self._sanitize(str(outcome))}. "
            "Check GITHUB_API_URL, the proxy, and SSL_CERT_FILE where the server has its own CA."
        )

    def _send_once(
        self, method: str, url: httpx.URL, body: Mapping[str, object] | None
    ) -> httpx.Response | httpx.RequestError:
        try:
            return self._client.request(method, url, json=body)
        except self._httpx.RequestError as error:
            return error

    def _require_success(self, response: httpx.Response, request: str) -> httpx.Response:
        self._server_version = response.headers.get("x-github-enterprise-version", self._server_version)
        if response.is_success:
            return response
        message = self._sanitize(_find_error_message(response) or response.reason_phrase)
        if is_rate_limited(response):
            raise RateLimited(response.status_code, request, message)
        raise make_error(response.status_code, request, message)

    def _parse_json(self, response: httpx.Response) -> object:
        try:
            value: object = response.json()
        except (ValueError, RecursionError):
            raise GitHubError(
                f"{response.request.method} {_path(response.url)} was not answered with JSON. "
                "Check that GITHUB_API_URL is the address of an API, and the proxy before it."
            ) from None
        return value

    def _resolve_link(self, url: httpx.URL, link: str, what: str) -> httpx.URL:
        home = self._api_url
        try:
            target = url.join(link)
        except self._httpx.InvalidURL:
            target = self._httpx.URL()
        if (target.scheme, target.host, target.port) != (home.scheme, home.host, home.port):
            raise GitHubError(
                f"{home.host} gave {what} at {self._sanitize(link)}, where the token must not go. "
                "Check GITHUB_API_URL, and what stands between here and it."
            )
        return target

    def _sanitize(self, text: str) -> str:
        return _UNPRINTABLE.sub(" ", self.redact(text)).strip().rstrip(".")[:300]


def _headers(token: str) -> dict[str, str]:
    headers = {
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
        "User-Agent": f"pulse-migrate-action/{__version__}",
    }
    return headers | {"Authorization": f"Bearer {token}"} if token else headers


def _path(url: httpx.URL) -> str:
    return url.raw_path.decode("ascii")


def _find_error_message(response: httpx.Response) -> str:
    try:
        value = json.loads(response.content)
    except (ValueError, RecursionError):
        return ""
    message = value.get("message") if isinstance(value, dict) else None
    return message if isinstance(message, str) else ""
