"""The self-test passes on any schema, and fails for a comparison that is blind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulse_ci.drift.selftest import verify_planted_drift
from pulse_ci.errors import D1Error
from pulse_ci.model import ObjectKind
from pulse_ci.schema.diff import diff
from tests.repair.databases import schema

if TYPE_CHECKING:
    from pulse_ci.model import Change
    from pulse_ci.schema.schema import Schema

TAKEN = "CREATE TABLE pulse_ci_planted_0 (id INTEGER)"


@pytest.mark.parametrize("statements", [[], [TAKEN], [TAKEN, "CREATE VIEW v AS SELECT * FROM pulse_ci_planted_0"]])
def test_a_planted_drift_is_seen_in_any_schema(statements: list[str]) -> None:
    verify_planted_drift(schema(*statements))


def blind(_: Schema, __: Schema) -> tuple[Change, ...]:
    return ()


def blind_to_columns(one: Schema, other: Schema) -> tuple[Change, ...]:
    return tuple(change for change in diff(one, other) if change.kind is not ObjectKind.COLUMN)


@pytest.mark.parametrize("differ", [blind, blind_to_columns])
def test_a_comparison_that_is_blind_is_an_error_and_not_no_drift(differ: object) -> None:
    assert callable(differ)
    with pytest.raises(D1Error, match="planted"):
        verify_planted_drift(schema("CREATE TABLE t (a)"), differ)
