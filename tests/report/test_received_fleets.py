"""A fleet's report that another run wrote: read as it was written, and whatever else is in the file refused."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from pulse_ci.apply.rollout import ApplyOutcome, ApplyStatus
from pulse_ci.drift.adopt_migration import AdoptMigration
from pulse_ci.drift.allowlist import AllowedDifference
from pulse_ci.drift.value import DatabaseDrift, Drift, DriftDifference, FixPlan
from pulse_ci.errors import ConfigError
from pulse_ci.model import Change, ChangeAction, ObjectKind, Usage
from pulse_ci.report.apply import ApplyReport
from pulse_ci.report.databases import Scope
from pulse_ci.report.drift import DriftReport
from pulse_ci.report.live import read_fleet_report, render
from pulse_ci.report.status import DatabaseStatus, StatusReport
from tests.report.hostile import hostile_text

if TYPE_CHECKING:
    from pathlib import Path

    from pulse_ci.report.live import LiveReport

TEXT = 'a"\\\u202e\x00\ud800</script>##[error]é'
SCOPE = Scope((TEXT, "!b"), TEXT, 21, "0f" * 32, "3/10", ("1/10",), TEXT)
CHANGE = Change(ObjectKind.COLUMN, TEXT, "sites", ChangeAction.MODIFIED, TEXT, None)
ALLOWED = AllowedDifference(ObjectKind.COLUMN, TEXT, TEXT, date(2999, 12, 31), "sites")
WAY = FixPlan((TEXT,), (TEXT,), (TEXT,), (TEXT,), TEXT)
DRIFT = Drift((DriftDifference(CHANGE, (TEXT,)), DriftDifference(CHANGE, (), ALLOWED)), WAY, FixPlan())
REPORTS: tuple[LiveReport, ...] = (
    DriftReport(
        (
            DatabaseDrift(TEXT, "1", DRIFT, None, 2, (TEXT,), AdoptMigration(TEXT, TEXT, TEXT)),
            DatabaseDrift("b", "2", None, TEXT),
            DatabaseDrift("c", "3"),
        ),
        SCOPE,
        Usage(7, 9),
        (TEXT,),
        (TEXT,),
    ),
    StatusReport(
        (
            DatabaseStatus(TEXT, "1", (TEXT,), (TEXT,)),
            DatabaseStatus("b", "2", error=TEXT),
            DatabaseStatus("c", "3", was_read=False),
        ),
        SCOPE,
        Usage(7, 9),
    ),
    ApplyReport(
        tuple(ApplyOutcome(TEXT, fate, fate, TEXT, (TEXT,), (TEXT,), TEXT) for fate in ApplyStatus),
        SCOPE,
        Usage(7, 9),
        True,
        ("drop-table",),
    ),
)


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: type(report).__name__)
def test_what_was_written_is_read_as_it_was(report: LiveReport, tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(report.to_json(), encoding="utf-8")

    assert read_fleet_report(tmp_path / "r.json", "--merge", type(report)) == report


def altered(value: Any, chance: Random) -> Any:
    """The value with something in it that should not be there."""
    if isinstance(value, dict) and value and chance.random() < 0.8:
        name = chance.choice(list(value))
        return (
            {**value, name: altered(value[name], chance)}
            if chance.random() < 0.8
            else {**value, hostile_text(chance): 1}
        )
    if isinstance(value, list) and value and chance.random() < 0.8:
        place = chance.randrange(len(value))
        return [*value[:place], altered(value[place], chance), *value[place + 1 :]]
    return chance.choice([None, True, -1, 10**30, 0.5, "", hostile_text(chance), [], [None], {}, {"a": []}])


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: type(report).__name__)
def test_whatever_is_altered_in_a_report_it_is_read_and_shown_or_refused(report: LiveReport, tmp_path: Path) -> None:
    whole, refused = json.loads(report.to_json()), 0
    for number in range(150):
        chance = Random(number)
        (tmp_path / "r.json").write_text(json.dumps(altered(whole, chance)))
        with suppress(ConfigError):
            read = read_fleet_report(tmp_path / "r.json", "--merge", type(report))
            assert all(render(read, form) for form in ("text", "json", "markdown"))
            continue
        refused += 1

    assert refused > 75
