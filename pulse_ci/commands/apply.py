"""apply: run the pending files of one database or a fleet, shown first, and record them one by one."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pulse_ci.analysis.schema_history import replay_history
from pulse_ci.apply.apply_pending import apply_pending
from pulse_ci.apply.expected_losses import count_remaining
from pulse_ci.apply.migrations_table import find_unrecorded, mark_applied
from pulse_ci.apply.plan import estimate_costs, plan_steps
from pulse_ci.apply.preflight import require_no_blockers
from pulse_ci.apply.rollout import ApplyOutcome, ApplyStatus, Rollout
from pulse_ci.apply.target import RemoteDatabase
from pulse_ci.commands.apply_checks import Preflight
from pulse_ci.commands.database_target import (
    open_target,
    read_migrations_table,
    require_account,
)
from pulse_ci.commands.live_run import (
    RunHooks,
    add_stop_reason,
    build_scope,
    read_resume_report,
    reject_fleet_flags_without_fleet,
    run_and_publish,
    run_each,
    select_databases,
    sum_usage,
)
from pulse_ci.commands.output import TerminalOutput
from pulse_ci.commands.request import build_request, read_base_schema, read_conventions, read_skipped_rules
from pulse_ci.d1.client import D1Client
from pulse_ci.d1.database_state import make_fleet_reader
from pulse_ci.d1.fleet import MAX_CONCURRENT
from pulse_ci.errors import ConfigError, PulseError
from pulse_ci.report.apply import ApplyReport, list_applied, progress
from pulse_ci.report.models import TableRowChange
from pulse_ci.report.phrases import pluralize
from pulse_ci.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from pulse_ci.analysis.schema_history import SchemaHistory
    from pulse_ci.apply.expected_losses import RowChange
    from pulse_ci.apply.target import TargetDatabase
    from pulse_ci.commands.output import Output
    from pulse_ci.d1.account import Account
    from pulse_ci.d1.api_responses import DatabaseInfo
    from pulse_ci.report.databases import Scope
    from pulse_ci.settings import Settings

DEFAULT_STOP_AT = 1.0
_SUCCEEDED = (ApplyStatus.APPLIED, ApplyStatus.UP_TO_DATE)
_STATUS_PHRASES = {
    ApplyStatus.FAILED: "failed",
    ApplyStatus.REFUSED: "was refused",
    ApplyStatus.NOT_TRIED: "was not tried",
}


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """What is asked for beside the database: a plan alone, a record alone, and which obstacles do not count."""

    dry_run: bool = False
    adopt: bool = False
    through: int | None = None
    allow: tuple[str, ...] = ()
    local: Path | None = None
    assume_yes: bool = False


def run(command: str, options: Mapping[str, object], open_output: Callable[[Settings], Output] = TerminalOutput) -> int:
    """Run the command with the flags that were given; return the exit code."""
    settings = read_settings(options)
    apply_options = read_apply_options(options, settings)
    if settings.format == "markdown" and not (settings.databases or settings.merge):
        raise ConfigError("--format markdown is for a fleet, and --databases names none: take text or json.")
    output = open_output(settings)
    return run_and_publish(
        command,
        settings,
        output,
        lambda connect, hooks: apply(settings, apply_options, output.say, connect, hooks),
    )


def read_apply_options(options: Mapping[str, object], settings: Settings) -> ApplyOptions:
    """Return the flags of `apply` and `reverse --apply` that are no settings; raises ConfigError."""
    through, local = options.get("through"), options.get("local")
    if through is not None and not options.get("adopt"):
        raise ConfigError("--through says up to which file --adopt is to record: give both, or neither.")
    return ApplyOptions(
        dry_run=bool(options.get("dry_run")),
        adopt=bool(options.get("adopt")),
        through=through if isinstance(through, int) else None,
        allow=settings.allow,
        local=Path(str(local)) if local else None,
        assume_yes=bool(options.get("yes")),
    )


def apply(
    settings: Settings,
    options: ApplyOptions,
    say: Callable[[str], None],
    connect: Callable[[Account], D1Client] = D1Client,
    hooks: RunHooks | None = None,
) -> ApplyReport:
    """Apply what is pending, say what is done as it is done, and return what is applied then.

    Raises:
        ConfigError: it is not known which database is meant, or where it is.
        MigrationError: there is an obstacle, or D1 refuses a file.
        D1Error: the database cannot be read or written, or is not what the preview showed.

    """
    hooks = hooks or RunHooks()
    reject_fleet_flags_without_fleet(settings)
    if settings.databases and (options.local or options.adopt):
        flag = "--local" if options.local else "--adopt"
        raise ConfigError(f"{flag} is about one database, and --databases names many: give one of the two.")
    request = replace(
        build_request(settings.migrations_dir, "apply"),
        skipped=read_skipped_rules(settings),
        conventions=read_conventions(settings),
    )
    migrations = request.discover()
    compared_with = f"the {len(migrations.migrations)} migrations in {request.display_dir}"
    scope = build_scope(settings, migrations, compared_with)
    history = replay_history(migrations.migrations, read_base_schema(settings, request.root))
    preflight = Preflight(request, migrations, history, options.allow)
    if scope.is_fleet:
        return _apply_to_fleet(settings, options, preflight, history, scope, say, connect, hooks)
    with open_target(settings, request, options.local, connect) as target:
        label = f"{target.name} (environment {settings.environment})" if settings.environment else target.name
        confirm = make_confirmation(options, hooks) if isinstance(target, RemoteDatabase) else lambda _: None
        run = _DatabaseRun(target, preflight, history, scope, say, label, confirm)
        if options.adopt:
            return run.adopt(options.through, dry_run=options.dry_run)
        return run.apply(dry_run=options.dry_run)


class _DatabaseRun:
    """One run on one database."""

    def __init__(
        self,
        target: TargetDatabase,
        preflight: Preflight,
        history: SchemaHistory,
        scope: Scope,
        say: Callable[[str], None],
        label: str,
        confirm: Callable[[str], None],
    ) -> None:
        self._target, self._preflight, self._history, self._scope, self._say = target, preflight, history, scope, say
        self._label, self._confirm = label, confirm
        self._live = target.read()
        self._state = self._live.determine_status(history)

    def adopt(self, through: int | None, *, dry_run: bool) -> ApplyReport:
        """Record the files that ran without a record."""
        names = find_unrecorded(self._state, through)
        blockers = self._preflight.find_in_state(self._state, self._target.name)
        drift = [each for each in blockers if each.name == "drift"]
        require_no_blockers(self._target.name, drift, self._preflight.allowed)
        if names and not dry_run:
            mark_applied(self._target, self._live, names)
        self._say(progress.format_adopted(self._target.name, names, dry_run=dry_run))
        return self._build_report(ApplyStatus.UP_TO_DATE, () if dry_run else names)

    def apply(self, *, dry_run: bool) -> ApplyReport:
        """Show what is pending, and run it."""
        target, say, checks = self._target, self._say, self._preflight
        blockers = list(checks.find_in_state(self._state, target.name))
        if self._state.pending:
            blockers += checks.find_in_files(target, self._live)
        require_no_blockers(self._label, blockers, checks.allowed)
        steps = plan_steps(self._history, self._live, self._state.pending)
        costs = estimate_costs(self._live, steps, target.count_rows(self._history) if steps else {})
        say(progress.format_plan(self._label, steps, costs, checks.request.skipped))
        if not steps or dry_run:
            return self._build_report(ApplyStatus.NOT_TRIED if steps else ApplyStatus.UP_TO_DATE, dry_run=dry_run)
        self._confirm(f"Run {pluralize(len(steps), 'migration')} on {self._label}?")
        losses = checks.count_losses(target, self._live)
        if restore_command := target.find_restore_command():
            say(progress.format_restore_command(restore_command))
        ran = list[str]()
        for applied in apply_pending(target, self._history, self._live):
            say(progress.format_applied(applied))
            ran.append(applied.name)
        changes = count_remaining(target, losses) if losses else ()
        say(progress.format_done(target.name, changes))
        return self._build_report(ApplyStatus.APPLIED, ran, changes)

    def _build_report(
        self,
        status: ApplyStatus,
        ran: Collection[str] = (),
        changes: Sequence[RowChange] = (),
        *,
        dry_run: bool = False,
    ) -> ApplyReport:
        pending = tuple(each.name for each in self._state.pending if each.name not in ran)
        return ApplyReport(
            (ApplyOutcome(self._target.name, "", status, "", tuple(ran), pending),),
            self._scope,
            dry_run=dry_run,
            skipped=self._preflight.request.skipped,
            migrations=list_applied(self._state, ran),
            rows=tuple(TableRowChange(each.table, each.before, each.after, "live") for each in changes if each.table),
        )


def _apply_to_fleet(
    settings: Settings,
    options: ApplyOptions,
    preflight: Preflight,
    history: SchemaHistory,
    scope: Scope,
    say: Callable[[str], None],
    connect: Callable[[Account], D1Client],
    hooks: RunHooks,
) -> ApplyReport:
    request = preflight.request
    rollout = Rollout(history, preflight)
    earlier = read_resume_report(settings, scope, ApplyReport)
    with connect(require_account(settings, request)) as client:
        table, skipped = read_migrations_table(settings, request), request.skipped
        run = _FleetRun(client, table, rollout, scope, hooks, say, earlier, settings.stop_at, skipped)
        databases = select_databases(settings, client, lambda fleet: _require_canaries(fleet, settings.canary))
        confirm = make_confirmation(options, hooks)
        return run.run(history, databases, settings.canary, confirm, dry_run=options.dry_run)


def make_confirmation(options: ApplyOptions, hooks: RunHooks) -> Callable[[str], None]:
    """Return what asks before a remote database is changed, and raises ConfigError if the answer is no."""

    def confirm(question: str) -> None:
        if not options.assume_yes and not hooks.confirm(question):
            raise ConfigError("Nothing was run: the answer was no. Answer y, or give --yes.")

    return confirm


class _FleetRun:
    """One run of the command: looks at all databases, then applies what is pending where nothing is in the way."""

    def __init__(
        self,
        client: D1Client,
        table: str,
        rollout: Rollout,
        scope: Scope,
        hooks: RunHooks,
        say: Callable[[str], None],
        earlier: ApplyReport | None,
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
        self,
        history: SchemaHistory,
        databases: Sequence[DatabaseInfo],
        canaries: Sequence[str],
        confirm: Callable[[str], None],
        *,
        dry_run: bool,
    ) -> ApplyReport:
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
            confirm(f"Run the pending migrations on {pluralize(len(waiting), 'database')}?")
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
        history: SchemaHistory,
        first: list[DatabaseInfo],
        waiting: Sequence[DatabaseInfo],
    ) -> None:
        max_failures = max(1, math.ceil(self._stop_at * len(previews) / 100))
        self._say(progress.format_fleet_plan(tuple(previews.values()), self._scope.databases))
        if self._hooks.stop_signal.reason:
            return
        for each in (first or list(waiting))[:1]:
            target = self._open_target(each)
            try:
                live = target.read()
                steps = self._rollout.plan_steps(live)
                self._say(
                    progress.format_plan(
                        each.name, steps, estimate_costs(live, steps, target.count_rows(history)), self._skipped
                    )
                )
            except PulseError as error:
                self._say(progress.format_unknown_cost(each.name, str(error)))
        if waiting:
            self._say(progress.format_order([each.name for each in first], len(waiting), MAX_CONCURRENT, max_failures))

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
        self._say(progress.format_canary(canary))
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

    def _build_report(self, outcomes: Iterable[ApplyOutcome], *, dry_run: bool) -> ApplyReport:
        ended = tuple(outcomes)
        left = [each for each in ended if each.status is ApplyStatus.NOT_TRIED]
        scope = add_stop_reason(self._scope, self._hooks.stop_signal, left=left)
        return ApplyReport(ended, scope, sum_usage(self._client, self._earlier), dry_run, self._skipped)


def _explain_not_tried(reason: str | None) -> str:
    return f"Not tried: {reason}."


def _require_canaries(databases: Iterable[DatabaseInfo], canaries: Sequence[str]) -> None:
    """Raise ConfigError where a canary is in no part of the fleet."""
    known = {name for each in databases for name in (each.name, each.id)}
    for name in canaries:
        if name not in known:
            raise ConfigError(f"--canary {name}: the fleet has no such database. Name one of those in --databases.")
