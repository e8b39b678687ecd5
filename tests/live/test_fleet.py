"""A fleet of a thousand databases: one request each, within the rate limit, and only what has drifted is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulse_ci.commands.drift import check_drift
from pulse_ci.d1.api_responses import DatabaseInfo
from pulse_ci.d1.fleet import StopSignal, select_by_globs, select_shard
from pulse_ci.errors import ConfigError, D1Error
from pulse_ci.settings import read_settings
from tests.live.fleet import Fleet
from tests.live.pulse import recorded

if TYPE_CHECKING:
    from pulse_ci.report.drift import DriftReport
    from tests.cloudflare.server import Cloudflare

PLANTED = {f"tenant-{number:04}" for number in range(7, 1000, 100)}
AS_IT_SHOULD_BE = recorded()
DRIFTED = AS_IT_SHOULD_BE + "CREATE INDEX hotfix ON sites (name);"


@pytest.fixture
def fleet(account: Cloudflare) -> Fleet:
    """A thousand tenants, ten of which have drifted, and a database that is none of them."""
    tenants = (f"tenant-{number:04}" for number in range(1000))
    return Fleet({name: DRIFTED if name in PLANTED else AS_IT_SHOULD_BE for name in tenants} | {"other": DRIFTED})


def compared(fleet: Fleet, **flags: object) -> DriftReport:
    return check_drift(read_settings({"databases": ("tenant-*",), **flags}), connect=lambda _: fleet.client())


def test_ten_drifts_among_a_thousand_are_found_with_one_request_a_database(fleet: Fleet) -> None:
    report = compared(fleet)

    assert len(report.databases) == 1000
    assert {each.name for each in report.with_status("drift")} == PLANTED
    assert report.with_status("error") == ()
    assert len(fleet.asked) - fleet.asked.count("") == 1000


def test_a_fleet_beyond_the_rate_limit_waits_and_is_never_refused(account: Cloudflare) -> None:
    fleet = Fleet({f"tenant-{number}": AS_IT_SHOULD_BE for number in range(130)}, limit=120)

    report = compared(fleet)

    assert len(report.with_status("ok")) == 130
    assert fleet.refused == 0
    assert 300 <= fleet.now <= 600


INFOS = [DatabaseInfo(f"id-{name}", name, "") for name in ("a-1", "a-2", "b-1")]


@pytest.mark.parametrize(
    ("globs", "chosen"),
    [(["a-*"], ["a-1", "a-2"]), (["b-1", "a-1"], ["a-1", "b-1"]), (["*", "!a-*"], ["b-1"]), (["id-b-1"], ["b-1"])],
)
def test_globs_choose_by_name_and_ids_by_themselves(globs: list[str], chosen: list[str]) -> None:
    assert [each.name for each in select_by_globs(INFOS, globs)] == chosen


def test_a_glob_that_fits_nothing_is_an_error_and_not_an_empty_fleet() -> None:
    with pytest.raises(ConfigError, match="'c-\\*' fits none of the account's 3 databases"):
        select_by_globs(INFOS, ["a-*", "c-*"])


def test_a_database_stays_in_its_part_when_others_go() -> None:
    many = [DatabaseInfo(f"id-{number}", f"n-{number}", "") for number in range(100)]

    assert set(select_shard(many[::2], "2/3")) == set(select_shard(many, "2/3")) & set(many[::2])


def test_who_waits_for_the_rate_limit_is_woken_when_the_run_is_interrupted() -> None:
    brake = StopSignal()
    brake.stop("enough have failed")
    brake.sleep(0)
    brake.interrupt()

    with pytest.raises(D1Error, match="interrupted while it waited"):
        brake.sleep(300)
    assert brake.reason == "enough have failed"


def test_a_database_that_cannot_be_read_is_an_error_of_its_own(fleet: Fleet) -> None:
    fleet.databases = {name: sql for name, sql in fleet.databases.items() if name < "tenant-0010"}
    fleet.broken = frozenset({"tenant-0003"})

    report = compared(fleet)

    assert [each.name for each in report.with_status("error")] == ["tenant-0003"]
    assert [each.name for each in report.with_status("drift")] == ["tenant-0007"]
    assert report.headline == "1 of 10 databases has drifted, 1 of 10 could not be compared"
