"""What became of one database of a fleet to which pending files were to be applied."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ApplyStatus(StrEnum):
    """How a database ended: `refused` has an obstacle and nothing was run, `not tried` was not come to."""

    APPLIED = "applied"
    UP_TO_DATE = "up to date"
    REFUSED = "refused"
    FAILED = "failed"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class ApplyOutcome:
    """A database's fate, and in a sentence why; `ran` are the files that ran there, `pending` those that have not.

    `way_back` is the command that restores it as it was before, where anything was sent.
    """

    name: str
    id: str
    status: ApplyStatus
    sentence: str = ""
    ran: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    restore_command: str | None = None
