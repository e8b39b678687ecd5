from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import apsw
import pytest

from tests.workerd.cases import Case, areas
from tests.workerd.engine import run_sequence
from tests.workerd.known import PARTED, is_known_text
from tests.workerd.outcome import Call, Difference, differences
from tests.workerd.release import sqlite_source_id

if TYPE_CHECKING:
    from tests.workerd.rig import Rig

AREAS = areas()
TEXT = " ".join((Path(__file__).parents[2] / "docs" / "engine.md").read_text(encoding="utf-8").split())
SHARE_OF_EQUAL_TEXTS = 0.99


@pytest.fixture(scope="module")
def judged(rig: Rig) -> dict[str, list[Difference]]:
    """Every difference, by area."""
    return {name: _judge(rig, cases) for name, cases in AREAS.items()}


def _judge(rig: Rig, cases: tuple[Case, ...]) -> list[Difference]:
    rig.send([case.sequence for case in cases])
    ours = [run_sequence(case.sequence) for case in cases]
    found = zip(cases, ours, rig.receive(), strict=True)
    return [difference for case, engine, workerd in found for difference in differences(case.sequence, engine, workerd)]


def test_the_corpus_holds_at_least_800_requests() -> None:
    assert sum(len(case.sequence) for cases in AREAS.values() for case in cases) >= 800


@pytest.mark.parametrize("area", AREAS)
def test_the_engine_accepts_refuses_and_stores_what_workerd_does(
    area: str, judged: dict[str, list[Difference]]
) -> None:
    parted = [str(difference) for difference in judged[area] if difference.is_serious]

    assert not parted, "\n".join(parted)


@pytest.mark.parametrize("area", AREAS)
def test_a_message_that_differs_is_explained(area: str, judged: dict[str, list[Difference]]) -> None:
    unexplained = [str(found) for found in judged[area] if found.what == "text" and not is_known_text(found)]

    assert not unexplained, "\n".join(unexplained)


@pytest.mark.parametrize("name", PARTED)
def test_a_known_difference_is_still_there_and_documented(name: str, rig: Rig) -> None:
    sequence = tuple(Call(sql) for sql in PARTED[name])

    rig.send([sequence])

    assert differences(sequence, run_sequence(sequence), *rig.receive()), "no longer a difference: take it off the list"
    assert name in TEXT


def test_nearly_all_messages_are_equal(judged: dict[str, list[Difference]]) -> None:
    requests = sum(len(case.sequence) for cases in AREAS.values() for case in cases)
    texts = sum(difference.what == "text" for found in judged.values() for difference in found)

    assert texts <= requests * (1 - SHARE_OF_EQUAL_TEXTS), f"{texts} texts of {requests} differ"
    assert f"holds {requests:,} requests; all verdicts, schemas and rows are equal, and all but {texts} texts" in TEXT


def test_the_engine_and_workerd_are_the_same_release_of_sqlite() -> None:
    assert apsw.sqlite3_sourceid() == sqlite_source_id(), (
        "The engine's SQLite and workerd's have parted: see CONTRIBUTING, “When SQLite moves”."
    )
