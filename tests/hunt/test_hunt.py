"""The hunt itself: it sees the harm that real workerd does, and none where there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.hunt.__main__ import report
from tests.hunt.app import App, Column, Made, Sort, Table
from tests.hunt.case import Case
from tests.hunt.changes import Change
from tests.hunt.harm import Harm, harms, requests
from tests.hunt.rebuilds import MAKERS
from tests.hunt.rows import Row, Rows
from tests.hunt.run import Result, run
from tests.workerd.rig import Rig

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCKS = Table(
    "docks", (Column("id", Sort.NUMBER_KEY, "INTEGER"), Column("name", Sort.NAME, "TEXT")), autoincrement=True
)
SHIPS = Table(
    "ships",
    (
        Column("id", Sort.TEXT_KEY, "TEXT"),
        Column("dock_id", Sort.PARENT, "INTEGER", parent="docks", action="ON DELETE CASCADE"),
        Column("phone", Sort.PHONE, "TEXT"),
        Column("updated_at", Sort.TOUCHED, "TEXT"),
    ),
)
TOUCH = "CREATE TRIGGER touch AFTER UPDATE ON ships BEGIN UPDATE ships SET updated_at = 'now' WHERE id = NEW.id; END;"
APP = App(
    (DOCKS, SHIPS),
    (
        Made("view", "dock_view", "", "CREATE VIEW dock_view AS SELECT name FROM docks;", frozenset({"docks"})),
        Made("trigger", "touch", "ships", TOUCH),
        Made("index", "by_phone", "ships", "CREATE INDEX by_phone ON ships (phone);"),
    ),
)
DOCK = Row("docks", {"id": "1", "name": "'north'"})
SHIP = Row("ships", {"id": "'s'", "dock_id": "1", "phone": "'007'", "updated_at": "'2026-01-01'"})
ROWS = Rows(
    (DOCK.sql, "INSERT INTO docks VALUES (7, 'x');", "DELETE FROM docks WHERE id = 7;", SHIP.sql),
    {
        "docks": replace(DOCK, values={"id": "9", "name": "'west'"}),
        "ships": replace(SHIP, values={**SHIP.values, "id": "'t'"}),
    },
    {"docks": [DOCK], "ships": [SHIP]},
)
NARROW = (
    "CREATE TABLE n (id TEXT PRIMARY KEY, dock_id INTEGER REFERENCES docks (id) ON DELETE CASCADE, phone INTEGER, "
    "updated_at TEXT); INSERT INTO n SELECT * FROM ships; DROP TABLE ships; ALTER TABLE n RENAME TO ships;"
)
HARMFUL = {
    "rows lost": "INSERT OR REPLACE INTO docks (id, name) VALUES (1, 'north');",
    "values changed": "UPDATE ships SET dock_id = dock_id;",
    "object lost": "DROP INDEX by_phone;",
    "counter reset": "DELETE FROM sqlite_sequence;",
    "rejected": "ALTER TABLE ships ADD COLUMN must TEXT NOT NULL;",
    "column lost": "ALTER TABLE ships DROP COLUMN dock_id;",
    "read fails": "DROP VIEW dock_view; CREATE VIEW dock_view AS SELECT nowhere FROM docks;",
    "write fails": "CREATE TRIGGER t AFTER DELETE ON docks BEGIN DELETE FROM nowhere; END;",
}
HARMLESS = (
    "ALTER TABLE ships ADD COLUMN length INTEGER;",
    "INSERT OR IGNORE INTO docks (id, name) VALUES (1, 'south'), (3, 'east');",
    "CREATE INDEX by_dock ON ships (dock_id);",
    "DROP VIEW dock_view; CREATE VIEW dock_view AS SELECT id, name FROM docks;",
)


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with Rig() as running:
        yield running


def harms_of(rig: Rig, change: Change) -> tuple[Harm, ...]:
    rig.send([requests(APP, ROWS, change)])
    return harms(APP, ROWS, change, rig.receive()[0])


@pytest.mark.parametrize(("kind", "sql"), HARMFUL.items(), ids=list(HARMFUL))
def test_harm_is_seen(kind: str, sql: str, rig: Rig) -> None:
    assert harms_of(rig, Change("", sql))[0].kind == kind


def test_a_conversion_is_seen(rig: Rig) -> None:
    assert [str(harm) for harm in harms_of(rig, Change("", NARROW))][:2] == [
        "values changed: ships.phone: '007' is 7, 1 in all",
        "object lost: trigger touch",
    ]


@pytest.mark.parametrize("sql", HARMLESS)
def test_what_does_no_harm_is_none(sql: str, rig: Rig) -> None:
    assert harms_of(rig, Change("", sql)) == ()


def test_what_is_meant_is_no_harm(rig: Rig) -> None:
    backfill = "UPDATE docks SET name = 'dock ' || name;"

    assert harms_of(rig, Change("", backfill, meant=frozenset({("docks", "name")}))) == ()
    assert harms_of(rig, Change("", "DROP INDEX by_phone;", gone=frozenset({"by_phone"}))) == ()


def test_a_case_follows_from_its_seed() -> None:
    one, other = Case(5), Case(5)

    assert (one.files, one.rows(3)) == (other.files, other.rows(3))
    assert one.rows(3) != one.rows(4)


def test_every_kind_of_change_is_made() -> None:
    kinds = {kind for seed in range(600) for kind in Case(seed).change.kind.split(" + ")}

    assert kinds == set(MAKERS)


def test_cases_run_on_workerd_beside_the_product(rig: Rig) -> None:
    results = run([Case(seed) for seed in range(20)], rig)

    assert [each.seed for each in results] == list(range(20))
    assert any(each.harms for each in results)
    assert any(not each.harms and each.is_safe for each in results)


HARM = (Harm("rows lost", "1 of 1 of a"),)


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (Result(1, "k", "success", {}, HARM), 1),
        (Result(1, "k", "neutral", {"reserved-word": "warning"}, HARM), 1),
        (Result(1, "k", "neutral", {"unique-on-existing": "warning"}, HARM), 0),
        (Result(1, "k", "failure", {"rows-lost": "error"}, HARM), 0),
        (Result(1, "k", "failure", {"rows-lost": "error"}), 0),
        (Result(1, "k", "success", {}), 0),
        (Result(1, "k", "crash", {"ValueError()": "error"}), 1),
    ],
)
def test_the_status_is_1_for_a_miss_alone(result: Result, status: int) -> None:
    assert report([result], 1.0) == status


def test_what_is_found_is_grouped_with_its_seeds(capsys: pytest.CaptureFixture[str]) -> None:
    alarms = [Result(seed, "add table", "failure", {"rows-lost": "error"}) for seed in (4, 2)]

    report([*alarms, Result(3, "rename table", "success", {}, HARM)], 1.0)

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["1", "rows", "lost", "rename", "table", "3"] in lines
    assert ["2", "rows-lost", "add", "table", "2", "4"] in lines
