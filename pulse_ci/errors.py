"""What can go wrong.

PulseError
├── ConfigError      a flag, an input or a configuration file is wrong
├── MigrationError   the migration files cannot be read
├── D1Error          D1, or the embedded engine in its place, did not do what it was asked
│   └── D1Refused    it refused a statement; the text is D1's own
│       ├── SandboxStopped   the embedded engine stopped it at a limit
│       └── BeyondEngine     the embedded engine cannot do what D1 does
└── GitHubError      GitHub's API did not do what it was asked

Raised where the cause is known, caught in `cli` and in the action only: exit status 2.
A message says what went wrong, where, and what to do next.
"""

from __future__ import annotations


class PulseError(Exception):
    """Any failure that a user can be told about in a sentence."""


class ConfigError(PulseError):
    """A flag, an input or a configuration file is wrong."""


class MigrationError(PulseError):
    """The migration files cannot be read."""


class D1Error(PulseError):
    """D1 did not do what it was asked."""


class D1Refused(D1Error):
    """D1 refused a statement; `str()` is D1's own message.

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


class GitHubError(PulseError):
    """GitHub's API did not do what it was asked."""
