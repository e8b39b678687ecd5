"""The reports of a matrix's parts to the one report of the fleet; no account is asked."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pulse_ci.errors import ConfigError
from pulse_ci.model import Usage
from pulse_ci.report.drift.value import DriftReport
from pulse_ci.report.fleet.applied import FleetApplied
from pulse_ci.report.fleet.received import read_fleet_report
from pulse_ci.report.fleet.scope import FleetScope, merge_scopes
from pulse_ci.report.fleet.status import FleetStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pulse_ci.apply.outcome import ApplyOutcome
    from pulse_ci.drift.value import DatabaseDrift
    from pulse_ci.report.fleet.received import FleetReport
    from pulse_ci.report.fleet.status import DatabaseStatus
    from pulse_ci.settings import Settings

_Database = TypeVar("_Database", "DatabaseDrift", "DatabaseStatus", "ApplyOutcome")
_REPORT_TYPES: Mapping[str, type[FleetReport]] = {"drift": DriftReport, "status": FleetStatus, "apply": FleetApplied}


def merge_reports(settings: Settings, command: str) -> FleetReport:
    """Return the report that one run over the whole fleet would have given, made of the parts in `--merge`.

    Raises:
        ConfigError: a file is no such report, or they are not parts of one fleet.

    """
    if settings.databases or settings.shard or settings.resume:
        raise ConfigError("--merge makes one report of several, and asks no database: leave out --databases and such.")
    read = sorted(
        _read_reports(settings.merge, _REPORT_TYPES[command], command),
        key=lambda it: _get_shard_number(_require_scope(it[1])),
    )
    scope = merge_scopes([(name, _require_scope(report)) for name, report in read])
    _require_unique_databases(read)
    return _join_reports([report for _, report in read], scope)


def _read_reports(patterns: Iterable[str], kind: type[FleetReport], command: str) -> Iterator[tuple[str, FleetReport]]:
    for path in dict.fromkeys(path for each in patterns for path in _expand_pattern(each)):
        report = read_fleet_report(Path(path), "--merge")
        if not isinstance(report, kind):
            raise ConfigError(f"--merge {path} is the report of another command. Give those of `pulse-ci {command}`.")
        yield path, report


def _expand_pattern(pattern: str) -> list[str]:
    found = [pattern] if Path(pattern).is_file() else sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - a Path takes no absolute pattern
    if not found:
        raise ConfigError(f"--merge {pattern}: there is no such file. Name the JSON reports of the parts.")
    return found


def _require_scope(report: FleetReport) -> FleetScope:
    if report.scope is None:
        raise AssertionError("a report on a fleet has a scope")
    return report.scope


def _get_shard_number(scope: FleetScope) -> int:
    return int(scope.shard.partition("/")[0]) if scope.shard else 0


def _require_unique_databases(read: Iterable[tuple[str, FleetReport]]) -> None:
    seen: dict[str, str] = {}
    for path, report in read:
        for each in report.databases:
            if each.id in seen:
                raise ConfigError(f"{seen[each.id]} and {path} both have {each.name}. Merge the parts of one run.")
            seen[each.id] = path


def _join_reports(reports: Sequence[FleetReport], scope: FleetScope) -> FleetReport:
    spent = sum((each.usage for each in reports), Usage())
    match reports[0]:
        case DriftReport():
            return _join_drift_reports([each for each in reports if isinstance(each, DriftReport)], scope, spent)
        case FleetStatus():
            parts = [each for each in reports if isinstance(each, FleetStatus)]
            return FleetStatus(_sort_by_name(each.databases for each in parts), scope, spent)
        case FleetApplied():
            applied = [each for each in reports if isinstance(each, FleetApplied)]
            return FleetApplied(
                databases=_sort_by_name(each.databases for each in applied),
                scope=scope,
                dry_run=all(each.dry_run for each in applied),
                usage=spent,
                skipped=tuple(sorted({rule for each in applied for rule in each.skipped})),
            )


def _join_drift_reports(parts: Sequence[DriftReport], scope: FleetScope, spent: Usage) -> DriftReport:
    return DriftReport(
        databases=_sort_by_name(each.databases for each in parts),
        compared_with=scope.compared_with,
        adoptions={name: adoption for each in parts for name, adoption in each.adoptions.items()},
        expired=tuple(dict.fromkeys(sentence for each in parts for sentence in each.expired)),
        unused=tuple(each for each in parts[0].unused if all(each in part.unused for part in parts)),
        usage=spent,
        scope=scope,
    )


def _sort_by_name(parts: Iterable[tuple[_Database, ...]]) -> tuple[_Database, ...]:
    return tuple(sorted((each for part in parts for each in part), key=lambda each: each.name))
