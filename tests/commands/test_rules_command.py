"""`pulse-ci rules`: all of them in a list, one of them explained."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pulse_ci.rules.error_rules import REQUIRED_RULES
from pulse_ci.rules.registry import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.commands.conftest import Outcome


def test_every_rule_is_listed_with_its_severity(run: Callable[..., Outcome]) -> None:
    outcome = run("rules")

    assert outcome.status == 0
    lines = outcome.out.splitlines()
    assert [line.split()[:2] for line in lines[: len(RULES)]] == [[rule.name, rule.severity.value] for rule in RULES]
    assert lines[-2] == "pulse-ci rules NAME explains one."
    assert lines[-1].endswith(f": {', '.join(rule.name for rule in RULES if rule.is_convention)}.")


@pytest.mark.parametrize("rule", [rule.name for rule in RULES])
def test_a_rule_is_explained_without_the_marks_of_its_tests(run: Callable[..., Outcome], rule: str) -> None:
    outcome = run("rules", rule)

    assert outcome.status == 0
    assert outcome.out.startswith(f"{rule} (")
    assert "<- here" in outcome.out
    assert "-- expect" not in outcome.out


def test_how_to_leave_a_rule_out_is_told_where_that_can_be(run: Callable[..., Outcome]) -> None:
    assert "--skip" not in run("rules", "replay-fails").out
    assert "leave it out everywhere: --skip drop-table\n" in run("rules", "drop-table").out
    assert "leave it out everywhere: --skip conventions, or --skip missing-drop\n" in run("rules", "missing-drop").out


def test_a_typing_slip_is_understood(run: Callable[..., Outcome]) -> None:
    outcome = run("rules", "missing-drops")

    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err == (
        "pulse-ci: There is no rule 'missing-drops'. Did you mean missing-drop? `pulse-ci rules` lists all.\n"
    )


def test_a_hostile_name_is_shown_harmlessly(run: Callable[..., Outcome]) -> None:
    outcome = run("rules", "\x1b[31mred\n::error::x")

    assert outcome.status == 2
    assert "\x1b" not in outcome.err
    assert outcome.err.count("\n") == 1


def test_the_rules_are_listed_as_json(run: Callable[..., Outcome]) -> None:
    listed = json.loads(run("rules", "--format", "json").out)
    one = json.loads(run("rules", "drop-table", "--format", "json").out)

    assert [each["name"] for each in listed] == [rule.name for rule in RULES]
    assert [each for each in listed if each["name"] == "drop-table"] == one
    assert {each["name"] for each in listed if each["required"]} == set(REQUIRED_RULES) & {rule.name for rule in RULES}
