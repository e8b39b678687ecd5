"""A Review to its findings: every rule is asked that is not to be skipped, and ignores are honoured."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pulse_ci.model import Finding
from pulse_ci.rules.registry import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulse_ci.analysis.rule import Remark, Review, Rule
    from pulse_ci.migrations.parse import Ignore


def lint(review: Review, rules: Iterable[Rule] = RULES) -> tuple[Finding, ...]:
    """Return all findings, ignored ones marked as such, in the order in which one reads: file, line, rule."""
    findings = list[Finding]()
    for rule in (rule for rule in rules if rule.name not in review.skipped):
        for remark in rule.check(review):
            ignore = _ignore_for(rule, remark, review.ignores)
            if ignore:
                review = replace(review, used_ignores=review.used_ignores | {ignore})
            findings.append(_finding(rule, remark, ignored=ignore is not None))
    return tuple(sorted(findings, key=lambda each: (each.path, each.line, each.severity.rank, each.rule, each.message)))


def _ignore_for(rule: Rule, remark: Remark, ignores: tuple[Ignore, ...]) -> Ignore | None:
    for ignore in ignores:
        meant = ignore.rule == rule.name and ignore.reason and ignore.location.path == remark.place.path
        if meant and (ignore.lines is None or remark.place.line in ignore.lines):
            return ignore
    return None


def _finding(rule: Rule, remark: Remark, *, ignored: bool) -> Finding:
    return Finding(
        rule=rule.name,
        severity=remark.severity or rule.severity,
        path=remark.place.path,
        line=remark.place.line,
        end_line=remark.place.end_line,
        message=remark.message,
        remedy=remark.remedy,
        ignored=ignored,
        probe=remark.probe,
    )
