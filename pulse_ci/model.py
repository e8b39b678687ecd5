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


class Kind(StrEnum):
    """What a schema object is."""

    TABLE = "table"
    COLUMN = "column"
    INDEX = "index"
    TRIGGER = "trigger"
    VIEW = "view"


class Action(StrEnum):
    """What happened to a schema object."""

    ADDED = "added"
    REMOVED = "removed"
    MODIFIED = "modified"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's remark on some lines of one file; lines count from 1."""

    rule: str
    severity: Severity
    path: str
    line: int
    end_line: int
    message: str
    remedy: str
    ignored: bool = False
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a schema diff; `before` and `after` are canonical SQL, None where the object is not."""

    kind: Kind
    name: str
    table: str
    action: Action
    before: str | None
    after: str | None
