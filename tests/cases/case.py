"""A pull request, what real D1 does with it, and what pulse-ci must say of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

RECORDS = "d1_migrations"


class Verdict(StrEnum):
    """The conclusions of a check."""

    SAFE = "success"
    NOT_PROVEN = "neutral"
    UNSAFE = "failure"


@dataclass(frozen=True)
class Says:
    """What a report must hold.

    One of the conclusions; the severity of each rule ("error", "error or warning"); no error or warning of the silent
    rules; the phrases in the messages or remedies, and none of those that are unsaid.
    """

    conclusions: tuple[Verdict, ...]
    rules: Mapping[str, str] = field(default_factory=dict)
    silent: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """A merged file, the rows that the database then holds, and the file of the pull request.

    `rejected` is D1's message, None where D1 runs the file. `then` are the statements that follow, each with the rows
    or the message that D1 returns.
    """

    name: str
    merged: str
    change: str
    says: Says
    rows: str = ""
    rejected: str | None = None
    then: tuple[tuple[str, list[list[Any]] | str], ...] = ()

    @property
    def files(self) -> dict[str, str]:
        """The repository's files."""
        return {"migrations/0001_base.sql": self.merged, "migrations/0002_change.sql": self.change}


def unsafe(
    *rules: str, silent: tuple[str, ...] = (), phrases: tuple[str, ...] = (), unsaid: tuple[str, ...] = ()
) -> Says:
    """Return that these rules are errors."""
    return Says((Verdict.UNSAFE,), dict.fromkeys(rules, "error"), silent, phrases, unsaid)


def warned(
    *rules: str, silent: tuple[str, ...] = (), phrases: tuple[str, ...] = (), unsaid: tuple[str, ...] = ()
) -> Says:
    """Return that these rules are warnings, and nothing is an error."""
    return Says((Verdict.NOT_PROVEN,), dict.fromkeys(rules, "warning"), silent, phrases, unsaid)


def safe(*silent: str) -> Says:
    """Return that nothing is an error or a warning."""
    return Says((Verdict.SAFE,), silent=silent)


def not_unsafe(silent: tuple[str, ...] = (), unsaid: tuple[str, ...] = ()) -> Says:
    """Return that nothing is an error."""
    return Says((Verdict.SAFE, Verdict.NOT_PROVEN), silent=silent, unsaid=unsaid)


def not_safe(*rules: str) -> Says:
    """Return that these rules are errors or warnings."""
    return Says((Verdict.NOT_PROVEN, Verdict.UNSAFE), dict.fromkeys(rules, "error or warning"))
