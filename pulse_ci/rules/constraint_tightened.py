"""constraint-tightened: a new CHECK that writes of the deployed Worker may violate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.new_tables import build_new_table_test
from pulse_ci.analysis.rule import Review, Rule, RuleMatch
from pulse_ci.analysis.statement_run import mentions
from pulse_ci.model import Severity
from pulse_ci.rules.examples import make_example_on_schema
from pulse_ci.sql.tokens import TokenKind, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.schema.schema import Table

_STAGES = (
    "CREATE TABLE IF NOT EXISTS stages (id INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('plan', 'ship')));\n"
)
_REBUILD = (
    "CREATE TABLE IF NOT EXISTS new_stages (id INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ({values})));\n"
    "INSERT OR IGNORE INTO new_stages (id, kind) SELECT id, {kind} FROM stages;{mark}\n"
    "DROP TABLE IF EXISTS stages;\nALTER TABLE new_stages RENAME TO stages;\n"
)


def _check(review: Review) -> Iterator[RuleMatch]:
    is_new = build_new_table_test(review)
    for analysis in review.analyses:
        for rebuild in analysis.rebuilds if analysis.took_effect else ():
            lost = sorted(_read_values(rebuild.before, rebuild.after) - _read_values(rebuild.after, rebuild.after))
            rejected = {each.statement for each in analysis.seeded_run.run.rejections}
            if lost and rebuild.copies and not is_new(analysis, rebuild.table) and rejected.isdisjoint(rebuild.copies):
                values = ", ".join(lost)
                yield RuleMatch(
                    analysis.migration.locate(rebuild.copies[0]),
                    f"The new CHECK of `{rebuild.table}` no longer names {values}: writes of it by deployed "
                    "Workers fail.",
                    f"Deploy code that does not write {values} first, and narrow the CHECK in a later migration.",
                )


def _read_values(table: Table, kept: Table) -> set[str]:
    """Return the literals that the CHECKs of a table name, those on columns that are not `kept` left out."""
    gone = [column.name for column in table.columns if not kept.find_column(column.name)]
    checks = (*table.checks, *(check for column in table.columns for check in column.checks))
    literals = (TokenKind.STRING, TokenKind.NUMBER)
    staying = (check for check in checks if not any(mentions(check, name) for name in gone))
    return {token.text for check in staying for token in tokenize_code(check) if token.kind in literals}


CONSTRAINT_TIGHTENED = Rule(
    name="constraint-tightened",
    severity=Severity.WARNING,
    summary="A new CHECK no longer allows values that deployed Workers may write",
    problem="The migration corrects the rows that exist; the code that is deployed goes on writing the old values.",
    remedy="Deploy code that writes only the values that stay, then narrow the CHECK.",
    bad=make_example_on_schema(
        _STAGES,
        _REBUILD.format(values="'plan', 'run'", kind="replace(kind, 'ship', 'run')", mark=" -- expect"),
    ),
    good=make_example_on_schema(
        _STAGES,
        _REBUILD.format(values="'plan', 'ship', 'run'", kind="kind", mark=""),
        reverse=_REBUILD.format(values="'plan', 'ship'", kind="replace(kind, 'run', 'ship')", mark="").rstrip(),
    ),
    check=_check,
)
