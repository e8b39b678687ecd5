"""What can go wrong.

PulseError
├── ConfigError      a flag, an input or a configuration file is wrong
├── MigrationError   the migration files cannot be read
├── D1Error          D1, or the embedded engine in its place, did not do what it was asked
│   └── D1Refused    it refused a statement; the text is D1's own
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
    """D1 refused a statement; `str()` is D1's own message."""


class GitHubError(PulseError):
    """GitHub's API did not do what it was asked."""
