"""create-does-nothing: IF NOT EXISTS over an object of another shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.new_tables import build_new_table_test
from pulse_ci.analysis.rule import Review, Rule, RuleMatch
from pulse_ci.model import Severity
from pulse_ci.rules.examples import make_example_on_schema
from pulse_ci.sql.names import quote_if_needed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.passed_over import PassedOver

_SETTINGS = "CREATE TABLE IF NOT EXISTS settings (id TEXT PRIMARY KEY NOT NULL, theme TEXT);\n"


def _check(review: Review) -> Iterator[RuleMatch]:
    is_new = build_new_table_test(review)
    for analysis in review.analyses:
        for each in analysis.passed_over:
            kind, name = each.existing.kind.value, each.existing.name
            if not is_new(analysis, name) or kind != "table":
                yield RuleMatch(
                    analysis.migration.locate(each.statement),
                    f"This statement does nothing: {kind} `{name}` exists already, and is not the same.",
                    _suggest(each),
                )


def _suggest(passed_over: PassedOver) -> str:
    if passed_over.alters:
        return f"Write {' '.join(f'`{sql}`' for sql in passed_over.alters)} in its place."
    existing = passed_over.existing
    if existing.kind.value == "table":
        return f"Rebuild `{existing.name}`, or choose another name."
    return f"Put `DROP {existing.kind.value.upper()} IF EXISTS {quote_if_needed(existing.name)};` before it."


CREATE_DOES_NOTHING = Rule(
    name="create-does-nothing",
    severity=Severity.WARNING,
    summary="CREATE … IF NOT EXISTS of an object that exists with another shape",
    problem="SQLite looks at the name alone and skips the statement: the new columns are never made.",
    remedy="Write the ALTER TABLE that adds what is missing.",
    bad=make_example_on_schema(
        _SETTINGS, _SETTINGS.replace("theme TEXT", "theme TEXT, locale TEXT").replace(";", "; -- expect")
    ),
    good=make_example_on_schema(_SETTINGS, _SETTINGS),
    check=_check,
)
