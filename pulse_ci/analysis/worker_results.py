"""What became of the queries of a Worker's source on the schema before a change and after it."""

from __future__ import annotations

import re
from collections.abc import Mapping  # noqa: TC003 - a field's type
from dataclasses import dataclass, field
from enum import StrEnum


class Reading(StrEnum):
    """How much of a query's text is known before the Worker runs."""

    STATIC = "static"
    FORMS = "forms"
    NOT_CHECKED = "not checked"


class DeployOrder(StrEnum):
    """What a team runs first: the new code, or the migrations."""

    CODE_FIRST = "code-first"
    MIGRATIONS_FIRST = "migrations-first"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class QueryOutcome:
    """One query of the source, on both schemas.

    `sql` is the text as tried, `before` and `after` are D1's messages, None where it works. `problem` says why a query
    is not checked. `is_old` and `is_new` say whose code has it: the base's, the change's, or both. `blamed` is the path
    of the migration after which its outcome is another one. The plans are set where they differ; `scanned` are the
    tables that were searched before and are scanned after the change, `is_faster` says that one is searched now.
    """

    path: str
    line: int
    sql: str
    binding: str | None
    reading: Reading
    is_old: bool
    is_new: bool
    before: str | None = None
    after: str | None = None
    problem: str = ""
    old_plan: tuple[str, ...] = ()
    new_plan: tuple[str, ...] = ()
    scanned: tuple[str, ...] = ()
    is_faster: bool = False
    blamed: str = ""

    @property
    def is_checked(self) -> bool:
        """Whether it works on one of both schemas at least, so that a difference can be seen."""
        return self.reading is not Reading.NOT_CHECKED

    @property
    def breaks(self) -> bool:
        """Whether code of the base has it, and it works before the change and not after it."""
        return self.is_old and self.is_checked and self.before is None and self.after is not None

    @property
    def needs_migration(self) -> bool:
        """Whether code of the change has it, and it works after the change and not before it."""
        return self.is_new and self.is_checked and self.before is not None and self.after is None


@dataclass(frozen=True, slots=True)
class DeclaredProblem:
    """A difference between a schema that the source declares and the one that the migrations make."""

    path: str
    line: int
    table: str
    column: str | None
    message: str
    remedy: str
    is_missing: bool


@dataclass(frozen=True, slots=True)
class WorkerResults:
    """All that is known of a Worker's queries.

    `files` is how many source files were read; `skipped` has those that were not, each with the reason.
    """

    queries: tuple[QueryOutcome, ...]
    files: int
    skipped: Mapping[str, str] = field(default_factory=dict)
    declared: tuple[DeclaredProblem, ...] = ()
    deploy_order: DeployOrder = DeployOrder.UNKNOWN

    @property
    def broken(self) -> tuple[QueryOutcome, ...]:
        """The queries of the base's code that the change breaks."""
        return tuple(query for query in self.queries if query.breaks)

    @property
    def needing(self) -> tuple[QueryOutcome, ...]:
        """The queries of the change's code that need its migrations."""
        return tuple(query for query in self.queries if query.needs_migration)

    def find_mentions(self, name: str) -> tuple[QueryOutcome, ...]:
        """Return the queries of either side with the word `name` in them."""
        word = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])", re.IGNORECASE)
        return tuple(query for query in self.queries if word.search(query.sql))

    @property
    def checked(self) -> int:
        """How many queries were tried."""
        return sum(query.is_checked for query in self.queries)

    @property
    def unchecked(self) -> int:
        """How many queries were not."""
        return len(self.queries) - self.checked
