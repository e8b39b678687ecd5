"""apply over a fleet: a canary first, the rest a few at a time, and no further where too many fail."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pulse_ci.apply.rollout import ApplyStatus
from pulse_ci.commands.apply import ApplyOptions
from pulse_ci.commands.exit_codes import choose_exit_code
from pulse_ci.commands.live_run import RunHooks
from pulse_ci.commands.merge_reports import merge_reports
from pulse_ci.report.apply import ApplyReport
from pulse_ci.report.live import render
from pulse_ci.settings import read_settings
from tests.live.rollout import DRIFTED, NAMES, UNWELL, Applied
from tests.live.rollout import fleet as fleet

if TYPE_CHECKING:
    from tests.live.fleet import Fleet


def test_the_canary_goes_first_and_alone_and_then_all_are_migrated(fleet: Fleet) -> None:
    run = Applied(fleet)

    assert run.names(ApplyStatus.APPLIED) == NAMES
    assert choose_exit_code(run.report) == 0
    assert fleet.writes[0] == "tenant-00"
    assert sorted(fleet.writes) == NAMES, "each file ran once"
    written, others = fleet.asked.index("/id-tenant-00/raw"), "/id-tenant-01/time_travel/bookmark"
    assert fleet.asked.count("/id-tenant-00/time_travel/bookmark") == 1
    first_other = fleet.asked.index(others)
    assert fleet.asked[:first_other].count("/id-tenant-00/raw") >= 4, "read back before another one is begun"
    assert written < first_other
    assert all(sql.count("003_indexes.sql") == 1 for sql in fleet.databases.values())


def with_plans() -> None:
    """A file that fails on the rows of some databases."""
    unique = "-- Migration: Names of plans\n-- Created: 2026-01-01\n-- Reason: They are looked up.\n"
    made = "CREATE TABLE IF NOT EXISTS plans (name TEXT);\nCREATE UNIQUE INDEX IF NOT EXISTS by_name ON plans (name);\n"
    back = "-- Reverse:\n-- DROP INDEX IF EXISTS by_name;\n-- DROP TABLE IF EXISTS plans;\n"
    Path("migrations/004_plans.sql").write_text(unique + made + back)


def test_a_canary_that_fails_is_the_only_one(fleet: Fleet) -> None:
    with_plans()
    fleet.databases["tenant-00"] = UNWELL

    run = Applied(fleet, ApplyOptions(allow=("drift",)))

    assert (run.names(ApplyStatus.FAILED), run.names(ApplyStatus.APPLIED)) == (["tenant-00"], [])
    assert len(run.names(ApplyStatus.NOT_TRIED)) == 29
    assert choose_exit_code(run.report) == 2
    assert set(fleet.writes) == {"tenant-00"}
    assert run.report.databases[0].ran == ("003_indexes.sql",), "the file before it ran, and is told"
    assert "UNIQUE constraint failed" in run.report.databases[0].sentence
    assert "the canary tenant-00 failed" in run.report.databases[1].sentence


def test_rules_that_are_left_out_are_named(fleet: Fleet) -> None:
    without = "checked without the rules header-date and missing-reason"

    run = Applied(fleet, ApplyOptions(dry_run=True), skip=("missing-reason", "header-date"))

    assert run.report.skipped == ("header-date", "missing-reason")
    assert any(without in said for said in run.said)
    assert without in render(run.report, "text")
    assert without in render(run.report, "markdown").lower()
    report = run.write("report.json")
    assert merge_reports(read_settings({"merge": ("report.json",)}), "apply") == run.report
    assert Applied(fleet, resume=report).report.skipped == run.report.skipped


def test_a_named_canary_goes_first(fleet: Fleet) -> None:
    Applied(fleet, canary=("tenant-20", "tenant-05"))

    assert fleet.writes[:2] == ["tenant-05", "tenant-20"]
    assert sorted(fleet.writes) == NAMES


@pytest.mark.parametrize(("stop_at", "fewest", "most"), [("1%", 1, 9), ("20%", 6, 14), ("100%", 10, 10)])
def test_nothing_new_starts_when_too_many_have_failed(fleet: Fleet, stop_at: str, fewest: int, most: int) -> None:
    with_plans()
    fleet.databases |= dict.fromkeys(NAMES[5:15], UNWELL)

    run = Applied(fleet, ApplyOptions(allow=("drift",)), stop_at=stop_at)

    failed, left = run.names(ApplyStatus.FAILED), run.names(ApplyStatus.NOT_TRIED)
    assert fewest <= len(failed) <= most, "what is under way ends, eight at a time"
    assert bool(left) is (stop_at != "100%")
    assert choose_exit_code(run.report) == 2
    assert set(fleet.writes).isdisjoint(left)


def test_resume_goes_on_with_what_failed_and_what_was_not_tried(fleet: Fleet) -> None:
    with_plans()
    fleet.databases |= dict.fromkeys(NAMES[5:8], UNWELL)
    first = Applied(fleet, ApplyOptions(allow=("drift",)), stop_at="5%")
    report, done = first.write("applied.json"), first.names(ApplyStatus.APPLIED)
    for name in NAMES[5:8]:
        fleet.databases[name] += "DELETE FROM plans;"
    fleet.asked.clear()
    fleet.writes.clear()

    second = Applied(fleet, ApplyOptions(allow=("drift",)), resume=report)

    assert second.names(ApplyStatus.APPLIED) == NAMES
    assert done
    assert not [path for path in fleet.asked for name in done if name in path], "what is done is not asked again"
    assert set(fleet.writes) == set(NAMES) - set(done)
    assert not any("canary" in line for line in second.said), "the first run had one"


def test_an_interrupted_run_ends_what_is_under_way_and_says_what_is_left(fleet: Fleet) -> None:
    watch, kept = RunHooks(), list[ApplyReport]()
    fleet.on_request = lambda _: watch.stop_signal.interrupt() if len(fleet.writes) == 12 else None
    run = Applied(fleet, watch=RunHooks(stop_signal=watch.stop_signal, save_report=kept.append))
    fleet.on_request = lambda _: None

    applied, left = run.names(ApplyStatus.APPLIED), run.names(ApplyStatus.NOT_TRIED)
    assert 12 <= len(applied) <= 20
    assert applied + left == NAMES
    assert sorted(fleet.writes) == applied
    assert run.report.scope.stopped == "interrupted"
    assert choose_exit_code(run.report) == 2
    assert kept
    assert Applied(fleet, resume=run.write("cut.json")).names(ApplyStatus.APPLIED) == NAMES
    assert sorted(fleet.writes) == NAMES, "nothing ran twice"


def test_the_parts_of_a_matrix_make_one_report(fleet: Fleet) -> None:
    fleet.databases["tenant-07"] = DRIFTED
    runs = [Applied(fleet, shard=f"{number}/3") for number in (1, 2, 3)]
    for number, run in enumerate(runs):
        run.write(f"part-{number}.json")

    merged = merge_reports(read_settings({"merge": ("part-*.json",)}), "apply")

    assert isinstance(merged, ApplyReport)
    assert [each.name for each in merged.databases] == NAMES
    assert merged.headline == "29 of 30 databases migrated, 1 refused"
    assert {each for run in runs for each in run.report.databases} == set(merged.databases)


def test_each_outcome_has_the_command_that_restores_the_database(fleet: Fleet) -> None:
    run = Applied(fleet)

    ways = [each.restore_command or "" for each in run.report.databases]
    assert all(f"time-travel restore {name} --bookmark=before-" in way for name, way in zip(NAMES, ways, strict=True))


def test_what_ends_a_run_leaves_a_report_of_what_was_done(fleet: Fleet) -> None:
    kept = list[ApplyReport]()

    def break_down(_: str) -> None:
        if len(fleet.writes) == 9:
            raise RuntimeError("out of memory")

    fleet.on_request = break_down
    with pytest.raises(RuntimeError):
        Applied(fleet, watch=RunHooks(save_report=kept.append))

    assert len(kept[-1].with_status(ApplyStatus.APPLIED)) >= 1
    assert len(kept[-1].databases) == 30
