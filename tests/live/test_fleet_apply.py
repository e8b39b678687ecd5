"""apply over a fleet: a canary first, the rest a few at a time, each for itself, and no further where too many fail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pulse_ci.apply.fate import Fate
from pulse_ci.commands.apply import Wish, apply
from pulse_ci.commands.fleet import Watch
from pulse_ci.commands.merging import merge
from pulse_ci.commands.rendering import exit_status, render
from pulse_ci.errors import ConfigError
from pulse_ci.report.fleet.applied import FleetApplied
from pulse_ci.settings import read_settings
from tests.live.fleet import Fleet
from tests.live.pulse import recorded
from tests.live.test_drift import SCHEMA

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

    def __init__(self, fleet: Fleet, wish: Wish | None = None, watch: Watch | None = None, **flags: Any) -> None:
        self.said: list[str] = []
        settings = read_settings({"databases": ("tenant-*",), **flags})
        report = apply(settings, wish or Wish(), self.said.append, lambda _: fleet.client(), watch)
        assert isinstance(report, FleetApplied)
        self.report = report
        jsonschema.validate(json.loads(report.to_json()), SCHEMA)

    def names(self, fate: Fate) -> list[str]:
        return [each.name for each in self.report.with_fate(fate)]

    def write(self, name: str) -> Path:
        Path(name).write_text(self.report.to_json())
        return Path(name)


def test_the_canary_goes_first_and_alone_and_then_all_are_migrated(fleet: Fleet) -> None:
    run = Applied(fleet)

    assert run.names(Fate.APPLIED) == NAMES
    assert exit_status(run.report) == 0
    assert fleet.writes[0] == "tenant-00"
    assert sorted(fleet.writes) == NAMES, "each file ran once"
    written, others = fleet.asked.index("/id-tenant-00/raw"), "/id-tenant-01/time_travel/bookmark"
    assert fleet.asked.count("/id-tenant-00/time_travel/bookmark") == 1
    first_other = fleet.asked.index(others)
    assert fleet.asked[:first_other].count("/id-tenant-00/raw") >= 4, "read back before another one is begun"
    assert written < first_other
    assert all(sql.count("003_indexes.sql") == 1 for sql in fleet.databases.values())


PLAN = """\
30 databases of tenant-*:
  · 28 lack 003_indexes.sql: tenant-00, tenant-01, tenant-02, tenant-03, tenant-04, tenant-05, tenant-06, tenant-08 \
and 20 more
  ✓ 1 is up to date
  ! refused: tenant-07
      the database has drifted: index `hotfix` is in no migration; see `pulse-ci drift`. To go on all the same: \
--allow drift"""


ORDER = "First tenant-00, as the canary; then the other 27 databases, 8 at a time, until 1 database has failed."


def test_a_dry_run_shows_one_plan_and_writes_nothing(fleet: Fleet) -> None:
    fleet.databases |= {"tenant-07": DRIFTED, "tenant-09": AFTER}

    run = Applied(fleet, Wish(dry_run=True))

    assert run.said[0] == PLAN
    assert run.said[1].startswith("1 migration pending on tenant-00:\n  003_indexes.sql")
    assert (
        run.said[2]
        == "First tenant-00, as the canary; then the other 27 databases, 8 at a time, until 1 database has failed."
    )
    assert run.report.verdict == "28 of 30 databases would be migrated, 1 up to date before, 1 refused"
    assert fleet.writes == []
    assert exit_status(run.report) == 1


def test_obstacles_count_for_each_database_by_itself(fleet: Fleet) -> None:
    fleet.databases["tenant-07"] = DRIFTED
    fleet.databases["tenant-08"] = BEFORE + "INSERT INTO d1_migrations (name) VALUES ('099_x.sql');"

    run = Applied(fleet)

    assert run.names(Fate.REFUSED) == ["tenant-07", "tenant-08"]
    assert len(run.names(Fate.APPLIED)) == 28
    assert "hotfix" in fleet.databases["tenant-07"]
    assert exit_status(run.report) == 1
    assert "! tenant-08  refused\n    `099_x.sql` is missing" in render(run.report, "text")


def test_what_is_allowed_by_name_is_no_obstacle(fleet: Fleet) -> None:
    fleet.databases["tenant-07"] = DRIFTED

    run = Applied(fleet, Wish(allow=("drift",)))

    assert run.names(Fate.APPLIED) == NAMES


def with_plans() -> None:
    """A file that fails on the rows of some databases."""
    unique = "-- Migration: Names of plans\n-- Created: 2026-01-01\n-- Reason: They are looked up.\n"
    made = "CREATE TABLE IF NOT EXISTS plans (name TEXT);\nCREATE UNIQUE INDEX IF NOT EXISTS by_name ON plans (name);\n"
    back = "-- Reverse:\n-- DROP INDEX IF EXISTS by_name;\n-- DROP TABLE IF EXISTS plans;\n"
    Path("migrations/004_plans.sql").write_text(unique + made + back)


def test_a_canary_that_fails_is_the_only_one(fleet: Fleet) -> None:
    with_plans()
    fleet.databases["tenant-00"] = UNWELL

    run = Applied(fleet, Wish(allow=("drift", "findings")))

    assert (run.names(Fate.FAILED), run.names(Fate.APPLIED)) == (["tenant-00"], [])
    assert len(run.names(Fate.NOT_TRIED)) == 29
    assert exit_status(run.report) == 2
    assert set(fleet.writes) == {"tenant-00"}
    assert run.report.databases[0].ran == ("003_indexes.sql",), "the file before it ran, and is told"
    assert "UNIQUE constraint failed" in run.report.databases[0].sentence
    assert "the canary tenant-00 failed" in run.report.databases[1].sentence


def test_a_named_canary_goes_first(fleet: Fleet) -> None:
    Applied(fleet, canary=("tenant-20", "tenant-05"))

    assert fleet.writes[:2] == ["tenant-05", "tenant-20"]
    assert sorted(fleet.writes) == NAMES


def test_a_canary_that_is_none_of_the_fleet_is_a_slip_of_the_pen(fleet: Fleet) -> None:
    with pytest.raises(ConfigError, match="--canary tenant-99: the fleet has no such database"):
        Applied(fleet, canary=("tenant-99",))


@pytest.mark.parametrize(("stop_at", "fewest", "most"), [("1%", 1, 9), ("20%", 6, 14), ("100%", 10, 10)])
def test_nothing_new_starts_when_too_many_have_failed(fleet: Fleet, stop_at: str, fewest: int, most: int) -> None:
    with_plans()
    fleet.databases |= dict.fromkeys(NAMES[5:15], UNWELL)

    run = Applied(fleet, Wish(allow=("drift", "findings")), stop_at=stop_at)

    failed, left = run.names(Fate.FAILED), run.names(Fate.NOT_TRIED)
    assert fewest <= len(failed) <= most, "what is under way ends, eight at a time"
    assert bool(left) is (stop_at != "100%")
    assert exit_status(run.report) == 2
    assert set(fleet.writes).isdisjoint(left)


def test_resume_goes_on_with_what_failed_and_what_was_not_tried(fleet: Fleet) -> None:
    with_plans()
    fleet.databases |= dict.fromkeys(NAMES[5:8], UNWELL)
    first = Applied(fleet, Wish(allow=("drift", "findings")), stop_at="5%")
    report, done = first.write("applied.json"), first.names(Fate.APPLIED)
    for name in NAMES[5:8]:
        fleet.databases[name] += "DELETE FROM plans;"
    fleet.asked.clear()
    fleet.writes.clear()

    second = Applied(fleet, Wish(allow=("drift", "findings")), resume=report)

    assert second.names(Fate.APPLIED) == NAMES
    assert done
    assert not [path for path in fleet.asked for name in done if name in path], "what is done is not asked again"
    assert set(fleet.writes) == set(NAMES) - set(done)
    assert not any("canary" in line for line in second.said), "the first run had one"


def test_an_interrupted_run_ends_what_is_under_way_and_says_what_is_left(fleet: Fleet) -> None:
    watch, kept = Watch(), list[FleetApplied]()
    fleet.on_request = lambda _: watch.brake.interrupt() if len(fleet.writes) == 12 else None
    run = Applied(fleet, watch=Watch(brake=watch.brake, keep=kept.append))
    fleet.on_request = lambda _: None

    applied, left = run.names(Fate.APPLIED), run.names(Fate.NOT_TRIED)
    assert 12 <= len(applied) <= 20
    assert applied + left == NAMES
    assert sorted(fleet.writes) == applied
    assert run.report.scope.stopped == "interrupted"
    assert exit_status(run.report) == 2
    assert kept
    assert Applied(fleet, resume=run.write("cut.json")).names(Fate.APPLIED) == NAMES
    assert sorted(fleet.writes) == NAMES, "nothing ran twice"


def test_databases_that_cannot_be_read_stop_it_before_anything_is_written(fleet: Fleet) -> None:
    fleet.broken = frozenset({"tenant-11"})

    run = Applied(fleet)

    assert run.names(Fate.FAILED) == ["tenant-11"]
    assert fleet.writes == []
    assert exit_status(run.report) == 2
    assert "1 of 30 has failed" in render(run.report, "text")


def test_the_parts_of_a_matrix_make_one_report(fleet: Fleet) -> None:
    fleet.databases["tenant-07"] = DRIFTED
    runs = [Applied(fleet, shard=f"{number}/3") for number in (1, 2, 3)]
    for number, run in enumerate(runs):
        run.write(f"part-{number}.json")

    merged = merge(read_settings({"merge": ("part-*.json",)}), "apply")

    assert isinstance(merged, FleetApplied)
    assert [each.name for each in merged.databases] == NAMES
    assert merged.verdict == "29 of 30 databases migrated, 1 refused"
    assert {each for run in runs for each in run.report.databases} == set(merged.databases)


def test_each_outcome_has_the_command_that_restores_the_database(fleet: Fleet) -> None:
    run = Applied(fleet)

    ways = [each.way_back or "" for each in run.report.databases]
    assert all(f"time-travel restore {name} --bookmark=before-" in way for name, way in zip(NAMES, ways, strict=True))


@pytest.mark.parametrize("wish", [Wish(adopt=True), Wish(local=Path("x.sqlite"))])
def test_what_is_about_one_database_is_refused(fleet: Fleet, wish: Wish) -> None:
    with pytest.raises(ConfigError, match="is about one database"):
        Applied(fleet, wish)
