"""A command on many databases: which they are, what an earlier report tells of them, and the rest a few at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from dataclasses import replace as replaced
from typing import TYPE_CHECKING, Any, TypeVar

from pulse_ci.d1.fleet import MAX_CONCURRENT, StopSignal, run_concurrently, select_by_globs, select_shard
from pulse_ci.errors import ConfigError, D1Error
from pulse_ci.report.fleet.scope import FleetScope, compute_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pulse_ci.d1.api_responses import DatabaseInfo
    from pulse_ci.d1.client import D1Client
    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.model import Usage
    from pulse_ci.report.fleet.received import FleetReport
    from pulse_ci.settings import Settings

_Outcome = TypeVar("_Outcome")
_Report = TypeVar("_Report", bound="FleetReport")
_MIN_GROWTH = 20


@dataclass(frozen=True, slots=True)
class RunHooks:
    """Who watches a run: is told each step, may stop it, and keeps its report as it grows."""

    on_step: Callable[[str], None] = lambda _: None
    stop_signal: StopSignal = field(default_factory=StopSignal)
    save_report: Callable[[Any], None] = lambda _: None


def build_fleet_scope(
    settings: Settings, migrations: MigrationSet, compared_with: str, *decides: Iterable[str]
) -> FleetScope:
    """Return what a report on the fleet that the settings name is about; `decides` is what does besides the files."""
    texts = [text for each in migrations.migrations for text in (each.path, each.text)]
    files_digest = compute_digest(texts, *decides)
    return FleetScope(settings.databases, compared_with, len(migrations.migrations), files_digest, settings.shard)


def select_databases(
    settings: Settings, client: D1Client, check: Callable[[tuple[DatabaseInfo, ...]], None] = lambda _: None
) -> tuple[DatabaseInfo, ...]:
    """Ask the account for its databases, and return those of the fleet that this job takes; `check` sees them all."""
    fleet = select_by_globs(client.list_databases(), settings.databases)
    check(fleet)
    return select_shard(fleet, settings.shard)


def sum_usage(client: D1Client, earlier: FleetReport | None) -> Usage:
    """Return what was asked of Cloudflare, by the run before too, from whose report this one goes on."""
    return client.usage + earlier.usage if earlier else client.usage


def read_resume_report(settings: Settings, scope: FleetScope, kind: type[_Report]) -> _Report | None:
    """Read the report from which `--resume` goes on, if there is one.

    Raises:
        ConfigError: it is no such report, or on something else.

    """
    if settings.resume is None:
        return None
    from pulse_ci.report.fleet.received import read_fleet_report

    where = f"--resume {settings.resume}"
    report = read_fleet_report(settings.resume, "--resume")
    if not isinstance(report, kind):
        raise ConfigError(f"{where} is the report of another command. Give one of `pulse-ci {settings.command}`.")
    scope.require_same_scope(report.scope or scope, where)
    if report.scope and report.scope.shard != scope.shard:
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
    """Return what came of each database, in their order: `known` by its id, or found out by `act`.

    What Cloudflare refuses for one database is told by `on_failure`. `on_growth` is given what there is whenever that
    is a tenth more, and where an error ends it all.
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


def add_stop_reason(scope: FleetScope, stop_signal: StopSignal, *, left: Sequence[object]) -> FleetScope:
    """Return the scope with why the run came to its end before those that are left, if there are any."""
    return replaced(scope, stopped=stop_signal.reason if left else None)


def reject_fleet_flags_without_fleet(settings: Settings) -> None:
    """Raise ConfigError where a flag is given that means a fleet, and no fleet is named."""
    for name in ("shard", "resume", "canary", "stop_at"):
        if name in settings.given and not settings.databases:
            flag = f"--{name.replace('_', '-')}"
            raise ConfigError(f"{flag} is about a fleet: name its databases with --databases, or leave it out.")
