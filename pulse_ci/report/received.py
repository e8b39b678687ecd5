"""A JSON report that another run wrote, to a Report: judged first, since its writer may be a stranger.

The run that checks a fork's pull request does what the pull request says, so that its report may hold anything.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from pulse_ci.errors import ConfigError
from pulse_ci.report.value import FailOn, Report, conclude

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BYTES = 10_000_000


def read_report(path: Path, fail_on: FailOn) -> Report:
    """Return the report in a file; what it concludes is concluded anew from its findings.

    Raises:
        ConfigError: the file cannot be read, or holds no report as `schema.json` describes it.

    """
    import fastjsonschema
    from pydantic import TypeAdapter, ValidationError

    values = _load(path)
    try:
        _judge()(values)
        report = TypeAdapter(Report).validate_python(values)
    except fastjsonschema.JsonSchemaValueException as error:
        _refuse(path, error.message)
    except ValidationError as error:
        _refuse(path, error.errors(include_input=False, include_url=False)[0]["msg"])
    return replace(report, conclusion=conclude(report.findings, fail_on))


def _load(path: Path) -> object:
    try:
        if path.stat().st_size > MAX_BYTES:
            _refuse(path, f"it has {path.stat().st_size:,} bytes, and at most {MAX_BYTES:,} are read")
        value: object = json.loads(path.read_bytes(), parse_constant=_not_json)
    except OSError as error:
        raise ConfigError(
            f"report-file: {path} cannot be read: {error.strerror}. Download it before (actions/download-artifact), "
            "or leave `report-file` out: the files are then read from GitHub and checked anew."
        ) from error
    except (ValueError, RecursionError) as error:
        _refuse(path, f"it is not JSON: {error}")
    return value


def _not_json(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


@cache
def _judge() -> Callable[[object], object]:
    import fastjsonschema

    schema = json.loads(Path(__file__).with_name("schema.json").read_bytes())
    judge: Callable[[object], object] = fastjsonschema.compile(schema)
    return judge


def _refuse(path: Path, reason: str) -> NoReturn:
    raise ConfigError(
        f"report-file: {path} holds no report of this version of pulse-ci: {reason[:500]}. "
        "Give the same version of the action to both workflows."
    )
