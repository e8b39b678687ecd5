"""rename-table and rename-column: the deployed Worker still uses the old name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.new_tables import build_new_table_test
from pulse_ci.analysis.rule import Review, Rule, RuleMatch
from pulse_ci.model import Severity
from pulse_ci.rules.examples import make_example_on_schema
from pulse_ci.sql.names import quote_if_needed

if TYPE_CHECKING:
    from collections.abc import Iterator

_SITES = "CREATE TABLE IF NOT EXISTS sites (site_id INTEGER PRIMARY KEY, url TEXT);\n"
_KEPT = "CREATE VIEW IF NOT EXISTS sites AS SELECT * FROM pages;\n"
_GENERATED = "ALTER TABLE sites ADD COLUMN url TEXT GENERATED ALWAYS AS (address) VIRTUAL;\n"
_IGNORE = "-- pulse-ci: ignore not-idempotent SQLite cannot guard RENAME\n"


def _check_tables(review: Review) -> Iterator[RuleMatch]:
    is_new = build_new_table_test(review)
    for analysis in review.analyses:
        for each in analysis.renames.tables if analysis.took_effect else ():
            if is_new(analysis, each.table) or analysis.replayed.after.find_view(each.table):
                continue
            old, new = quote_if_needed(each.table), quote_if_needed(each.new_name)
            yield RuleMatch(
                analysis.migration.locate(each.statement),
                f"Table `{each.table}` is renamed to `{each.new_name}`, and Workers that are deployed still use the "
                "old name: their queries fail until the new code is out.",
                f"Keep the old name for them: `CREATE VIEW {old} AS SELECT * FROM {new};`, and drop the view later. "
                "Writes through it need INSTEAD OF triggers.",
            )


def _check_columns(review: Review) -> Iterator[RuleMatch]:
    is_new = build_new_table_test(review)
    for analysis in review.analyses:
        for each in analysis.renames.columns if analysis.took_effect else ():
            if not is_new(analysis, each.table):
                yield RuleMatch(
                    analysis.migration.locate(each.statement),
                    f"Column `{each.column}` of `{each.table}` is renamed to `{each.new_name}`, and Workers that are "
                    "deployed still use the old name: their queries fail until the new code is out.",
                    f"Add `{each.new_name}` as a new column and fill it, deploy code that uses it, and drop "
                    f"`{each.column}` in a later migration.",
                )


RENAME_TABLE = Rule(
    name="rename-table",
    severity=Severity.ERROR,
    summary="A table is renamed, and no view keeps the old name",
    problem="Between the migration and the deployment of new code, each query of the old name fails.",
    remedy="Create a view with the old name, and drop it once no deployed code uses it.",
    bad=make_example_on_schema(_SITES, f"{_IGNORE}ALTER TABLE sites RENAME TO pages; -- expect\n"),
    good=make_example_on_schema(
        _SITES,
        f"{_IGNORE}ALTER TABLE sites RENAME TO pages;\n{_KEPT}",
        reverse="DROP VIEW IF EXISTS sites;\nALTER TABLE pages RENAME TO sites;",
    ),
    check=_check_tables,
)

RENAME_COLUMN = Rule(
    name="rename-column",
    severity=Severity.ERROR,
    summary="A column is renamed, and no generated column keeps the old name",
    problem="Between the migration and the deployment of new code, each query of the old name fails.",
    remedy="Add a new column and fill it, deploy, and drop the old one later.",
    bad=make_example_on_schema(_SITES, f"{_IGNORE}ALTER TABLE sites RENAME COLUMN url TO address; -- expect\n"),
    good=make_example_on_schema(
        _SITES,
        f"{_IGNORE}ALTER TABLE sites RENAME COLUMN url TO address;\n{_IGNORE}{_GENERATED}",
        reverse="ALTER TABLE sites DROP COLUMN url;\nALTER TABLE sites RENAME COLUMN address TO url;",
    ),
    check=_check_columns,
)
