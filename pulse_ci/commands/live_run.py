"""Run a command on one database or a fleet: select databases, resume an earlier run, collect and publish."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from pulse_ci.commands.exit_codes import choose_exit_code
from pulse_ci.commands.merge_reports import merge_reports
from pulse_ci.commands.signals import intercept_signals
from pulse_ci.d1.client import D1Client
from pulse_ci.d1.fleet import MAX_CONCURRENT, StopSignal, run_concurrently, select_by_globs, select_shard
from pulse_ci.errors import ConfigError, D1Error
from pulse_ci.report.databases import Scope, compute_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pulse_ci.commands.output import Output
    from pulse_ci.d1.account import Account
    from pulse_ci.d1.api_responses import DatabaseInfo
    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.model import Usage
    from pulse_ci.report.live import LiveReport
    from pulse_ci.settings import Settings

_Outcome = TypeVar("_Outcome")
_Report = TypeVar("_Report", bound="LiveReport")
_MIN_GROWTH = 20
_FLEET_FLAGS = ("shard", "resume", "canary", "stop_at")


@dataclass(frozen=True, slots=True)
class RunHooks:
    """Callbacks of a run: each step, what stops it, its report as it grows, and a question before it writes."""

    on_step: Callable[[str], None] = lambda _: None
    stop_signal: StopSignal = field(default_factory=StopSignal)
    save_report: Callable[[Any], None] = lambda _: None
    confirm: Callable[[str], bool] = lambda _: True


def run_and_publish(
    command: str,
    settings: Settings,
    output: Output,
    act: Callable[[Callable[[Account], D1Client], RunHooks], LiveReport],
) -> int:
    """Run a command, or merge the reports in `--merge`; publish the report and return the exit code."""
    with output:
        report = merge_reports(settings, command) if settings.merge else _act(settings, output, act)
    output.publish(report)
    return choose_exit_code(report)


def _act(
    settings: Settings, output: Output, act: Callable[[Callable[[Account], D1Client], RunHooks], LiveReport]
) -> LiveReport:
    hooks = RunHooks(output.on_step, save_report=output.save, confirm=output.confirm)
    if not settings.databases:
        return act(D1Client, hooks)
    with intercept_signals(hooks.stop_signal.interrupt, ignore_more=False):
        return act(partial(D1Client, sleep=hooks.stop_signal.sleep), hooks)


def build_scope(settings: Settings, migrations: MigrationSet, compared_with: str, *inputs: Iterable[str]) -> Scope:
    """Return what a report covers; for a fleet its digest is that of the files and of `inputs`."""
    count = len(migrations.migrations)
    if not settings.databases:
        return Scope(compared_with=compared_with, files=count)
    texts = [text for each in migrations.migrations for text in (each.path, each.text)]
    return Scope(settings.databases, compared_with, count, compute_digest(texts, *inputs), settings.shard)


def select_databases(
    settings: Settings, client: D1Client, check: Callable[[tuple[DatabaseInfo, ...]], None] = lambda _: None
) -> tuple[DatabaseInfo, ...]:
    """Return the databases of the fleet that this job takes; `check` gets the whole fleet."""
    fleet = select_by_globs(client.list_databases(), settings.databases)
    check(fleet)
    return select_shard(fleet, settings.shard)


def sum_usage(client: D1Client, earlier: LiveReport | None) -> Usage:
    """Return what was asked of Cloudflare, including the run that this one resumes."""
    return client.usage + earlier.usage if earlier else client.usage


def read_resume_report(settings: Settings, scope: Scope, kind: type[_Report]) -> _Report | None:
    """Read the report that `--resume` names, if there is one.

    Raises:
        ConfigError: it is no such report, or covers something else.

    """
    if settings.resume is None:
        return None
    from pulse_ci.report.live import read_fleet_report

    where = f"--resume {settings.resume}"
    report = read_fleet_report(settings.resume, "--resume", kind)
    scope.require_same_scope(report.scope, where)
    if report.scope.shard != scope.shard:
        theirs, ours = report.scope.shard or "the whole", scope.shard or "the whole"
        raise ConfigError(f"{where} is on {theirs} of the fleet, and this run takes {ours}. Give the same --shard.")
    return report


def run_each(
    databases: Sequence[DatabaseInfo],
    act: Callable[[DatabaseInfo], _Outcome],
    on_failure: Callable[[DatabaseInfo, str], _Outcome],
    *,
    done: Mapping[str, _Outcome],
    not_attempted: Callable[[DatabaseInfo], _Outcome],
    hooks: RunHooks,
    on_progress: Callable[[tuple[_Outcome, ...]], None] = lambda _: None,
    max_concurrent: int = MAX_CONCURRENT,
) -> tuple[_Outcome, ...]:
    """Return the outcome of each database, in their order: from `done` by its id, or from `act`.

    A D1Error of one database goes to `on_failure`. `on_progress` gets all outcomes whenever there are a tenth
    more, and when an error ends the run.
    """
    found = {each.id: done[each.id] for each in databases if each.id in done}
    remaining = [each for each in databases if each.id not in found]
    next_report_at = len(found) + _MIN_GROWTH

    def try_one(each: DatabaseInfo) -> _Outcome:
        try:
            return act(each)
        except D1Error as error:
            return on_failure(each, str(error))

    def collect() -> tuple[_Outcome, ...]:
        return tuple(found[each.id] if each.id in found else not_attempted(each) for each in databases)

    def on_done(each: DatabaseInfo, outcome: _Outcome) -> None:
        nonlocal next_report_at
        found[each.id] = outcome
        hooks.on_step(f"{len(found)}/{len(databases)} {each.name}")
        if len(found) >= next_report_at:
            next_report_at = len(found) + max(_MIN_GROWTH, len(found) // 10)
            on_progress(collect())

    try:
        run_concurrently(remaining, try_one, on_done, hooks.stop_signal, max_concurrent=max_concurrent)
    except BaseException:
        on_progress(collect())
        raise
    return collect()


def add_stop_reason(scope: Scope, stop_signal: StopSignal, *, left: Sequence[object]) -> Scope:
    """Return the scope with the reason why databases are left, if any are."""
    return replace(scope, stopped=stop_signal.reason if left else None)


def reject_fleet_flags_without_fleet(settings: Settings) -> None:
    """Raise ConfigError if a flag for fleets is given without --databases."""
    for name in _FLEET_FLAGS:
        if name in settings.given and not settings.databases:
            flag = f"--{name.replace('_', '-')}"
            raise ConfigError(f"{flag} is about a fleet: name its databases with --databases, or leave it out.")
