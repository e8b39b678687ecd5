"""The JSON report of a command on a fleet, as another run wrote it, to its value: judged first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.report.drift.received import parse_drift_report
from pulse_ci.report.drift.value import DriftReport
from pulse_ci.report.fleet.applied import FleetApplied, parse_fleet_applied
from pulse_ci.report.fleet.status import FleetStatus, parse_fleet_status
from pulse_ci.report.report_json import read_valid_json, reject_report

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

FleetReport = DriftReport | FleetStatus | FleetApplied
# Fifty thousand databases, each with a sentence or two.
_MAX_REPORT_BYTES = 100_000_000
_PARSERS: Mapping[str, Callable[..., FleetReport]] = {
    "drift": parse_drift_report,
    "status": parse_fleet_status,
    "apply": parse_fleet_applied,
}


def read_fleet_report(path: Path, flag: str) -> FleetReport:
    """Return the report in a file that `flag` names.

    Raises:
        ConfigError: the file cannot be read, or holds no report on a fleet as `schema.json` describes it.

    """
    values = read_valid_json(path, flag, max_bytes=_MAX_REPORT_BYTES)
    parse = _PARSERS.get(values["command"])
    if parse is None or "fleet" not in values:
        reject_report(path, flag, "it is not on a fleet; write it with --databases and --format json")
    try:
        return parse(values)
    except (KeyError, TypeError, ValueError) as error:
        reject_report(path, flag, f"what it says of a database is not whole: {error}")
