"""The reports of a matrix's parts are made one, which says what one run over the whole fleet would have said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pulse_ci.commands.exit_codes import choose_exit_code
from pulse_ci.commands.merge_reports import merge_reports
from pulse_ci.errors import ConfigError
from pulse_ci.report.drift import DriftReport
from pulse_ci.report.live import render
from pulse_ci.settings import read_settings
from tests.live.parts import FILES, NAMES, asked, parts, rendered, written
from tests.live.parts import fleet as fleet
from tests.live.pulse import recorded

if TYPE_CHECKING:
    from tests.live.fleet import Fleet
    from tests.live.parts import Run


@pytest.mark.parametrize("command", ["drift", "status"])
def test_the_merged_parts_are_byte_for_byte_the_report_of_one_run(command: str, fleet: Fleet) -> None:
    whole = asked(command, fleet)
    parts(command, fleet)

    merged = merge_reports(read_settings({"merge": ("part-*.json",)}), command)

    assert merged.usage.requests == whole.usage.requests + 3, "each part lists the databases by itself"
    assert rendered(merged) == rendered(merged, whole)
    assert choose_exit_code(merged) == choose_exit_code(whole) == 2


def test_what_no_database_needs_is_said_when_all_parts_are_there(fleet: Fleet) -> None:
    files = parts("drift", fleet)
    some, every = (merge_reports(read_settings({"merge": tuple(paths)}), "drift") for paths in (files[:3], files))

    assert isinstance(some, DriftReport)
    assert isinstance(every, DriftReport)
    assert not [each for each in some.allowlist_notices if "long_gone" in each]
    assert [each for each in every.allowlist_notices if "long_gone" in each]
    assert not [each for each in every.allowlist_notices if "hotfix" in each]


@pytest.mark.parametrize("command", ["drift", "status"])
def test_a_part_that_is_missing_is_named_and_the_fleet_not_well(command: str, fleet: Fleet) -> None:
    fleet.broken = frozenset()
    fleet.databases = dict.fromkeys(NAMES, recorded(FILES))
    files = parts(command, fleet)

    merged = merge_reports(read_settings({"merge": (files[0], files[3])}), command)

    assert merged.scope
    assert merged.scope.missing == ("2/4", "3/4")
    assert choose_exit_code(merged) == 2
    assert "parts 2/4, 3/4 missing" in render(merged, "text")
    assert "parts 2/4, 3/4 missing" in render(merged, "markdown").replace("\u200b", "")


MERGED = """\
✓ 42 databases are up to date
· 3 databases lack 003_indexes.sql and 004_cohorts.sql
    tenant-002, tenant-022, tenant-042
! 4 databases  2 differences that no file explains: `pulse-ci drift` tells which
    tenant-005, tenant-015, tenant-025, tenant-035

· 42 of 45 databases have all 4 migrations, 3 behind
  compared with the 4 migrations in migrations; 49 requests, nothing was written
"""


def test_the_command_line_merges_without_an_account(fleet: Fleet, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet.broken = frozenset()
    parts("status", fleet)
    monkeypatch.delenv("CLOUDFLARE_API_TOKEN")

    outcome = run("status", "--merge", "part-*.json")

    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == MERGED


def altered(name: str, **changes: Any) -> str:
    """A report with other words in its scope."""
    content = json.loads(Path(name).read_text())
    content["fleet"] |= changes
    Path(f"altered-{name}").write_text(json.dumps(content))
    return f"altered-{name}"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"databases": ["other-*"]}, "the databases were other-\\*, and are tenant-\\*"),
        ({"digest": "0" * 64}, "is on other files"),
        ({"shard": "2/3"}, "not the parts of one division: .* \\(1/2\\) and .* \\(2/3\\)"),
        ({"shard": "1/2"}, "A part is given twice"),
        ({"shard": None}, "not the parts of one division: .*the whole"),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(fleet: Fleet, changes: dict[str, Any], told: str) -> None:
    one, other = parts("status", fleet, of=2)

    with pytest.raises(ConfigError, match=told):
        merge_reports(read_settings({"merge": (one, altered(other, **changes))}), "status")


def test_parts_that_both_have_a_database_are_refused(fleet: Fleet) -> None:
    one, _ = parts("status", fleet, of=2)
    same = altered(one, shard="2/2")

    with pytest.raises(ConfigError, match=f"{one} and {same} both have tenant-"):
        merge_reports(read_settings({"merge": (one, same)}), "status")


def test_the_report_of_another_command_is_refused(fleet: Fleet) -> None:
    name = written(asked("status", fleet), "status.json")

    with pytest.raises(ConfigError, match="the report of another command"):
        merge_reports(read_settings({"merge": (name,)}), "drift")
    with pytest.raises(ConfigError, match="the report of another command"):
        asked("drift", fleet, resume=Path(name))
