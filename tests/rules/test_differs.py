"""Where real D1 and the engine do not agree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pulse_ci.analysis.rule import ScratchResult
from pulse_ci.rules.lint import lint
from pulse_ci.sandbox import Sandbox, set_sandbox
from tests.rules.example import review

ENDLESS = "WITH RECURSIVE n AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT * FROM n;"


@pytest.mark.parametrize(("sql", "differs"), [("VACUUM;", True), (ENDLESS, False)], ids=["refused", "stopped"])
def test_what_the_sandbox_stops_and_d1_runs_is_no_difference(sql: str, *, differs: bool) -> None:
    set_sandbox(Sandbox().scale(0.1))
    found = review({"migrations/001_a.sql": sql})
    set_sandbox(Sandbox())

    rules = {finding.rule for finding in lint(replace(found, scratch_result=ScratchResult({})))}

    assert ("d1-differs" in rules) is differs
