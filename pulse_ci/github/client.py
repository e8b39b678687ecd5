"""The few requests that are sent to GitHub's REST API.

Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from pulse_ci.errors import (
    Forbidden,
    GitHubError,
    GitHubUnavailable,
    Gone,
    NotFound,
    RateLimited,
    RequestRejected,
    Unauthorized,
    Unprocessable,
)
from pulse_ci.http import HttpClient, find_retry_after, make_retrying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Self

    import httpx

    Params = Mapping[str, str | int]

_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_REDIRECTS = frozenset({301, 302, 307, 308})
_RATE_LIMIT_WAIT_SECONDS = 60.0  # where GitHub does not say how long
_ERROR_BY_STATUS: dict[int, type[RequestRejected]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    410: Gone,
    422: Unprocessable,
}


class GitHubClient:
    """A client of one GitHub, with one token; a context manager.

    Paths begin with a slash and are relative to the address of the API. Every method raises a GitHubError.
    """

    def __init__(
        self,
        api_url: str,
        token: str,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take GITHUB_API_URL and a token; with an empty token, requests are anonymous."""
        self._http = HttpClient(
            api_url,
            token,
            service="GitHub",
            variable="GITHUB_API_URL",
            error=GitHubError,
            timeout_seconds=30,
            headers=_HEADERS,
            transport=transport,
        )
        self._api_url = self._http.base_url
        self._sleep = sleep
        self._has_written = False
        self.is_installation = token.startswith("ghs_")
        self.server_version: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

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
        """Create something, and return it; after GitHubUnavailable it may have been created."""
        return self._parse_json(self._request("POST", self._url(path), body))

    def patch(self, path: str, body: Mapping[str, object]) -> object:
        """Change something, and return it."""
        return self._parse_json(self._request("PATCH", self._url(path), body))

    def delete(self, path: str) -> None:
        """Delete something."""
        self._request("DELETE", self._url(path))

    def redact(self, text: str) -> str:
        """Return `text` without the token."""
        return self._http.redact(text)

    def _url(self, path: str, params: Params | None = None) -> httpx.URL:
        url = self._api_url.copy_with(raw_path=self._api_url.raw_path.rstrip(b"/") + quote(path).encode())
        return url.copy_merge_params(dict(params)) if params else url

    def _request(self, method: str, url: httpx.URL, body: Mapping[str, object] | None = None) -> httpx.Response:
        if method != "GET":
            self._wait_between_writes()
        send = make_retrying(self._sleep, writes=method != "GET")
        for _ in range(5):
            response: httpx.Response = send(self._send, method, url, body)
            if response.status_code not in _REDIRECTS:
                return response
            url = self._resolve_link(url, response.headers.get("location", ""), "a redirect")
        raise GitHubError(f"GitHub redirects {method} {_get_path(url)} in a circle. Check GITHUB_API_URL.")

    def _wait_between_writes(self) -> None:
        # "wait at least one second between each request" that writes:
        # https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
        if self._has_written:
            self._sleep(1)
        self._has_written = True

    def _send(self, method: str, url: httpx.URL, body: Mapping[str, object] | None) -> httpx.Response:
        answer = self._http.send(method, url, body=body)
        request = f"{method} {_get_path(url)}"
        if isinstance(answer, Exception):
            error = GitHubUnavailable(
                f"{request} got no answer from {url.host}: {self._sanitize(str(answer))}. "
                "Check GITHUB_API_URL, the proxy, and SSL_CERT_FILE where the server has its own CA."
            )
            error.nothing_done = self._http.is_unsent(answer)
            raise error
        self.server_version = answer.headers.get("x-github-enterprise-version", self.server_version)
        if answer.is_success or answer.status_code in _REDIRECTS:
            return answer
        raise self._make_error(answer, request)

    def _make_error(self, response: httpx.Response, request: str) -> GitHubError:
        status = response.status_code
        message = self._sanitize(_find_error_message(response) or response.reason_phrase)
        if _is_rate_limited(response):
            limited = RateLimited(status, request, message)
            limited.retry_after = _find_server_delay(response) or _RATE_LIMIT_WAIT_SECONDS
            return limited
        if status < 500:
            return _ERROR_BY_STATUS.get(status, RequestRejected)(status, request, message)
        failed = GitHubUnavailable(
            f"GitHub failed at {request}: {status} {message}. Run the job again in a few minutes."
        )
        failed.retry_after = _find_server_delay(response)
        return failed

    def _parse_json(self, response: httpx.Response) -> object:
        try:
            value: object = response.json()
        except (ValueError, RecursionError):
            raise GitHubError(
                f"{response.request.method} {_get_path(response.url)} was not answered with JSON. "
                "Check that GITHUB_API_URL is the address of an API, and the proxy before it."
            ) from None
        return value

    def _resolve_link(self, url: httpx.URL, link: str, what: str) -> httpx.URL:
        home = self._api_url
        try:
            target = url.join(link)
        except ValueError:
            target = None
        if target is None or (target.scheme, target.host, target.port) != (home.scheme, home.host, home.port):
            raise GitHubError(
                f"{home.host} gave {what} at {self._sanitize(link)}, where the token must not go. "
                "Check GITHUB_API_URL, and what stands between here and it."
            )
        return target

    def _sanitize(self, text: str) -> str:
        return self._http.sanitize(text, 300)


def _is_rate_limited(response: httpx.Response) -> bool:
    """Return whether GitHub rejected a request for the rate alone: 429, and 403 for the secondary limits."""
    headers = response.headers
    return response.status_code == 429 or (
        response.status_code == 403
        and (
            "retry-after" in headers
            or headers.get("x-ratelimit-remaining") == "0"
            or b"rate limit" in response.content.lower()
        )
    )


def _find_server_delay(response: httpx.Response) -> float | None:
    reset = response.headers.get("x-ratelimit-reset", "")
    if (after := find_retry_after(response)) is not None:
        return after
    if response.headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(1.0, float(reset) - time.time())
    return None


def _get_path(url: httpx.URL) -> str:
    return url.raw_path.decode("ascii")


def _find_error_message(response: httpx.Response) -> str:
    try:
        value = json.loads(response.content)
    except (ValueError, RecursionError):
        return ""
    message = value.get("message") if isinstance(value, dict) else None
    return message if isinstance(message, str) else ""
