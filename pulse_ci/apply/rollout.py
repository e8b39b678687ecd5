"""The pending files of many databases: what is alike is looked at once, and each is run and recorded by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pulse_ci.apply.apply_pending import apply_pending
from pulse_ci.apply.outcome import ApplyStatus, Outcome
from pulse_ci.apply.plan import plan_steps
from pulse_ci.apply.preflight import allowing
from pulse_ci.d1.schema_cache import Alike
from pulse_ci.errors import D1Error, MigrationError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from pulse_ci.analysis.schema_history import History
    from pulse_ci.apply.plan import Step
    from pulse_ci.apply.preflight import Obstacle
    from pulse_ci.apply.remote import RemoteDatabase
    from pulse_ci.d1.database_state import Live
    from pulse_ci.d1.migration_status import State


class _Look(NamedTuple):
    """What is to be run on a database, or in a sentence why nothing is."""

    pending: tuple[str, ...]
    refused: str | None


class Rollout:
    """Applies files to databases that share their trace, their plan and the obstacles; for several threads."""

    def __init__(
        self,
        history: History,
        obstacles: Callable[[State, str], Iterable[Obstacle]],
        allowed: Collection[str],
        *,
        by_name: bool,
    ) -> None:
        self._history, self._obstacles, self._allowed = history, obstacles, allowed
        self.steps = Alike(self._steps_for)
        self._looked = Alike(self._look, by_name=by_name)

    def look(self, target: RemoteDatabase, live: Live) -> Outcome:
        """Say what apply would come to: what is not tried yet has pending files."""
        pending, refused = self._looked(live, target.name)
        if refused is not None:
            return Outcome(target.name, target.id, ApplyStatus.REFUSED, refused, pending=pending)
        if not pending:
            return Outcome(target.name, target.id, ApplyStatus.UP_TO_DATE, "Nothing is pending.")
        return Outcome(target.name, target.id, ApplyStatus.NOT_TRIED, f"To run: {_listed(pending)}.", pending=pending)

    def apply(self, target: RemoteDatabase) -> Outcome:
        """Look again, since others may have been at it, and run what is pending; whatever goes wrong is an outcome."""
        ran, way_back = list[str](), None
        pending: tuple[str, ...] = ()
        try:
            live = target.read()
            looked = self.look(target, live)
            if looked.fate is not ApplyStatus.NOT_TRIED:
                return looked
            pending, way_back = looked.pending, target.way_back()
            for each in apply_pending(target, self._history, live, self.steps):
                ran.append(each.name)
        except (D1Error, MigrationError) as error:
            left = tuple(each for each in pending if each not in ran)
            return Outcome(target.name, target.id, ApplyStatus.FAILED, str(error), tuple(ran), left, way_back)
        return Outcome(
            target.name, target.id, ApplyStatus.APPLIED, f"Applied: {_listed(ran)}.", tuple(ran), (), way_back
        )

    def _look(self, live: Live, name: str) -> _Look:
        state = live.state(self._history)
        pending = tuple(each.name for each in state.pending)
        found = [each for each in self._obstacles(state, name) if each.name not in self._allowed]
        if found:
            told = f". To go on all the same: {words}" if (words := allowing(found)) else ""
            return _Look(pending, "; ".join(each.sentence for each in found) + told)
        try:
            self.steps(live)
        except (D1Error, MigrationError) as error:
            return _Look(pending, str(error))
        return _Look(pending, None)

    def _steps_for(self, live: Live, _: str) -> tuple[Step, ...]:
        pending = live.state(self._history).pending
        return plan_steps(self._history, live, pending) if pending else ()


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
