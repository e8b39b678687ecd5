"""The JSON report of a command on a fleet, as another run wrote it, to its value: judged first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.report.drift.received import drift_report_of
from pulse_ci.report.drift.value import DriftReport
from pulse_ci.report.fleet.applied import FleetApplied, fleet_applied_of
from pulse_ci.report.fleet.status import FleetStatus, fleet_status_of
from pulse_ci.report.report_json import read_values, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

FleetReport = DriftReport | FleetStatus | FleetApplied
# Fifty thousand databases, each with a sentence or two.
_MAX_BYTES = 100_000_000
_READERS: Mapping[str, Callable[..., FleetReport]] = {
    "drift": drift_report_of,
    "status": fleet_status_of,
    "apply": fleet_applied_of,
}


def read_fleet_report(path: Path, flag: str) -> FleetReport:
    """Return the report in a file that `flag` names.

    Raises:
        ConfigError: the file cannot be read, or holds no report on a fleet as `schema.json` describes it.

    """
    values = read_values(path, flag, most_bytes=_MAX_BYTES)
    reader = _READERS.get(values["command"])
    if reader is None or "fleet" not in values:
        refuse(path, flag, "it is not on a fleet; write it with --databases and --format json")
    try:
        return reader(values)
    except (KeyError, TypeError, ValueError) as error:
        refuse(path, flag, f"what it says of a database is not whole: {error}")
