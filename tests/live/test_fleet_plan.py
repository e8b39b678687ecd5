"""Before apply writes to a fleet it looks at all of it: one plan, and obstacles that count for each by itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pulse_ci.apply.rollout import ApplyStatus
from pulse_ci.commands.apply import ApplyOptions
from pulse_ci.commands.exit_codes import choose_exit_code
from pulse_ci.commands.live_run import RunHooks
from pulse_ci.errors import ConfigError
from pulse_ci.report.live import render
from tests.live.pulse import recorded
from tests.live.rollout import AFTER, BEFORE, DRIFTED, NAMES, Applied
from tests.live.rollout import fleet as fleet

if TYPE_CHECKING:
    from tests.live.fleet import Fleet


PLAN = """\
30 databases of tenant-*:
  · 28 lack 003_indexes.sql: tenant-00, tenant-01, tenant-02, tenant-03, tenant-04, tenant-05, tenant-06, tenant-08 \
and 20 more
  ✓ 1 is up to date
  ! refused: tenant-07
      the database has drifted: index `hotfix` is in no migration; see `pulse-ci drift`. To continue anyway: \
--allow drift"""


ORDER = "First tenant-00, as the canary; then the other 27 databases, 8 at a time, until 1 database has failed."


def test_a_dry_run_shows_one_plan_and_writes_nothing(fleet: Fleet) -> None:
    fleet.databases |= {"tenant-07": DRIFTED, "tenant-09": AFTER}

    run = Applied(fleet, ApplyOptions(dry_run=True))

    assert run.said[0] == PLAN
    assert run.said[1].startswith("1 migration pending on tenant-00:\n  003_indexes.sql")
    assert (
        run.said[2]
        == "First tenant-00, as the canary; then the other 27 databases, 8 at a time, until 1 database has failed."
    )
    assert run.report.headline == "28 of 30 databases would be migrated, 1 up to date before, 1 refused"
    assert fleet.writes == []
    assert choose_exit_code(run.report) == 1


def test_obstacles_count_for_each_database_by_itself(fleet: Fleet) -> None:
    fleet.databases["tenant-07"] = DRIFTED
    fleet.databases["tenant-08"] = BEFORE + "INSERT INTO d1_migrations (name) VALUES ('099_x.sql');"

    run = Applied(fleet)

    assert run.names(ApplyStatus.REFUSED) == ["tenant-07", "tenant-08"]
    assert len(run.names(ApplyStatus.APPLIED)) == 28
    assert "hotfix" in fleet.databases["tenant-07"]
    assert choose_exit_code(run.report) == 1
    assert "! tenant-08  refused\n    `099_x.sql` is missing" in render(run.report, "text")


def test_what_is_allowed_by_name_is_no_obstacle(fleet: Fleet) -> None:
    fleet.databases["tenant-07"] = DRIFTED

    run = Applied(fleet, ApplyOptions(allow=("drift",)))

    assert run.names(ApplyStatus.APPLIED) == NAMES


def test_a_canary_that_is_none_of_the_fleet_is_a_slip_of_the_pen(fleet: Fleet) -> None:
    with pytest.raises(ConfigError, match="--canary tenant-99: the fleet has no such database"):
        Applied(fleet, canary=("tenant-99",))


def test_databases_that_cannot_be_read_stop_it_before_anything_is_written(fleet: Fleet) -> None:
    fleet.broken = frozenset({"tenant-11"})

    run = Applied(fleet)

    assert run.names(ApplyStatus.FAILED) == ["tenant-11"]
    assert fleet.writes == []
    assert choose_exit_code(run.report) == 2
    assert "1 of 30 has failed" in render(run.report, "text")


@pytest.mark.parametrize("wish", [ApplyOptions(adopt=True), ApplyOptions(local=Path("x.sqlite"))])
def test_what_is_about_one_database_is_refused(fleet: Fleet, wish: ApplyOptions) -> None:
    with pytest.raises(ConfigError, match="is about one database"):
        Applied(fleet, wish)


def test_an_error_of_the_check_is_in_the_way_where_its_file_is_pending(fleet: Fleet) -> None:
    orphan = "CREATE TABLE orphan (id INTEGER PRIMARY KEY, parent REFERENCES nowhere (id));\n"
    Path("migrations/004_orphan.sql").write_text(orphan)
    done = f"{AFTER}{orphan}INSERT INTO d1_migrations (name) VALUES ('004_orphan.sql');"
    fleet.databases |= {"tenant-03": recorded(1), "tenant-04": done}

    run = Applied(fleet)

    assert run.names(ApplyStatus.UP_TO_DATE) == ["tenant-04"]
    assert len(run.names(ApplyStatus.REFUSED)) == 29
    told = {each.sentence for each in run.report.with_status(ApplyStatus.REFUSED)}
    assert all("004_orphan.sql:1 foreign-key-parent:" in each for each in told)
    assert all("--allow foreign-key-parent" in each for each in told)
    assert fleet.writes == []


def test_values_that_would_be_lost_block_their_database_alone(fleet: Fleet) -> None:
    Path("migrations/003_indexes.sql").write_text("ALTER TABLE users DROP COLUMN password_hash;\n")
    account = "INSERT INTO accounts (account_id, name) VALUES ('a', 'A');"
    user = "INSERT INTO users (user_id, account_id, email, password_hash) VALUES ('u', 'a', 'e', 'h');"
    fleet.databases["tenant-09"] = f"{BEFORE}{account}{user}"

    run = Applied(fleet)
    allowed = Applied(fleet, ApplyOptions(allow=("lost-rows",)))

    (refused,) = run.report.with_status(ApplyStatus.REFUSED)
    assert refused.name == "tenant-09"
    assert "1 value of `users`.`password_hash` would be lost" in refused.sentence
    assert "--allow lost-rows" in refused.sentence
    assert len(run.names(ApplyStatus.APPLIED)) == 29
    (applied,) = allowed.report.with_status(ApplyStatus.APPLIED)
    assert "values of `users`.`password_hash`: 1 before, 0 now" in applied.sentence


def test_a_person_is_asked_before_a_fleet_is_changed(fleet: Fleet) -> None:
    questions = list[str]()

    def decline(question: str) -> bool:
        questions.append(question)
        return False

    with pytest.raises(ConfigError, match="the answer was no"):
        Applied(fleet, watch=RunHooks(confirm=decline))

    assert questions == ["Run the pending migrations on 30 databases?"]
    assert fleet.writes == []


def test_conventions_are_in_nobodys_way(fleet: Fleet) -> None:
    Path("migrations/reverse/003_indexes.sql").unlink()

    assert Applied(fleet).names(ApplyStatus.APPLIED) == NAMES


def test_a_named_canary_that_is_refused_leaves_all_as_it_is(fleet: Fleet) -> None:
    fleet.databases["tenant-07"] = DRIFTED

    run = Applied(fleet, canary=("tenant-07",))

    assert fleet.writes == []
    assert run.report.scope.stopped == "the canary tenant-07 was refused"
    assert choose_exit_code(run.report) == 2


def test_a_named_canary_that_is_up_to_date_gives_way_to_the_first(fleet: Fleet) -> None:
    fleet.databases["tenant-07"] = AFTER

    run = Applied(fleet, canary=("tenant-07",))

    assert run.said[2].startswith("First tenant-00, as the canary")
    assert len(run.names(ApplyStatus.APPLIED)) == 29
