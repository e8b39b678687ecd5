"""What can go wrong, and what to do next.

PulseError
├── InternalError              a fault of this program
├── ConfigError                a flag, an input or a configuration file is wrong
├── MigrationError             the migration files cannot be read
├── TransientError             an API request that may succeed when it is sent again
├── D1Error                    D1, or the embedded engine in its place, did not do what it was asked
│   ├── D1Refused              it rejected a statement; the text is D1's own
│   │   ├── SandboxStopped     the embedded engine stopped it at a limit
│   │   └── UnsupportedByEngine   the embedded engine cannot do what D1 does
│   ├── AccessError            Cloudflare answered, and will not do it for this token, account or name
│   │   ├── InvalidToken       the token is wrong or has expired
│   │   ├── NotPermitted       the token may not do this in this account
│   │   ├── DatabaseNotFound   there is no such database in the account
│   │   └── LimitReached       the account can have no more databases
│   ├── Overloaded             too many requests: nothing was done
│   ├── D1Unavailable          an internal error, a page of HTML or no answer: it may have been done
│   └── AmbiguousWrite         the same of a request that writes: read the state before anything else
└── GitHubError                GitHub's API did not do what it was asked
    ├── RequestRejected        GitHub answered, with `status` and a message
    │   ├── Unauthorized       401  the token is wrong or has expired
    │   ├── Forbidden          403  the token may not do this
    │   ├── NotFound           404  not there, or the token may not see it
    │   ├── Gone               410  switched off for this repository
    │   ├── Unprocessable      422  GitHub rejects the content
    │   └── RateLimited        403, 429  too many requests
    └── GitHubUnavailable      5xx, or no answer: whether a write was done is not known

Raised where the cause is known, caught in `cli` and in the action only: exit status 2.
A message says what went wrong, where, and what to do next; `remedy` is the last part of it for a whole class.
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import ClassVar

TRACEBACK_VARIABLE = "PULSE_CI_TRACEBACK"


class PulseError(Exception):
    """Any failure that a user can be told about in a sentence."""


class InternalError(PulseError):
    """A fault of this program; the sentence names the place, never a value, which could be a row or a secret."""

    @classmethod
    def from_exception(cls, error: BaseException) -> InternalError:
        """Return the error for an exception that nothing caught."""
        frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
        own = [frame for frame in frames if "pulse_ci" in frame.f_code.co_filename] or frames
        place = f"{Path(own[-1].f_code.co_filename).name}:{own[-1].f_lineno}" if own else "an unknown place"
        return cls(
            f"internal error: {type(error).__name__} in {place}. Nothing was proven. Please report it with the file "
            f"that causes it; {TRACEBACK_VARIABLE}=1 prints the traceback."
        )


class ConfigError(PulseError):
    """A flag, an input or a configuration file is wrong."""


class MigrationError(PulseError):
    """The migration files cannot be read."""


class TransientError(PulseError):
    """An API request that may succeed later; `retry_after` is how many seconds the server asks to wait."""

    retry_after: float | None = None
    nothing_done = False


class D1Error(PulseError):
    """D1 did not do what it was asked."""


class D1Refused(D1Error):
    """D1 rejected a statement; `str()` is D1's own message.

    sql          the statement, None where it is the request as a whole (its commit, its size)
    statement    its index in the request, from 0
    start        its offset in the request, in characters from 0
    """

    def __init__(
        self, message: str, *, sql: str | None = None, statement: int | None = None, start: int | None = None
    ) -> None:
        super().__init__(message)
        self.sql = sql
        self.statement = statement
        self.start = start


class SandboxStopped(D1Refused):
    """The embedded engine stopped a statement, or would not start it, at one of its own limits; not D1's."""


class UnsupportedByEngine(D1Refused):
    """The embedded engine does not run a statement, since it cannot do what D1 does with it."""


class AccessError(D1Error):
    """Cloudflare answered, and did not do what it was asked."""

    remedy: ClassVar = "Check the account id, the database and the token."

    def __init__(self, request: str, message: str) -> None:
        """Take the request as in "GET /d1/database", and Cloudflare's own words."""
        super().__init__(f"Cloudflare rejected {request}: {message}. {self.remedy}")
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


class Overloaded(D1Error, TransientError):
    """Too many requests, or no connection; nothing was done."""

    nothing_done = True

    def __init__(self, request: str, message: str, retry_after: float | None) -> None:
        super().__init__(f"Cloudflare did not get to {request}: {message}. Run it again in a few minutes.")
        self.retry_after = retry_after


class D1Unavailable(D1Error, TransientError):
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


class GitHubError(PulseError):
    """GitHub's API did not do what it was asked."""


class RequestRejected(GitHubError):
    """GitHub answered, and did not do what it was asked."""

    remedy: ClassVar = "Check GITHUB_API_URL, and any proxy before it."

    def __init__(self, status: int, request: str, message: str) -> None:
        """Take the HTTP status, the request as in "GET /user", and GitHub's own words."""
        super().__init__(f"GitHub rejected {request}: {status} {message}. {self.remedy}")
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
    """GitHub rejects the content of the request."""

    remedy = "Report this with the message above: the request should not have been sent."


class RateLimited(RequestRejected, TransientError):
    """Too many requests; nothing was done."""

    remedy = "Run the job again in an hour; jobs of one repository share their limit."
    nothing_done = True


class GitHubUnavailable(GitHubError, TransientError):
    """GitHub failed or did not answer; whether a write was done is not known."""
