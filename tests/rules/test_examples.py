"""Every rule's own examples, and its place in the registry: a new rule is tested by being registered."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from pulse_ci import rules
from pulse_ci.analysis.rule import Rule
from pulse_ci.errors import ConfigError
from pulse_ci.model import Severity
from pulse_ci.rules.error_rules import find_rejections
from pulse_ci.rules.lint import lint
from pulse_ci.rules.registry import RULES, resolve_rule_names
from tests.rules.example import expected_lines, review_of

E, W = Severity.ERROR, Severity.WARNING

# As the rules' users know them; a name or a severity never changes by accident.
EXPECTED = {
    "migration-name": E,
    "migration-number-gap": E,
    "migration-number-duplicate": W,
    "migration-number-order": E,
    "missing-header": E,
    "header-date": E,
    "missing-reason": W,
    "reverse-header": E,
    "edited-migration": E,
    "migrations-pattern": E,
    "wrangler-database": W,
    "empty-migration": W,
    "unterminated-file": E,
    "missing-drop": E,
    "reverse-incomplete": E,
    "reverse-fails": E,
    "not-idempotent": E,
    "depends-on-pending": W,
    "replay-fails": E,
    "d1-differs": E,
    "trigger-split": W,
    "query-breaks": E,
    "query-needs-migration": E,
    "query-slower": W,
    "declared-missing": E,
    "schema-undeclared": W,
    "explicit-transaction": E,
    "ignore-without-reason": E,
    "unused-ignore": W,
}

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


@each_rule
def test_the_bad_example_is_reported_on_the_marked_lines(rule: Rule) -> None:
    found = [finding for finding in lint(review_of(rule.bad)) if finding.rule == rule.name]

    assert expected_lines(rule.bad)
    assert [(finding.path, finding.line) for finding in found] == expected_lines(rule.bad)
    assert not any(finding.ignored for finding in found)


@each_rule
def test_the_good_example_is_clean_by_all_rules(rule: Rule) -> None:
    assert not expected_lines(rule.good)
    assert [finding for finding in lint(review_of(rule.good)) if not finding.ignored] == []


@each_rule
def test_what_d1_refuses_is_never_left_out(rule: Rule) -> None:
    if any(refusal for each in review_of(rule.bad).analyses for refusal in find_rejections(rule.name, each)):
        with pytest.raises(ConfigError, match=f"The rule {rule.name} cannot be left out"):
            resolve_rule_names([rule.name])


@each_rule
def test_a_remark_is_one_line_that_says_what_happens_and_what_to_do(rule: Rule) -> None:
    for remark in rule.check(review_of(rule.bad)):
        assert remark.message.strip() == remark.message != ""
        assert remark.remedy.strip() == remark.remedy != ""
        assert "\n" not in remark.message + remark.remedy
        assert remark.message.count("`") % 2 == remark.remedy.count("`") % 2 == 0


def test_names_and_severities_are_the_published_ones() -> None:
    known = {rule.name: rule.severity for rule in RULES if rule.name in EXPECTED}

    assert known == EXPECTED


def test_no_name_stands_twice() -> None:
    names = [rule.name for rule in RULES]

    assert len(names) == len(set(names))


def test_unused_ignores_are_looked_for_when_every_other_rule_has_used_its_own() -> None:
    assert RULES[-1].name == "unused-ignore"


def test_every_rule_that_a_module_defines_is_registered_under_its_own_name() -> None:
    folder = Path(rules.__file__).parent
    for path in sorted(folder.glob("*.py")):
        module = import_module(f"pulse_ci.rules.{path.stem}")
        for constant, value in vars(module).items():
            if isinstance(value, Rule):
                assert value in RULES
                assert constant.replace("_", "-").lower() == value.name
