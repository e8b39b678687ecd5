"""Where no migrations table tells what has run, the schema does."""

from __future__ import annotations

import pytest

from pulse_ci.d1.migration_status import infer_status
from tests.d1.histories import history, live, pulse, standings

NUMBERS = [f"{number:03}" for number in range(1, 22)]


@pytest.mark.parametrize("length", range(22))
def test_each_of_pulses_states_is_told_by_its_schema(length: int) -> None:
    state = infer_status(pulse(), live(pulse(), *NUMBERS[:length]))

    assert [each.has_run for each in state.files] == [True] * length + [False] * (21 - length)
    assert [each.status.value for each in state.files[length:]] == ["pending"] * (21 - length)
    assert (state.unknown, state.drift) == ((), ())


BY_HAND = (
    "CREATE TABLE by_hand (id INTEGER PRIMARY KEY);",
    "ALTER TABLE sites ADD COLUMN by_hand TEXT;",
    "CREATE INDEX by_hand ON events (site_id, created_at, id);",
    "CREATE VIEW by_hand AS SELECT id FROM sites;",
)


@pytest.mark.parametrize("length", range(1, 22))
def test_each_of_pulses_states_is_told_beside_a_change_by_hand_which_is_named(length: int) -> None:
    state = infer_status(pulse(), live(pulse(), *NUMBERS[:length], by_hand=BY_HAND[length % len(BY_HAND)]))

    assert [each.has_run for each in state.files] == [True] * length + [False] * (21 - length)
    assert [change.name for change in state.drift] == ["by_hand"]


def test_an_index_that_was_dropped_by_hand_is_drift_and_not_a_file_that_has_not_run() -> None:
    state = infer_status(pulse(), live(pulse(), *NUMBERS, by_hand="DROP INDEX idx_sessions_site_started;"))

    assert {each.status.value for each in state.files} == {"applied"}
    assert [(change.action.value, change.name) for change in state.drift] == [("removed", "idx_sessions_site_started")]


SITES = "CREATE TABLE IF NOT EXISTS sites (id INTEGER PRIMARY KEY, url TEXT);"
GOALS = "CREATE TABLE IF NOT EXISTS goals (id INTEGER PRIMARY KEY);"
ROWS = "UPDATE sites SET url = lower(url);"


def test_a_file_that_changes_rows_alone_is_unknown_at_the_end_and_applied_in_the_middle() -> None:
    past = history(n001_sites=SITES, n002_lower=ROWS, n003_goals=GOALS)

    at_the_end = infer_status(past, live(past, "001", "002"))
    in_the_middle = infer_status(past, live(past, "001", "002", "003"))

    assert standings(at_the_end) == {"001": "applied", "002": "unknown", "003": "pending"}
    assert "nothing records" in at_the_end.files[1].detail
    assert standings(in_the_middle) == {"001": "applied", "002": "applied", "003": "applied"}


def test_a_file_that_undoes_the_last_one_may_or_may_not_have_run() -> None:
    past = history(n001_sites=SITES, n002_goals=GOALS, n003_no_goals="DROP TABLE IF EXISTS goals;")

    state = infer_status(past, live(past, "001"))

    assert standings(state) == {"001": "applied", "002": "unknown", "003": "unknown"}


def test_a_file_that_was_passed_over_is_out_of_order() -> None:
    events = "CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY);"
    past = history(n001_sites=SITES, n002_goals=GOALS, n003_events=events, n004_url="CREATE INDEX i ON sites (url);")

    state = infer_status(past, live(past, "001", "003", "004"))

    assert standings(state) == {"001": "applied", "002": "out of order", "003": "applied", "004": "applied"}
    assert state.drift == ()
    assert [each.name for each in state.pending] == ["002_goals.sql"]


def test_an_empty_database_has_run_nothing() -> None:
    past = history(n001_rows="SELECT 1;", n002_sites=SITES)

    assert standings(infer_status(past, live(past))) == {"001": "pending", "002": "pending"}


def test_a_file_that_d1_refuses_has_not_run_and_says_why() -> None:
    past = history(n001_sites=SITES, n002_wrong="ALTER TABLE absent ADD COLUMN a;", n003_goals=GOALS)

    state = infer_status(past, live(past, "001", "003"))

    assert standings(state) == {"001": "applied", "002": "out of order", "003": "applied"}
    assert "no such table: absent" in state.files[1].detail


def test_a_database_of_another_project_has_run_nothing_and_all_of_it_is_drift() -> None:
    past = history(n001_sites=SITES)

    state = infer_status(past, live(past, by_hand="CREATE TABLE orders (id INTEGER PRIMARY KEY);"))

    assert standings(state) == {"001": "pending"}
    assert [(change.action.value, change.name) for change in state.drift] == [("added", "orders")]
