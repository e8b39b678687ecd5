"""Files that ran without a record are recorded and not run again, and only where the schema proves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulse_ci.apply.apply_pending import apply_pending
from pulse_ci.apply.migrations_table import find_unrecorded, mark_applied
from pulse_ci.apply.preflight import find_blockers, require_blocker_names, require_no_blockers
from pulse_ci.errors import ConfigError, D1Error, MigrationError
from tests.apply.targets import Failing
from tests.d1.histories import history

if TYPE_CHECKING:
    from pulse_ci.apply.target import LocalDatabase

PAST = history(
    n001_sites="CREATE TABLE sites (id INTEGER PRIMARY KEY, url TEXT);",
    n002_goals="CREATE TABLE goals (id INTEGER PRIMARY KEY);\nINSERT INTO goals VALUES (1);",
    n003_lower="UPDATE sites SET url = lower(url);",
    n004_plan="ALTER TABLE sites ADD COLUMN plan TEXT;",
)


def execute(local: LocalDatabase, *numbers: str) -> None:
    """Run files as `wrangler d1 execute --file` does: without a record."""
    for migration in PAST.migrations:
        if migration.name[:3] in numbers:
            local.run([each.sql for each in migration.statements])


def in_the_way(local: LocalDatabase) -> list[tuple[str | None, str]]:
    return [(each.name, each.message) for each in find_blockers(local.read().determine_status(PAST))]


def recorded(local: LocalDatabase) -> list[str]:
    return [name[:3] for _, name in local.read().records or ()]


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_database_without_a_record_is_adopted_and_then_applied(local: LocalDatabase, number: int) -> None:
    execute(local, *("001", "002", "003", "004")[:number])
    live = local.read()

    mark_applied(local, live, find_unrecorded(live.determine_status(PAST), through=number))

    assert recorded(local) == ["001", "002", "003", "004"][:number]
    assert [each.name[:3] for each in apply_pending(local, PAST, local.read())] == ["001", "002", "003", "004"][number:]
    assert local.count(["SELECT count(*) FROM goals"]) == (1,)


def test_a_database_without_a_record_is_not_applied_before_that(local: LocalDatabase) -> None:
    execute(local, "001", "002", "003", "004")

    ((name, sentence),) = in_the_way(local)

    assert name is None
    assert sentence.endswith("that of `001_sites.sql` to `004_plan.sql`: record them with --adopt, then apply the rest")


def test_a_file_that_was_executed_beside_the_records_is_adopted(local: LocalDatabase) -> None:
    list(apply_pending(local, PAST, local.read()))
    local.run(["DELETE FROM d1_migrations WHERE id = 4"])

    assert in_the_way(local) == [(None, "what `004_plan.sql` makes is there, and not recorded: record it with --adopt")]
    live = local.read()
    mark_applied(local, live, find_unrecorded(live.determine_status(PAST)))
    assert recorded(local) == ["001", "002", "003", "004"]


def test_a_file_that_leaves_no_trace_needs_a_word(local: LocalDatabase) -> None:
    execute(local, "001", "002", "003")
    state = local.read().determine_status(PAST)

    with pytest.raises(MigrationError, match=r"Nothing tells whether `003_lower\.sql` ran"):
        find_unrecorded(state)
    assert find_unrecorded(state, through=3) == ("001_sites.sql", "002_goals.sql", "003_lower.sql")
    assert find_unrecorded(state, through=2) == ("001_sites.sql", "002_goals.sql")


def test_an_empty_database_has_nothing_to_adopt_and_nothing_in_its_way(local: LocalDatabase) -> None:
    assert find_unrecorded(local.read().determine_status(PAST)) == ()
    assert in_the_way(local) == []


def test_a_drift_is_in_the_way_of_everything(local: LocalDatabase) -> None:
    list(apply_pending(local, PAST, local.read()))
    local.run(["CREATE INDEX hotfix ON sites (url)"])

    assert in_the_way(local) == [
        ("drift", "the database has drifted: index `hotfix` is in no migration; see `pulse-ci drift`")
    ]


def test_a_record_without_its_file_and_one_without_its_effect_are_in_the_way(local: LocalDatabase) -> None:
    list(apply_pending(local, PAST, local.read()))
    local.run(["INSERT INTO d1_migrations (name) VALUES ('009_later.sql')", "ALTER TABLE sites DROP COLUMN plan"])

    assert [name for name, _ in in_the_way(local)] == ["drift", "missing"]


def test_an_obstacle_is_allowed_by_its_name_alone(local: LocalDatabase) -> None:
    list(apply_pending(local, PAST, local.read()))
    local.run(["CREATE INDEX hotfix ON sites (url)"])
    found = list(find_blockers(local.read().determine_status(PAST)))

    require_no_blockers("staging", found, ["drift"])
    with pytest.raises(MigrationError, match="To continue anyway: --allow drift"):
        require_no_blockers("staging", found, ["missing"])
    with pytest.raises(ConfigError, match="there is no such obstacle"):
        require_blocker_names(["everything"], ["drop-table"])
    require_blocker_names(["drift", "drop-table"], ["drop-table"])


@pytest.mark.parametrize(("fault", "is_recorded"), [("after", True), ("before", False)])
def test_an_adoption_whose_answer_is_lost_is_settled_by_reading(
    local: LocalDatabase, fault: str, is_recorded: bool
) -> None:
    execute(local, "001")
    live = local.read()
    failing = Failing(local, [fault])

    if is_recorded:
        mark_applied(failing, live, ("001_sites.sql",))
    else:
        with pytest.raises(D1Error, match="Nothing was recorded"):
            mark_applied(failing, live, ("001_sites.sql",))

    assert recorded(local) == ["001"] * is_recorded
