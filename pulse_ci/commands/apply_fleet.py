"""apply over a fleet: one plan, a canary, then the rest a few at a time, until too many fail."""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from pulse_ci.apply.estimate import costs
from pulse_ci.apply.outcome import ApplyStatus, Outcome
from pulse_ci.apply.remote import RemoteDatabase
from pulse_ci.commands.fleet import outcomes_of, spent_in_all, stopped
from pulse_ci.d1.database_state import reading
from pulse_ci.d1.fleet import AT_ONCE
from pulse_ci.errors import ConfigError, PulseError
from pulse_ci.report import apply_messages, applying_fleet
from pulse_ci.report.fleet.applied import FleetApplied

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from pulse_ci.analysis.schema_history import History
    from pulse_ci.apply.rollout import Rollout
    from pulse_ci.commands.fleet import Watch
    from pulse_ci.d1.api_responses import DatabaseInfo
    from pulse_ci.d1.client import D1Client
    from pulse_ci.report.fleet.scope import Scope

STOP_AT = 1.0
_WELL = (ApplyStatus.APPLIED, ApplyStatus.UP_TO_DATE)


class FleetApply:
    """One run of the command: looks at all databases, then applies what is pending where nothing is in the way."""

    def __init__(
        self,
        client: D1Client,
        table: str,
        rollout: Rollout,
        scope: Scope,
        watch: Watch,
        say: Callable[[str], None],
        earlier: FleetApplied | None,
        stop_at: float | None,
        skipped: Collection[str],
    ) -> None:
        self._client, self._table, self._rollout, self._scope = client, table, rollout, scope
        self._watch, self._say, self._earlier = watch, say, earlier
        self._stop_at = STOP_AT if stop_at is None else stop_at
        self._skipped = tuple(sorted({*skipped, *(earlier.skipped if earlier else ())}))
        self._failed: set[str] = set()
        self._lock = threading.Lock()

    def run(
        self, history: History, databases: Sequence[DatabaseInfo], canaries: Sequence[str], *, dry_run: bool
    ) -> FleetApplied:
        """Look, show the plan, and unless it is a dry run apply it."""
        looked = self._look(databases)
        waiting = [
            each for each in databases if looked[each.id].fate is ApplyStatus.NOT_TRIED and looked[each.id].pending
        ]
        first = self._first(waiting, canaries)
        self._heed(each for each in looked.values() if each.name in canaries or each.id in canaries)
        self._show(looked, history, first, waiting)
        if not dry_run and waiting and not self._watch.brake.reason:
            looked = self._apply(databases, looked, first, waiting)
        return self._report(looked.values(), dry_run=dry_run)

    def _look(self, databases: Sequence[DatabaseInfo]) -> dict[str, Outcome]:
        read = reading(self._client, self._table)
        known = {each.id: each for each in self._earlier.databases if each.fate in _WELL} if self._earlier else {}
        outcomes = outcomes_of(
            databases,
            lambda each: self._rollout.look(self._target(each), read(each.id)),
            lambda each, why: self._counted(Outcome(each.name, each.id, ApplyStatus.FAILED, why), len(databases)),
            known=known,
            unasked=lambda each: Outcome(
                each.name, each.id, ApplyStatus.NOT_TRIED, _not_tried(self._watch.brake.reason)
            ),
            watch=self._watch,
        )
        return {each.id: each for each in outcomes}

    def _first(self, waiting: Sequence[DatabaseInfo], canaries: Sequence[str]) -> list[DatabaseInfo]:
        """Return the canaries: those that are named and wait, or the first; none where an earlier run had one."""
        if self._earlier and self._earlier.with_fate(ApplyStatus.APPLIED):
            return []
        return [each for each in waiting if each.name in canaries or each.id in canaries] or list(waiting[:1])

    def _heed(self, named: Iterable[Outcome]) -> None:
        """Stop where a canary that was named is not even begun with: who named it did not mean another one."""
        for each in named:
            if each.fate in (ApplyStatus.REFUSED, ApplyStatus.FAILED):
                self._watch.brake.pull(f"the canary {each.name} {_SPOKEN[each.fate]}")

    def _show(
        self, looked: dict[str, Outcome], history: History, first: list[DatabaseInfo], waiting: Sequence[DatabaseInfo]
    ) -> None:
        most = max(1, math.ceil(self._stop_at * len(looked) / 100))
        self._say(applying_fleet.plan(tuple(looked.values()), self._scope.globs))
        if self._watch.brake.reason:
            return
        for each in (first or list(waiting))[:1]:
            target = self._target(each)
            try:
                live = target.read()
                steps = self._rollout.steps(live)
                self._say(
                    apply_messages.plan(each.name, steps, costs(live, steps, target.rows(history)), self._skipped)
                )
            except PulseError as error:
                self._say(applying_fleet.unknown_cost(each.name, str(error)))
        if waiting:
            self._say(applying_fleet.order([each.name for each in first], len(waiting), AT_ONCE, most))

    def _apply(
        self,
        databases: Sequence[DatabaseInfo],
        looked: dict[str, Outcome],
        first: list[DatabaseInfo],
        waiting: Sequence[DatabaseInfo],
    ) -> dict[str, Outcome]:
        rest = [each for each in waiting if each not in first]
        looked |= self._go(first, looked, self._judged, at_once=1)
        self._watch.keep(self._report(looked.values(), dry_run=False))
        return looked | self._go(rest, looked, lambda outcome: self._counted(outcome, len(databases)))

    def _go(
        self,
        group: Sequence[DatabaseInfo],
        looked: dict[str, Outcome],
        judge: Callable[[Outcome], Outcome],
        at_once: int = AT_ONCE,
    ) -> dict[str, Outcome]:
        def keep(grown: tuple[Outcome, ...]) -> None:
            known = looked | {each.id: each for each in grown}
            self._watch.keep(self._report(known.values(), dry_run=False))

        outcomes = outcomes_of(
            group,
            lambda each: judge(self._rollout.apply(self._target(each))),
            lambda each, why: replace(looked[each.id], fate=ApplyStatus.FAILED, sentence=why),
            known={},
            unasked=lambda each: replace(looked[each.id], sentence=_not_tried(self._watch.brake.reason)),
            watch=self._watch,
            on_growth=keep,
            at_once=at_once,
        )
        return {each.id: each for each in outcomes}

    def _judged(self, canary: Outcome) -> Outcome:
        """Tell how the canary fared, and stop where that was not well."""
        self._say(applying_fleet.canary(canary))
        if canary.fate not in _WELL:
            self._watch.brake.pull(f"the canary {canary.name} {_SPOKEN[canary.fate]}")
        return canary

    def _counted(self, outcome: Outcome, total: int) -> Outcome:
        """Count what has failed, and stop at the share that is allowed."""
        with self._lock:
            if outcome.fate is ApplyStatus.FAILED:
                self._failed.add(outcome.id)
            failed = len(self._failed)
            if failed and failed * 100 >= self._stop_at * total:
                verb = "has" if failed == 1 else "have"
                reason = f"stopped, since {failed} of {total} {verb} failed (--stop-at {self._stop_at:g}%)"
                self._watch.brake.pull(reason)
        return outcome

    def _target(self, each: DatabaseInfo) -> RemoteDatabase:
        return RemoteDatabase(self._client, each.id, each.name, self._table)

    def _report(self, outcomes: Iterable[Outcome], *, dry_run: bool) -> FleetApplied:
        ended = tuple(outcomes)
        left = [each for each in ended if each.fate is ApplyStatus.NOT_TRIED]
        scope = stopped(self._scope, self._watch.brake, left=left)
        return FleetApplied(ended, scope, dry_run, spent_in_all(self._client, self._earlier), self._skipped)


_SPOKEN = {ApplyStatus.FAILED: "failed", ApplyStatus.REFUSED: "was refused", ApplyStatus.NOT_TRIED: "was not tried"}


def _not_tried(reason: str | None) -> str:
    return f"Not tried: {reason}."


def check_canaries(databases: Iterable[DatabaseInfo], canaries: Sequence[str]) -> None:
    """Raise ConfigError where a canary is in no part of the fleet."""
    known = {name for each in databases for name in (each.name, each.id)}
    for name in canaries:
        if name not in known:
            raise ConfigError(f"--canary {name}: the fleet has no such database. Name one of those in --databases.")
