"""A drift that is planted in a copy of a schema is seen, whatever else the schema has."""

from __future__ import annotations

import pytest

from pulse_ci.drift.compare import compare
from pulse_ci.model import ChangeAction, ObjectKind
from tests.d1.histories import pulse
from tests.repair.databases import schema

TAKEN = "CREATE TABLE planted_0 (id INTEGER)"
PULSE = [each.sql for each in pulse().schemas[-1].objects]


@pytest.mark.parametrize("statements", [[], [TAKEN], [TAKEN, "CREATE VIEW v AS SELECT * FROM planted_0"], PULSE])
def test_a_planted_drift_is_seen_in_any_schema(statements: list[str]) -> None:
    bare = schema(*statements)
    table = schema(*statements, "CREATE TABLE planted (id INTEGER)")
    wider = schema(*statements, "CREATE TABLE planted (id INTEGER, note TEXT)")

    pairs = ((bare, bare), (bare, table), (table, bare), (table, wider))
    found = [[(each.change.action, each.change.kind) for each in compare(*pair).differences] for pair in pairs]

    assert found == [
        [],
        [(ChangeAction.ADDED, ObjectKind.TABLE)],
        [(ChangeAction.REMOVED, ObjectKind.TABLE)],
        [(ChangeAction.ADDED, ObjectKind.COLUMN)],
    ]
