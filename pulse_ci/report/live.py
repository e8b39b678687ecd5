"""Reports on live databases in each form: rendered in the formats of `--format`, and read from JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from pulse_ci.errors import ConfigError
from pulse_ci.report.apply import ApplyReport, parse_apply_report
from pulse_ci.report.apply import markdown as apply_markdown
from pulse_ci.report.apply import text as apply_text
from pulse_ci.report.drift import DriftReport, parse_drift_report
from pulse_ci.report.drift import markdown as drift_markdown
from pulse_ci.report.drift import text as drift_text
from pulse_ci.report.markdown import SUMMARY_BYTES
from pulse_ci.report.report_json import read_valid_json, reject_report
from pulse_ci.report.status import StatusReport, parse_status_report
from pulse_ci.report.status import markdown as status_markdown
from pulse_ci.report.status import text as status_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

LiveReport = StatusReport | DriftReport | ApplyReport
_Report = TypeVar("_Report", bound=LiveReport)
# Fifty thousand databases, each with a sentence or two.
_MAX_BYTES = 100_000_000
_COMMANDS: Mapping[type, str] = {StatusReport: "status", DriftReport: "drift", ApplyReport: "apply"}
_PARSERS: Mapping[type, Callable[..., LiveReport]] = {
    StatusReport: parse_status_report,
    DriftReport: parse_drift_report,
    ApplyReport: parse_apply_report,
}


def render(report: LiveReport, format_: str, *, colour: bool = False) -> str:
    """Return the report in one of the formats of `--format`."""
    if format_ == "json":
        return report.to_json()
    text, markdown = _find_renderers(report)
    return markdown(report, SUMMARY_BYTES) if format_ == "markdown" else text(report, colour=colour)


def _find_renderers(report: LiveReport) -> tuple[Callable[..., str], Callable[..., str]]:
    match report:
        case StatusReport():
            return status_text.render, status_markdown.render
        case DriftReport():
            return drift_text.render, drift_markdown.render
        case ApplyReport():
            return apply_text.render, apply_markdown.render


def read_fleet_report(path: Path, flag: str, kind: type[_Report]) -> _Report:
    """Return the report on a fleet in the file that `flag` names.

    Raises:
        ConfigError: the file cannot be read, or is no report of this kind as `schema.json` describes it.

    """
    values, command = read_valid_json(path, flag, max_bytes=_MAX_BYTES), _COMMANDS[kind]
    if values["command"] not in _COMMANDS.values() or "fleet" not in values:
        reject_report(path, flag, "it is not on a fleet; write it with --databases and --format json")
    if values["command"] != command:
        raise ConfigError(f"{flag} {path} is the report of another command. Give one of `pulse-ci {command}`.")
    try:
        report = _PARSERS[kind](values)
    except (KeyError, TypeError, ValueError) as error:
        reject_report(path, flag, f"what it says of a database is not whole: {error}")
    return cast("_Report", report)
