"""apply over a fleet: one plan, a canary, then the rest a few at a time, until too many fail."""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from pulse_ci.apply.estimate import estimate_costs
from pulse_ci.apply.outcome import ApplyOutcome, ApplyStatus
from pulse_ci.apply.remote import RemoteDatabase
from pulse_ci.commands.fleet import add_stop_reason, run_each, sum_usage
from pulse_ci.d1.database_state import make_fleet_reader
from pulse_ci.d1.fleet import MAX_CONCURRENT
from pulse_ci.errors import ConfigError, PulseError
from pulse_ci.report import apply_messages, applying_fleet
from pulse_ci.report.fleet.applied import FleetApplied

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from pulse_ci.analysis.schema_history import History
    from pulse_ci.apply.rollout import Rollout
    from pulse_ci.commands.fleet import RunHooks
    from pulse_ci.d1.api_responses import DatabaseInfo
    from pulse_ci.d1.client import D1Client
    from pulse_ci.report.fleet.scope import FleetScope

DEFAULT_STOP_AT = 1.0
_SUCCEEDED = (ApplyStatus.APPLIED, ApplyStatus.UP_TO_DATE)


class FleetApplyRun:
    """One run of the command: looks at all databases, then applies what is pending where nothing is in the way."""

    def __init__(
        self,
        client: D1Client,
        table: str,
        rollout: Rollout,
        scope: FleetScope,
        hooks: RunHooks,
        say: Callable[[str], None],
        earlier: FleetApplied | None,
        stop_at: float | None,
        skipped: Collection[str],
    ) -> None:
        self._client, self._table, self._rollout, self._scope = client, table, rollout, scope
        self._hooks, self._say, self._earlier = hooks, say, earlier
        self._stop_at = DEFAULT_STOP_AT if stop_at is None else stop_at
        self._skipped = tuple(sorted({*skipped, *(earlier.skipped if earlier else ())}))
        self._failed: set[str] = set()
        self._lock = threading.Lock()

    def run(
        self, history: History, databases: Sequence[DatabaseInfo], canaries: Sequence[str], *, dry_run: bool
    ) -> FleetApplied:
        """Look, show the plan, and unless it is a dry run apply it."""
        previews = self._preview_all(databases)
        waiting = [
            each
            for each in databases
            if previews[each.id].status is ApplyStatus.NOT_TRIED and previews[each.id].pending
        ]
        first = self._select_canaries(waiting, canaries)
        self._stop_on_failed_canary(each for each in previews.values() if each.name in canaries or each.id in canaries)
        self._print_plan(previews, history, first, waiting)
        if not dry_run and waiting and not self._hooks.stop_signal.reason:
            previews = self._apply(databases, previews, first, waiting)
        return self._build_report(previews.values(), dry_run=dry_run)

    def _preview_all(self, databases: Sequence[DatabaseInfo]) -> dict[str, ApplyOutcome]:
        read = make_fleet_reader(self._client, self._table)
        done = {each.id: each for each in self._earlier.databases if each.status in _SUCCEEDED} if self._earlier else {}
        outcomes = run_each(
            databases,
            lambda each: self._rollout.preview(self._open_target(each), read(each.id)),
            lambda each, why: self._count_failure(
                ApplyOutcome(each.name, each.id, ApplyStatus.FAILED, why), len(databases)
            ),
            done=done,
            not_attempted=lambda each: ApplyOutcome(
                each.name, each.id, ApplyStatus.NOT_TRIED, _explain_not_tried(self._hooks.stop_signal.reason)
            ),
            hooks=self._hooks,
        )
        return {each.id: each for each in outcomes}

    def _select_canaries(self, waiting: Sequence[DatabaseInfo], canaries: Sequence[str]) -> list[DatabaseInfo]:
        """Return the canaries: those that are named and wait, or the first; none where an earlier run had one."""
        if self._earlier and self._earlier.with_status(ApplyStatus.APPLIED):
            return []
        return [each for each in waiting if each.name in canaries or each.id in canaries] or list(waiting[:1])

    def _stop_on_failed_canary(self, named: Iterable[ApplyOutcome]) -> None:
        """Stop where a canary that was named is not even begun with: who named it did not mean another one."""
        for each in named:
            if each.status in (ApplyStatus.REFUSED, ApplyStatus.FAILED):
                self._hooks.stop_signal.stop(f"the canary {each.name} {_STATUS_PHRASES[each.status]}")

    def _print_plan(
        self,
        previews: dict[str, ApplyOutcome],
        history: History,
        first: list[DatabaseInfo],
        waiting: Sequence[DatabaseInfo],
    ) -> None:
        max_failures = max(1, math.ceil(self._stop_at * len(previews) / 100))
        self._say(applying_fleet.format_fleet_plan(tuple(previews.values()), self._scope.globs))
        if self._hooks.stop_signal.reason:
            return
        for each in (first or list(waiting))[:1]:
            target = self._open_target(each)
            try:
                live = target.read()
                steps = self._rollout.plan_steps(live)
                self._say(
                    apply_messages.format_plan(
                        each.name, steps, estimate_costs(live, steps, target.count_rows(history)), self._skipped
                    )
                )
            except PulseError as error:
                self._say(applying_fleet.format_unknown_cost(each.name, str(error)))
        if waiting:
            self._say(
                applying_fleet.format_order([each.name for each in first], len(waiting), MAX_CONCURRENT, max_failures)
            )

    def _apply(
        self,
        databases: Sequence[DatabaseInfo],
        previews: dict[str, ApplyOutcome],
        first: list[DatabaseInfo],
        waiting: Sequence[DatabaseInfo],
    ) -> dict[str, ApplyOutcome]:
        rest = [each for each in waiting if each not in first]
        previews |= self._apply_group(first, previews, self._check_canary, max_concurrent=1)
        self._hooks.save_report(self._build_report(previews.values(), dry_run=False))
        return previews | self._apply_group(
            rest, previews, lambda outcome: self._count_failure(outcome, len(databases))
        )

    def _apply_group(
        self,
        group: Sequence[DatabaseInfo],
        previews: dict[str, ApplyOutcome],
        check_outcome: Callable[[ApplyOutcome], ApplyOutcome],
        max_concurrent: int = MAX_CONCURRENT,
    ) -> dict[str, ApplyOutcome]:
        def save_progress(so_far: tuple[ApplyOutcome, ...]) -> None:
            known = previews | {each.id: each for each in so_far}
            self._hooks.save_report(self._build_report(known.values(), dry_run=False))

        outcomes = run_each(
            group,
            lambda each: check_outcome(self._rollout.apply(self._open_target(each))),
            lambda each, why: replace(previews[each.id], status=ApplyStatus.FAILED, sentence=why),
            done={},
            not_attempted=lambda each: replace(
                previews[each.id], sentence=_explain_not_tried(self._hooks.stop_signal.reason)
            ),
            hooks=self._hooks,
            on_progress=save_progress,
            max_concurrent=max_concurrent,
        )
        return {each.id: each for each in outcomes}

    def _check_canary(self, canary: ApplyOutcome) -> ApplyOutcome:
        """Tell how the canary fared, and stop where that was not well."""
        self._say(applying_fleet.format_canary(canary))
        if canary.status not in _SUCCEEDED:
            self._hooks.stop_signal.stop(f"the canary {canary.name} {_STATUS_PHRASES[canary.status]}")
        return canary

    def _count_failure(self, outcome: ApplyOutcome, total: int) -> ApplyOutcome:
        """Count what has failed, and stop at the share that is allowed."""
        with self._lock:
            if outcome.status is ApplyStatus.FAILED:
                self._failed.add(outcome.id)
            failed = len(self._failed)
            if failed and failed * 100 >= self._stop_at * total:
                verb = "has" if failed == 1 else "have"
                reason = f"stopped, since {failed} of {total} {verb} failed (--stop-at {self._stop_at:g}%)"
                self._hooks.stop_signal.stop(reason)
        return outcome

    def _open_target(self, each: DatabaseInfo) -> RemoteDatabase:
        return RemoteDatabase(self._client, each.id, each.name, self._table)

    def _build_report(self, outcomes: Iterable[ApplyOutcome], *, dry_run: bool) -> FleetApplied:
        ended = tuple(outcomes)
        left = [each for each in ended if each.status is ApplyStatus.NOT_TRIED]
        scope = add_stop_reason(self._scope, self._hooks.stop_signal, left=left)
        return FleetApplied(ended, scope, dry_run, sum_usage(self._client, self._earlier), self._skipped)


_STATUS_PHRASES = {
    ApplyStatus.FAILED: "failed",
    ApplyStatus.REFUSED: "was refused",
    ApplyStatus.NOT_TRIED: "was not tried",
}


def _explain_not_tried(reason: str | None) -> str:
    return f"Not tried: {reason}."


def require_canaries(databases: Iterable[DatabaseInfo], canaries: Sequence[str]) -> None:
    """Raise ConfigError where a canary is in no part of the fleet."""
    known = {name for each in databases for name in (each.name, each.id)}
    for name in canaries:
        if name not in known:
            raise ConfigError(f"--canary {name}: the fleet has no such database. Name one of those in --databases.")
