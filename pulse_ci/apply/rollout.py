"""Apply pending files to many databases: plan once for those that are alike, and report how each ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from pulse_ci.apply.apply_pending import apply_pending
from pulse_ci.apply.plan import plan_steps
from pulse_ci.apply.preflight import format_allow_flags
from pulse_ci.d1.fleet import PerSchemaCache
from pulse_ci.errors import D1Error, MigrationError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from pulse_ci.analysis.schema_history import History
    from pulse_ci.apply.plan import ApplyStep
    from pulse_ci.apply.preflight import Blocker
    from pulse_ci.apply.remote import RemoteDatabase
    from pulse_ci.d1.database_state import DatabaseState
    from pulse_ci.d1.migration_status import DatabaseMigrations


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


class _Preview(NamedTuple):
    """What is to be run on a database, or in a sentence why nothing is."""

    pending: tuple[str, ...]
    blocked_reason: str | None


class Rollout:
    """Applies files to databases that share their trace, their plan and the obstacles; for several threads."""

    def __init__(
        self,
        history: History,
        find_blockers: Callable[[DatabaseMigrations, str], Iterable[Blocker]],
        allowed: Collection[str],
        *,
        by_name: bool,
    ) -> None:
        self._history, self._find_blockers, self._allowed = history, find_blockers, allowed
        self.plan_steps = PerSchemaCache(self._plan_uncached)
        self._previews = PerSchemaCache(self._preview_uncached, by_name=by_name)

    def preview(self, target: RemoteDatabase, live: DatabaseState) -> ApplyOutcome:
        """Say what apply would come to: what is not tried yet has pending files."""
        pending, refused = self._previews(live, target.name)
        if refused is not None:
            return ApplyOutcome(target.name, target.id, ApplyStatus.REFUSED, refused, pending=pending)
        if not pending:
            return ApplyOutcome(target.name, target.id, ApplyStatus.UP_TO_DATE, "Nothing is pending.")
        return ApplyOutcome(
            target.name, target.id, ApplyStatus.NOT_TRIED, f"To run: {_list_names(pending)}.", pending=pending
        )

    def apply(self, target: RemoteDatabase) -> ApplyOutcome:
        """Look again, since others may have been at it, and run what is pending; whatever goes wrong is an outcome."""
        ran, way_back = list[str](), None
        pending: tuple[str, ...] = ()
        try:
            live = target.read()
            previewed = self.preview(target, live)
            if previewed.status is not ApplyStatus.NOT_TRIED:
                return previewed
            pending, way_back = previewed.pending, target.find_restore_command()
            for each in apply_pending(target, self._history, live, self.plan_steps):
                ran.append(each.name)
        except (D1Error, MigrationError) as error:
            left = tuple(each for each in pending if each not in ran)
            return ApplyOutcome(target.name, target.id, ApplyStatus.FAILED, str(error), tuple(ran), left, way_back)
        return ApplyOutcome(
            target.name, target.id, ApplyStatus.APPLIED, f"Applied: {_list_names(ran)}.", tuple(ran), (), way_back
        )

    def _preview_uncached(self, live: DatabaseState, name: str) -> _Preview:
        state = live.determine_status(self._history)
        pending = tuple(each.name for each in state.pending)
        blockers = [each for each in self._find_blockers(state, name) if each.name not in self._allowed]
        if blockers:
            told = f". To go on all the same: {words}" if (words := format_allow_flags(blockers)) else ""
            return _Preview(pending, "; ".join(each.message for each in blockers) + told)
        try:
            self.plan_steps(live)
        except (D1Error, MigrationError) as error:
            return _Preview(pending, str(error))
        return _Preview(pending, None)

    def _plan_uncached(self, live: DatabaseState, _: str) -> tuple[ApplyStep, ...]:
        pending = live.determine_status(self._history).pending
        return plan_steps(self._history, live, pending) if pending else ()


def _list_names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
