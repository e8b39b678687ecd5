"""A rebuild that loses rows on real workerd, as tools and people write it, loses none once it is fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulse_ci.engine import RequestMode
from pulse_ci.fixes.fixes import apply_fixes
from pulse_ci.schema.diff import diff
from pulse_ci.schema.introspect import build_schema
from tests.commands.files import HEADER
from tests.fixes.cases import SCHEMA, SHAPES, case_with
from tests.workerd.outcome import Call, Outcome, Sequence

if TYPE_CHECKING:
    from pulse_ci.schema.schema import Schema
    from tests.workerd.rig import Rig

CASCADE = SCHEMA.format(action="CASCADE")
ROWS = """
INSERT INTO users VALUES (1, 'ann', 'ann@example.com'), (2, NULL, NULL), (7, 'bob', 'bob@example.com');
INSERT INTO posts VALUES (1, 1, 'first'), (2, 1, NULL), (3, 7, 'third');
INSERT INTO likes VALUES (10, 1), (11, 3), (12, 3);
"""
CHECK = Call("PRAGMA foreign_key_check")
CASES = {name: case_with(HEADER + shape, CASCADE) for name, shape in SHAPES.items()}


@pytest.fixture(scope="module")
def outcomes(rig: Rig) -> dict[tuple[str, str], Outcome]:
    """What comes of each shape, by name and form: as it was, and as it is fixed, sent in both ways."""
    requests: dict[tuple[str, str], Sequence] = {}
    for name, case in CASES.items():
        fixed = apply_fixes(case).context.text
        requests[name, "as it was"] = (Call(CASCADE), Call(ROWS), Call(case.text), CHECK)
        requests[name, "on empty tables"] = (Call(CASCADE), Call(case.text))
        for mode in (RequestMode.BATCH, RequestMode.IMPORT):
            requests[name, mode.value] = (Call(CASCADE), Call(ROWS), Call(fixed, mode), CHECK)
    rig.send(list(requests.values()))
    return dict(zip(requests, rig.receive(), strict=True))


def schema(outcome: Outcome) -> Schema:
    return build_schema([tuple(each) for each in outcome.objects if not str(each[1]).startswith("sqlite_")])


@pytest.mark.parametrize("shape", SHAPES)
def test_as_it_was_it_takes_rows_along(shape: str, outcomes: dict[tuple[str, str], Outcome]) -> None:
    tables = outcomes[shape, "as it was"].tables

    assert len(tables["users"]) == 3
    assert (tables["posts"], tables["likes"]) == ([], [])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("mode", ["batch", "import"])
def test_fixed_it_keeps_every_row(shape: str, mode: str, outcomes: dict[tuple[str, str], Outcome]) -> None:
    outcome, was = outcomes[shape, mode], outcomes[shape, "as it was"]

    assert [answer.error for answer in outcome.answers] == [None] * 4
    assert outcome.answers[-1].rows == []
    assert outcome.tables["posts"] == [["1", "1", "'first'"], ["2", "1", "NULL"], ["3", "7", "'third'"]]
    assert outcome.tables["likes"] == [["10", "1"], ["11", "3"], ["12", "3"]]
    assert outcome.tables["users"] == was.tables["users"]


@pytest.mark.parametrize("shape", [name for name in SHAPES if name != "renamed first"])
def test_fixed_it_ends_in_the_same_schema(shape: str, outcomes: dict[tuple[str, str], Outcome]) -> None:
    assert diff(schema(outcomes[shape, "on empty tables"]), schema(outcomes[shape, "batch"])) == ()


def test_fixed_it_leaves_the_children_with_their_parent(outcomes: dict[tuple[str, str], Outcome]) -> None:
    was, fixed = (schema(outcomes["renamed first", form]) for form in ("as it was", "batch"))

    assert [child.name for child, _ in was.list_children("users")] == []
    assert [child.name for child, _ in fixed.list_children("users")] == ["posts"]
