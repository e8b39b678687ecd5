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

    instead = ", or leave `report-file` out: the files are then read from GitHub and checked anew"
    values = read_values(path, "report-file:", most_bytes=MAX_BYTES, instead=instead)
    try:
        report = TypeAdapter(Report).validate_python(values)
    except ValidationError as error:
        refuse(path, "report-file:", error.errors(include_input=False, include_url=False)[0]["msg"])
    return replace(report, conclusion=conclude(report.findings, fail_on))


def read_values(path: Path, flag: str, *, most_bytes: int, instead: str = "") -> dict[str, Any]:
    """Return the JSON of a report that `flag` names, judged by its schema; raises ConfigError."""
    import fastjsonschema

    values = _load(path, flag, most_bytes, instead)
    try:
        _judge()(values)
    except fastjsonschema.JsonSchemaValueException as error:
        refuse(path, flag, error.message)
    return values


def _load(path: Path, flag: str, most_bytes: int, instead: str) -> dict[str, Any]:
    try:
        if path.stat().st_size > most_bytes:
            refuse(path, flag, f"it has {path.stat().st_size:,} bytes, and at most {most_bytes:,} are read")
        value: dict[str, Any] = json.loads(path.read_bytes(), parse_constant=_not_json)
    except OSError as error:
        raise ConfigError(
            f"{flag} {path} cannot be read: {error.strerror}. In a workflow, download it before "
            f"(actions/download-artifact){instead}."
        ) from error
    except (ValueError, RecursionError) as error:
        refuse(path, flag, f"it is not JSON: {error}")
    return value


def _not_json(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


@cache
def _judge() -> Callable[[object], object]:
    import fastjsonschema

    schema = json.loads(Path(__file__).with_name("schema.json").read_bytes())
    judge: Callable[[object], object] = fastjsonschema.compile(schema)
    return judge


def refuse(path: Path, flag: str, reason: str) -> NoReturn:
    """Raise ConfigError: the file that `flag` names is not such a report."""
    raise ConfigError(
        f"{flag} {path} holds no report of this version of pulse-ci: {reason[:500]}. "
        "Write and read it with the same version."
    )
