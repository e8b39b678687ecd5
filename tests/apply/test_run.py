"""Apply on a database file: what is pending runs once, whatever goes wrong, and ends in the same schema and record."""

from __future__ import annotations

import itertools
from random import Random
from typing import TYPE_CHECKING

import pytest

from pulse_ci.apply.apply_pending import AppliedBy, apply_pending
from pulse_ci.apply.target import LocalDatabase
from pulse_ci.errors import D1Error, MigrationError
from pulse_ci.schema.diff import diff
from tests.apply.targets import Failing, Killed
from tests.d1.histories import history

if TYPE_CHECKING:
    from pathlib import Path

    from pulse_ci.analysis.schema_history import SchemaHistory
    from pulse_ci.apply.target import TargetDatabase

# What a second run of a file would show: a row too many, or an error.
PAST = history(
    n001_sites="CREATE TABLE sites (id INTEGER PRIMARY KEY, url TEXT);\nINSERT INTO sites (url) VALUES ('one');",
    n002_goals=(
        "CREATE TABLE goals (id INTEGER PRIMARY KEY, site REFERENCES sites (id));\nINSERT INTO goals VALUES (1, 1);"
    ),
    n003_plan="ALTER TABLE sites ADD COLUMN plan TEXT;\nINSERT INTO sites (url) VALUES ('three');",
    n004_log=(
        "CREATE TABLE log (id INTEGER PRIMARY KEY, note TEXT);\n"
        "CREATE TRIGGER noted AFTER INSERT ON sites\n"
        "begin -- it's logged\n  INSERT INTO log (note) VALUES (NEW.url);\nend;\n"
        "INSERT INTO sites (url) VALUES ('four');"
    ),
)
NAMES = [each.name for each in PAST.migrations]


def apply(target: TargetDatabase, past: SchemaHistory = PAST) -> list[tuple[str, str]]:
    return [(each.name, each.applied_by) for each in apply_pending(target, past, target.read())]


def is_whole(local: LocalDatabase) -> bool:
    """Whether each file ran exactly once, in order, and is recorded."""
    live = local.read()
    return (
        diff(PAST.schemas[-1], live.schema) == ()
        and [name for _, name in live.records or ()] == NAMES
        and local.count(["SELECT count(*) FROM sites", "SELECT count(*) FROM goals", "SELECT count(*) FROM log"])
        == (3, 1, 1)
    )


def test_all_files_run_in_order_and_are_recorded(local: LocalDatabase) -> None:
    assert apply(local) == [(name, "ran") for name in NAMES]
    assert is_whole(local)


def test_a_second_run_has_nothing_to_do(local: LocalDatabase) -> None:
    apply(local)

    failing = Failing(local)
    assert apply(failing) == []
    assert failing.sent == []


@pytest.mark.parametrize("number", range(5))
def test_what_is_recorded_is_not_run_again(local: LocalDatabase, number: int) -> None:
    for _ in itertools.islice(apply_pending(local, PAST, local.read()), number):
        pass

    assert apply(local) == [(name, "ran") for name in NAMES[number:]]
    assert is_whole(local)


def test_a_trigger_is_sent_on_one_line_and_without_comments(local: LocalDatabase) -> None:
    failing = Failing(local)
    apply(failing)

    (trigger,) = (each for sent in failing.sent for each in sent if "TRIGGER" in each)
    assert trigger == ("CREATE TRIGGER noted AFTER INSERT ON sites BEGIN INSERT INTO log (note) VALUES (NEW.url); end;")


def test_a_file_that_is_refused_leaves_no_trace_and_those_before_it_stay(local: LocalDatabase) -> None:
    past = history(
        n001_sites="CREATE TABLE sites (id INTEGER, url TEXT); INSERT INTO sites VALUES (1, 'x'), (2, 'x');",
        n002_unique="CREATE TABLE other (id);\nCREATE UNIQUE INDEX once ON sites (url);",
    )

    with pytest.raises(MigrationError, match=r"refuses `002_unique\.sql`: `UNIQUE constraint failed") as refused:
        apply(local, past)

    assert "those before it are applied" in str(refused.value) or "the files before it are applied" in str(
        refused.value
    )
    assert [name for _, name in local.read().records or ()] == ["001_sites.sql"]
    assert local.read().schema.find_table("other") is None


def test_a_file_that_cannot_run_is_told_before_anything_is_sent(local: LocalDatabase) -> None:
    past = history(n001_sites="CREATE TABLE sites (id);", n002_bad="\n\nCREATE INDEX i ON nowhere (id);")
    failing = Failing(local)

    with pytest.raises(MigrationError, match=r"migrations/002_bad\.sql:3 would be refused"):
        apply(failing, past)

    assert failing.sent == []


TWO_COLUMNS = history(
    n001_sites="CREATE TABLE sites (id INTEGER PRIMARY KEY);",
    n002_plan="ALTER TABLE sites ADD COLUMN plan TEXT;\nALTER TABLE sites ADD COLUMN seats INTEGER;",
)


def test_a_statement_whose_effect_is_there_is_left_out(local: LocalDatabase) -> None:
    list(itertools.islice(apply_pending(local, TWO_COLUMNS, local.read()), 1))
    local.run(["ALTER TABLE sites ADD COLUMN plan TEXT"])
    failing = Failing(local)

    assert apply(failing, TWO_COLUMNS) == [("002_plan.sql", "ran")]
    assert failing.sent[0][1:] == ("ALTER TABLE sites ADD COLUMN seats INTEGER;",)
    assert diff(TWO_COLUMNS.schemas[-1], local.read().schema) == ()


def test_a_column_that_is_otherwise_is_not_taken_for_the_same(local: LocalDatabase) -> None:
    list(itertools.islice(apply_pending(local, TWO_COLUMNS, local.read()), 1))
    local.run(["ALTER TABLE sites ADD COLUMN plan INTEGER"])

    with pytest.raises(MigrationError, match="duplicate column name: plan"):
        apply(local, TWO_COLUMNS)


@pytest.mark.parametrize("fault", ["before", "after"])
@pytest.mark.parametrize("place", range(1, 8, 2))
def test_an_answer_that_is_lost_is_settled_by_reading_first(local: LocalDatabase, fault: str, place: int) -> None:
    failing = Failing(local, [None] * place + [fault])

    assert [name for name, _ in apply(failing)] == NAMES
    assert is_whole(local)


def test_a_request_that_is_lost_each_time_says_that_nothing_was_done(local: LocalDatabase) -> None:
    failing = Failing(local, [None, *["before", None] * 9])

    with pytest.raises(D1Error, match=r"sent to .* 3 times and is not recorded"):
        apply(failing)


def test_a_hundred_runs_with_faults_at_random_end_whole_when_run_again(memory: Path) -> None:
    chance = Random(7)
    for run in range(100):
        local = LocalDatabase(memory / f"{run}.sqlite", "d1_migrations")
        kinds = [None, None, None, "before", "after", "killed", "killed-after"]
        for _ in range(30):
            failing = Failing(local, chance.choices(kinds, k=chance.randrange(12)))
            try:
                apply(failing)
                break
            except (Killed, D1Error):
                continue
        assert is_whole(local), run


@pytest.mark.parametrize("runs", [2, 8])
def test_runs_at_once_run_each_file_once(local: LocalDatabase, runs: int) -> None:
    """Each run is overtaken, by a whole other run, just before it sends each of its requests."""

    def other() -> None:
        list(itertools.islice(apply_pending(local, PAST, local.read()), 1))

    failing = Failing(local, meanwhile=[other] * runs)

    outcomes = apply(failing)

    assert sorted(name for name, _ in outcomes) == NAMES
    assert AppliedBy.ANOTHER_RUN in {how for _, how in outcomes}
    assert is_whole(local)
