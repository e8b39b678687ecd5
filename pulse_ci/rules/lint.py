"""A Review to its findings: every rule is asked that is not to be skipped, and ignores are honoured."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pulse_ci.model import Finding
from pulse_ci.rules.registry import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulse_ci.analysis.rule import Review, Rule, RuleMatch
    from pulse_ci.migrations.parse import Ignore


def lint(review: Review, rules: Iterable[Rule] = RULES) -> tuple[Finding, ...]:
    """Return all findings, ignored ones marked as such, in the order in which one reads: file, line, rule."""
    findings = list[Finding]()
    for rule in (rule for rule in rules if rule.name not in review.skipped_rules):
        for rule_match in rule.check(review):
            ignore = _find_ignore(rule, rule_match, review.ignores)
            if ignore:
                review = replace(review, used_ignores=review.used_ignores | {ignore})
            findings.append(_build_finding(rule, rule_match, ignored=ignore is not None))
    return tuple(sorted(findings, key=lambda each: (each.path, each.line, each.severity.rank, each.rule, each.message)))


def _find_ignore(rule: Rule, rule_match: RuleMatch, ignores: tuple[Ignore, ...]) -> Ignore | None:
    for ignore in ignores:
        applies = ignore.rule == rule.name and ignore.reason and ignore.location.path == rule_match.location.path
        if applies and (ignore.lines is None or rule_match.location.line in ignore.lines):
            return ignore
    return None


def _build_finding(rule: Rule, rule_match: RuleMatch, *, ignored: bool) -> Finding:
    return Finding(
        rule=rule.name,
        severity=rule_match.severity or rule.severity,
        path=rule_match.location.path,
        line=rule_match.location.line,
        end_line=rule_match.location.end_line,
        message=rule_match.message,
        remedy=rule_match.remedy,
        ignored=ignored,
        probe=rule_match.probe,
        unproven=rule_match.unproven,
    )
