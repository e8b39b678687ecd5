"""A fleet to ask, and its reports: written as files and read again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from pulse_ci.commands.drift import check_drift
from pulse_ci.commands.status import read_status
from pulse_ci.report.live import render
from pulse_ci.report.status import StatusReport
from pulse_ci.settings import read_settings
from tests.live.fleet import Fleet
from tests.live.pulse import recorded
from tests.live.test_drift import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulse_ci.commands.live_run import RunHooks
    from pulse_ci.report.drift import DriftReport
    from pulse_ci.report.live import LiveReport
    from tests.commands.conftest import Outcome

    Run = Callable[..., Outcome]

FORMATS = ("text", "json", "markdown")
NAMES = [f"tenant-{number:03}" for number in range(45)]
FILES = 4
ALLOWED = """
[[allow]]
kind = "index"
name = "hotfix"
reason = "until the next release"
until = 2999-12-31
database = "tenant-01*"

[[allow]]
kind = "index"
name = "long_gone"
reason = "nobody needs it"
until = "never"

[[allow]]
kind = "table"
name = "old"
reason = "over"
until = 2001-01-01
"""


@pytest.fixture
def fleet(tokened: Path) -> Fleet:
    """Tenants: some drifted, some behind, one that is not to be read, and a difference that is allowed."""
    made = dict.fromkeys(NAMES, recorded(FILES))
    for name in NAMES[5::10]:
        made[name] += "CREATE INDEX hotfix ON sites (name); ALTER TABLE sites ADD COLUMN plan TEXT;"
    for name in NAMES[2::20]:
        made[name] = recorded(FILES - 2)
    Path(".pulse-ci-drift.toml").write_text(ALLOWED)
    return Fleet(made, broken=frozenset({"tenant-033"}))


def asked(command: str, fleet: Fleet, watch: RunHooks | None = None, **flags: object) -> DriftReport | StatusReport:
    settings = read_settings({"databases": ("tenant-*",), **flags})
    if command == "drift":
        return check_drift(settings, lambda _: fleet.client(), watch)
    report = read_status(settings, None, lambda _: fleet.client(), watch)
    assert isinstance(report, StatusReport)
    return report


def written(report: DriftReport | StatusReport, name: str) -> str:
    """The report as a JSON file, which is what its schema says."""
    jsonschema.validate(json.loads(report.to_json()), SCHEMA)
    Path(name).write_text(report.to_json(), encoding="utf-8")
    return name


def rendered(report: LiveReport, other: LiveReport | None = None) -> list[str]:
    """The report, or another one at the same expense, in every format."""
    shown: Any = other or report
    return [render(replace(shown, usage=report.usage), each) for each in FORMATS]


def parts(command: str, fleet: Fleet, of: int = 4) -> list[str]:
    """The files that the jobs of a matrix write."""
    return [
        written(asked(command, fleet, shard=f"{number}/{of}"), f"part-{number}.json") for number in range(1, of + 1)
    ]
