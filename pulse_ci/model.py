"""The values that the steps hand to one another."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is, in GitHub's own annotation levels."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"

    @property
    def rank(self) -> int:
        """0 for the worst; sorts findings."""
        return list(Severity).index(self)


class ObjectKind(StrEnum):
    """What a schema object is."""

    TABLE = "table"
    COLUMN = "column"
    INDEX = "index"
    TRIGGER = "trigger"
    VIEW = "view"


class ChangeAction(StrEnum):
    """What happened to a schema object."""

    ADDED = "added"
    REMOVED = "removed"
    MODIFIED = "modified"


class RejectedBy(StrEnum):
    """Who refused a statement: D1; or the sandbox, whose limits are not D1's; or the engine, which cannot run it."""

    D1 = "d1"
    SANDBOX = "sandbox"
    ENGINE = "engine"


PROBE_ROW_LIMIT = 100_000
"""How many rows of a table a probe looks at, at most."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What was asked of Cloudflare: requests (each time that one was sent), and rows."""

    requests: int = 0
    rows_read: int = 0
    rows_written: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.requests + other.requests, self.rows_read + other.rows_read, self.rows_written + other.rows_written
        )


@dataclass(frozen=True, slots=True)
class Probe:
    """A read-only question to real rows that settles a finding which depends on them.

    `sql` is one SELECT without a semicolon, on the schema that the migration meets; it
    is empty if the probe may not be sent. It returns one row of two
    integers: how many of `counts` were found, and how many rows of `table` were looked at, PROBE_ROWS at most. If none
    was found and there were fewer rows than that, the finding does not hold on this database; if any was found, D1
    refuses the statement there. `counts` stands behind a number: "12 duplicates of `url`". `listing` is the statement
    with which a person looks for himself.
    """

    table: str
    noun_phrase: str
    sql: str
    manual_query: str


@dataclass(frozen=True, slots=True)
class LineEdit:
    """Whole lines of a file, `line` to `end_line`, and the text that takes their place, its line ends included.

    The lines are there, also where something is only added; in an empty or a new file they are 1 and 0.
    """

    path: str
    line: int
    end_line: int
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """What mends a finding of `rule` at `path`, and was seen to: alone, on the files as they are.

    `patch` is the same in the form that `git apply` takes; `does` says it in a few words.
    """

    rule: str
    path: str
    edits: tuple[LineEdit, ...]
    patch: str
    does: str


@dataclass(frozen=True, slots=True)
class ProbeCounts:
    """What a live database answered to a Probe: how many were found, and among how many rows."""

    found: int
    rows_scanned: int

    @property
    def is_complete(self) -> bool:
        """Whether all rows were looked at."""
        return self.rows_scanned < PROBE_ROW_LIMIT


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What the rows of a live database say of a finding; `said` is the same as a sentence."""

    database: str
    found: int
    looked_at: int
    said: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's remark on some lines of one file; lines count from 1.

    `probe` is None where no row can change the finding, `answer` where no rows were asked. `unproven` says
    that it depends on rows that are not known.
    """

    rule: str
    severity: Severity
    path: str
    line: int
    end_line: int
    message: str
    remedy: str
    ignored: bool = False
    fix: Fix | None = None
    probe: Probe | None = None
    answer: ProbeResult | None = None
    unproven: bool = False

    @property
    def full_message(self) -> str:
        """The message, with what rows say of it."""
        return f"{self.message} {self.answer.said}" if self.answer else self.message


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a schema diff; `before` and `after` are canonical SQL, None where the object is not."""

    kind: ObjectKind
    name: str
    table: str
    action: ChangeAction
    before: str | None
    after: str | None
