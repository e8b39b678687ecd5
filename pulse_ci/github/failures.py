"""How a request to GitHub can fail.

GitHubError
├── RefusedError    what GitHub answered, with `status` and what it `said`
│   ├── Unauthorized    401  the token is wrong or has expired
│   ├── Forbidden       403  the token may not do this
│   ├── NotFound        404  not there, or the token may not see it
│   ├── Gone            410  switched off for this repository
│   ├── Unprocessable   422  the content will not do
│   └── RateLimited     403, 429  too many requests, and the wait is too long for a job
└── Unavailable     5xx, or no answer: whether a write was done is not known

A message says what was asked, what GitHub said, and what to do next.
"""

from __future__ import annotations

from pulse_ci.errors import GitHubError


class RequestRejected(GitHubError):
    """GitHub answered, and did not do what it was asked."""

    remedy = "Check GITHUB_API_URL, and any proxy before it."

    def __init__(self, status: int, request: str, message: str) -> None:
        """Take the HTTP status, the request as in "GET /user", and GitHub's own words."""
        super().__init__(f"GitHub refused {request}: {status} {message}. {self.remedy}")
        self.status = status
        self.message = message


class Unauthorized(RequestRejected):
    """The token is wrong or has expired."""

    remedy = "Give a `github-token` that is valid; the default is the job's own token."


class Forbidden(RequestRejected):
    """The token may not do this."""

    remedy = "Give the job the permission for it; docs/github.md, 'Permissions', lists them."


class NotFound(RequestRejected):
    """The thing is not there, or the token may not see it."""

    remedy = "Check the name, and that the token may read this repository."


class Gone(RequestRejected):
    """The feature is switched off for this repository."""

    remedy = "Switch it on in the repository's settings, or go without it."


class Unprocessable(RequestRejected):
    """GitHub refuses the content of the request."""

    remedy = "Report this with the message above: the request should not have been sent."


class RateLimited(RequestRejected):
    """Too many requests, and waiting for the next one would take too long."""

    remedy = "Run the job again in an hour; jobs of one repository share their limit."


class GitHubUnavailable(GitHubError):
    """GitHub failed or did not answer; whether a write was done is not known."""


_ERROR_BY_STATUS: dict[int, type[RequestRejected]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    410: Gone,
    422: Unprocessable,
}


def make_error(status: int, request: str, message: str) -> GitHubError:
    """Return the error for an answer of `status` to the request `asked`, at which GitHub `said` something."""
    if status >= 500:
        return GitHubUnavailable(f"GitHub failed at {request}: {status} {message}. Run the job again in a few minutes.")
    return _ERROR_BY_STATUS.get(status, RequestRejected)(status, request, message)
