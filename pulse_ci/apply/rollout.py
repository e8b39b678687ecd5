"""Apply pending files to many databases: plan once for those that are alike, and report how each ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from pulse_ci.apply.apply_pending import apply_pending
from pulse_ci.apply.expected_losses import count_remaining, format_row_change
from pulse_ci.apply.plan import plan_steps
from pulse_ci.apply.preflight import format_allow_flags
from pulse_ci.d1.fleet import PerSchemaCache
from pulse_ci.errors import D1Error, MigrationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulse_ci.analysis.schema_history import SchemaHistory
    from pulse_ci.apply.plan import ApplyStep
    from pulse_ci.apply.preflight import Blocker, Checks
    from pulse_ci.apply.target import RemoteDatabase
    from pulse_ci.d1.database_state import DatabaseState


class ApplyStatus(StrEnum):
    """How a database ended: `refused` has an obstacle and nothing was run, `not tried` was not come to."""

    APPLIED = "applied"
    UP_TO_DATE = "up to date"
    REFUSED = "refused"
    FAILED = "failed"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class ApplyOutcome:
    """How a database ended, and in a sentence why; `ran` are the files that ran, `pending` those that did not.

    `restore_command` restores the database as it was before, where anything was sent.
    """

    name: str
    id: str
    status: ApplyStatus
    sentence: str = ""
    ran: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    restore_command: str | None = None


class _Preview(NamedTuple):
    """What would run on a database, what in its state blocks that, and why it could not be planned."""

    pending: tuple[str, ...]
    blockers: tuple[Blocker, ...]
    problem: str | None


class Rollout:
    """Applies files to databases that share their history, their plan and their checks; for several threads."""

    def __init__(self, history: SchemaHistory, checks: Checks) -> None:
        self._history, self._checks = history, checks
        self.plan_steps = PerSchemaCache(self._plan_uncached)
        self._previews = PerSchemaCache(self._preview_uncached, by_name=checks.depends_on_name)

    def preview(self, target: RemoteDatabase, live: DatabaseState) -> ApplyOutcome:
        """Return what apply would come to: a database with pending files is not tried yet."""
        pending, in_state, problem = self._previews(live, target.name)
        found = [*in_state, *(self._checks.find_in_files(target, live) if pending else ())]
        blockers = [each for each in found if each.name not in self._checks.allowed]
        if reason := _format_blockers(blockers) or problem:
            return ApplyOutcome(target.name, target.id, ApplyStatus.REFUSED, reason, pending=pending)
        if not pending:
            return ApplyOutcome(target.name, target.id, ApplyStatus.UP_TO_DATE, "Nothing is pending.")
        return ApplyOutcome(
            target.name, target.id, ApplyStatus.NOT_TRIED, f"To run: {_list_names(pending)}.", pending=pending
        )

    def apply(self, target: RemoteDatabase) -> ApplyOutcome:
        """Read the database again, since others may have changed it, and run what is pending."""
        ran, restore_command = list[str](), None
        pending: tuple[str, ...] = ()
        try:
            live = target.read()
            previewed = self.preview(target, live)
            if previewed.status is not ApplyStatus.NOT_TRIED:
                return previewed
            losses = self._checks.count_losses(target, live)
            pending, restore_command = previewed.pending, target.find_restore_command()
            for each in apply_pending(target, self._history, live, self.plan_steps):
                ran.append(each.name)
            changes = count_remaining(target, losses) if losses else ()
        except (D1Error, MigrationError) as error:
            left = tuple(each for each in pending if each not in ran)
            return ApplyOutcome(
                target.name, target.id, ApplyStatus.FAILED, str(error), tuple(ran), left, restore_command
            )
        sentence = "; ".join([f"Applied: {_list_names(ran)}", *map(format_row_change, changes)]) + "."
        return ApplyOutcome(target.name, target.id, ApplyStatus.APPLIED, sentence, tuple(ran), (), restore_command)

    def _preview_uncached(self, live: DatabaseState, name: str) -> _Preview:
        state = live.determine_status(self._history)
        pending = tuple(each.name for each in state.pending)
        blockers = tuple(self._checks.find_in_state(state, name))
        try:
            self.plan_steps(live)
        except (D1Error, MigrationError) as error:
            return _Preview(pending, blockers, str(error))
        return _Preview(pending, blockers, None)

    def _plan_uncached(self, live: DatabaseState, _: str) -> tuple[ApplyStep, ...]:
        pending = live.determine_status(self._history).pending
        return plan_steps(self._history, live, pending) if pending else ()


def _format_blockers(blockers: Sequence[Blocker]) -> str:
    advice = f". To continue anyway: {flags}" if (flags := format_allow_flags(blockers)) else ""
    return "; ".join(each.message for each in blockers) + advice


def _list_names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
