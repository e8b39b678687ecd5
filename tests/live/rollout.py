"""A fleet whose databases lack a file, and a run of apply over it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from pulse_ci.commands.apply import ApplyOptions, apply
from pulse_ci.report.apply import ApplyReport
from pulse_ci.settings import read_settings
from tests.live.fleet import Fleet
from tests.live.pulse import recorded
from tests.live.test_drift import SCHEMA

if TYPE_CHECKING:
    from pulse_ci.apply.rollout import ApplyStatus
    from pulse_ci.commands.live_run import RunHooks

NAMES = [f"tenant-{number:02}" for number in range(30)]
BEFORE, AFTER = recorded(2), recorded(3)
DRIFTED = BEFORE + "CREATE INDEX hotfix ON sites (name);"
# A unique index that the file makes cannot be made on these rows.
UNWELL = BEFORE + "CREATE TABLE plans (name TEXT); INSERT INTO plans VALUES ('a'), ('a');"


@pytest.fixture
def fleet(tokened: Path) -> Fleet:
    """Thirty tenants that lack the third of three files."""
    (tokened / "migrations/004_cohorts.sql").unlink()
    return Fleet(dict.fromkeys(NAMES, BEFORE))


class Applied:
    """What a run said, and what it found out."""

    def __init__(
        self, fleet: Fleet, wish: ApplyOptions | None = None, watch: RunHooks | None = None, **flags: Any
    ) -> None:
        self.said: list[str] = []
        settings = read_settings({"databases": ("tenant-*",), **flags})
        report = apply(settings, wish or ApplyOptions(), self.said.append, lambda _: fleet.client(), watch)
        assert isinstance(report, ApplyReport)
        self.report = report
        jsonschema.validate(json.loads(report.to_json()), SCHEMA)

    def names(self, fate: ApplyStatus) -> list[str]:
        return [each.name for each in self.report.with_status(fate)]

    def write(self, name: str) -> Path:
        Path(name).write_text(self.report.to_json())
        return Path(name)
