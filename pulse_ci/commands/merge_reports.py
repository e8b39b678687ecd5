"""Merge the reports of a matrix's parts into one report of the fleet; no account is asked."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulse_ci.errors import ConfigError
from pulse_ci.model import Usage
from pulse_ci.report.apply import ApplyReport
from pulse_ci.report.databases import Scope, merge_scopes
from pulse_ci.report.drift import DriftReport
from pulse_ci.report.live import read_fleet_report
from pulse_ci.report.status import StatusReport

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulse_ci.report.live import LiveReport
    from pulse_ci.settings import Settings

_REPORT_TYPES: Mapping[str, type[Any]] = {"drift": DriftReport, "status": StatusReport, "apply": ApplyReport}


def merge_reports(settings: Settings, command: str) -> LiveReport:
    """Return the report that one run over the whole fleet would have given, made of the parts in `--merge`.

    Raises:
        ConfigError: a file is no such report, or they are not parts of one fleet.

    """
    if settings.databases or settings.shard or settings.resume:
        raise ConfigError("--merge makes one report of several, and asks no database: leave out --databases and such.")
    paths = dict.fromkeys(path for each in settings.merge for path in _expand_pattern(each))
    parts = [(path, read_fleet_report(Path(path), "--merge", _REPORT_TYPES[command])) for path in paths]
    parts.sort(key=lambda part: _get_shard_number(part[1].scope))
    scope = merge_scopes([(path, report.scope) for path, report in parts])
    _require_unique_databases(parts)
    return _join_reports([report for _, report in parts], scope)


def _expand_pattern(pattern: str) -> list[str]:
    found = [pattern] if Path(pattern).is_file() else sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - a Path takes no absolute pattern
    if not found:
        raise ConfigError(f"--merge {pattern}: there is no such file. Name the JSON reports of the parts.")
    return found


def _get_shard_number(scope: Scope) -> int:
    return int(scope.shard.partition("/")[0]) if scope.shard else 0


def _require_unique_databases(parts: Iterable[tuple[str, LiveReport]]) -> None:
    seen: dict[str, str] = {}
    for path, report in parts:
        for each in report.databases:
            if each.id in seen:
                raise ConfigError(f"{seen[each.id]} and {path} both have {each.name}. Merge the parts of one run.")
            seen[each.id] = path


def _join_reports(parts: list[Any], scope: Scope) -> LiveReport:
    first: LiveReport = parts[0]
    databases = tuple(sorted((each for part in parts for each in part.databases), key=lambda each: each.name))
    usage = sum((part.usage for part in parts), Usage())
    match first:
        case StatusReport():
            return StatusReport(databases, scope, usage)
        case DriftReport():
            expired = tuple(dict.fromkeys(sentence for part in parts for sentence in part.expired))
            unused = tuple(each for each in first.unused if all(each in part.unused for part in parts))
            return DriftReport(databases, scope, usage, expired, unused)
        case ApplyReport():
            skipped = tuple(sorted({rule for part in parts for rule in part.skipped}))
            return ApplyReport(databases, scope, usage, all(part.dry_run for part in parts), skipped)
