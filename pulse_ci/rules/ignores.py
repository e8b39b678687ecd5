"""unused-ignore and ignore-without-reason: comments that silence rules must earn their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Example, Review, Rule, RuleMatch
from pulse_ci.model import Severity
from pulse_ci.rules.examples import EXAMPLE_HEADER, EXAMPLE_PATH, make_example

if TYPE_CHECKING:
    from collections.abc import Iterator

_VISITS = "CREATE TABLE IF NOT EXISTS visits (visit_id INTEGER PRIMARY KEY, path TEXT);\n"
_UNDO = "DROP TABLE IF EXISTS visits;"


def _check_reason(review: Review) -> Iterator[RuleMatch]:
    for ignore in review.ignores:
        if not ignore.rule or not ignore.reason:
            missing = "no rule" if not ignore.rule else "no reason"
            yield RuleMatch(
                ignore.location,
                f"This ignore names {missing}, so it silences nothing.",
                f"`-- pulse-ci: ignore {ignore.rule or 'RULE'} why it is right here`",
            )


def _check_unused(review: Review) -> Iterator[RuleMatch]:
    for ignore in review.ignores:
        is_unused = ignore not in review.used_ignores and ignore.rule not in review.skipped_rules
        if ignore.rule and ignore.reason and is_unused:
            yield RuleMatch(
                ignore.location,
                f"This ignore silences nothing: `{ignore.rule}` has no finding "
                f"{'in this file' if ignore.lines is None else 'on the statement below it'}.",
                "Delete the comment.",
            )


IGNORE_WITHOUT_REASON = Rule(
    name="ignore-without-reason",
    severity=Severity.ERROR,
    summary="An ignore without a rule or a reason",
    problem="In a year nobody will know whether the ignore still holds. Until it has a reason it silences nothing.",
    remedy="Write the reason behind the rule's name.",
    bad=Example({EXAMPLE_PATH: f"{EXAMPLE_HEADER}-- pulse-ci: ignore-file -- expect\n{_VISITS}"}),
    good=make_example(
        f"{_VISITS}-- pulse-ci: ignore not-idempotent a repeated visit is one more visit\n"
        "INSERT INTO visits (path) VALUES ('/');\n",
        reverse=_UNDO,
    ),
    check=_check_reason,
)

UNUSED_IGNORE = Rule(
    name="unused-ignore",
    severity=Severity.WARNING,
    summary="An ignore that silences nothing",
    problem="It would silence the next finding of that rule, which nobody has looked at.",
    remedy="Delete the comment.",
    bad=make_example(f"-- pulse-ci: ignore missing-drop the reverse has it -- expect\n{_VISITS}", reverse=_UNDO),
    good=make_example(_VISITS, reverse=_UNDO),
    check=_check_unused,
)
