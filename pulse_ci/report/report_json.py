"""A JSON report that another run wrote, to a Report: judged first, since its writer may be a stranger.

The run that checks a fork's pull request does what the pull request says, so that its report may hold anything.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from pulse_ci.errors import ConfigError
from pulse_ci.report.models import FailOn, Report, conclude

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BYTES = 10_000_000


def read_report(path: Path, fail_on: FailOn) -> Report:
    """Return the report in a file; what it concludes is concluded anew from its findings.

    Raises:
        ConfigError: the file cannot be read, or holds no report as `schema.json` describes it.

    """
    from pydantic import TypeAdapter, ValidationError

    alternative = ", or leave `report-file` out: the files are then read from GitHub and checked anew"
    values = read_valid_json(path, "report-file:", max_bytes=MAX_BYTES, alternative=alternative)
    try:
        report = TypeAdapter(Report).validate_python(values)
    except ValidationError as error:
        reject_report(path, "report-file:", error.errors(include_input=False, include_url=False)[0]["msg"])
    return replace(
        report,
        conclusion=conclude(report.findings, fail_on, rejected=report.is_rejected, unproven=bool(report.unseeded)),
    )


def read_valid_json(path: Path, flag: str, *, max_bytes: int, alternative: str = "") -> dict[str, Any]:
    """Return the JSON of a report that `flag` names, judged by its schema; raises ConfigError."""
    import fastjsonschema

    values = _load_json(path, flag, max_bytes, alternative)
    try:
        _load_validator()(values)
    except fastjsonschema.JsonSchemaValueException as error:
        reject_report(path, flag, error.message)
    return values


def _load_json(path: Path, flag: str, max_bytes: int, alternative: str) -> dict[str, Any]:
    try:
        if path.stat().st_size > max_bytes:
            reject_report(path, flag, f"it has {path.stat().st_size:,} bytes, and at most {max_bytes:,} are read")
        value: dict[str, Any] = json.loads(path.read_bytes(), parse_constant=_reject_constant)
    except OSError as error:
        raise ConfigError(
            f"{flag} {path} cannot be read: {error.strerror}. In a workflow, download it before "
            f"(actions/download-artifact){alternative}."
        ) from error
    except (ValueError, RecursionError) as error:
        reject_report(path, flag, f"it is not JSON: {error}")
    return value


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


@cache
def _load_validator() -> Callable[[object], object]:
    import fastjsonschema

    schema = json.loads(Path(__file__).with_name("schema.json").read_bytes())
    validator: Callable[[object], object] = fastjsonschema.compile(schema)
    return validator


def reject_report(path: Path, flag: str, reason: str) -> NoReturn:
    """Raise ConfigError: the file that `flag` names is not such a report."""
    raise ConfigError(
        f"{flag} {path} holds no report of this version of pulse-ci: {reason[:500]}. "
        "Write and read it with the same version."
    )
