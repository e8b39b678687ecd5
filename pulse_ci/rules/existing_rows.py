"""Rules on what fails, or may fail, only where a table has rows; each gives the query that settles it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pulse_ci.analysis.probes import probe_added_column, probe_any_row, probe_rebuild_copy
from pulse_ci.analysis.rule import Example, Review, Rule, RuleMatch
from pulse_ci.model import Severity
from pulse_ci.rules.error_rules import find_rejections
from pulse_ci.rules.examples import make_example_on_schema
from pulse_ci.rules.some_rows import depends_on_rows, remark_on_some_rows
from pulse_ci.sql.operations import AddColumn, DropColumn, Insert
from pulse_ci.sql.tokens import TokenKind, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.rule import MigrationAnalysis
    from pulse_ci.analysis.statement_run import Rejection
    from pulse_ci.model import Probe
    from pulse_ci.schema.schema import Table

_SITES = "CREATE TABLE IF NOT EXISTS sites (site_id INTEGER PRIMARY KEY, url TEXT, title TEXT);\n"
_TEAMS = "CREATE TABLE IF NOT EXISTS teams (team_id INTEGER PRIMARY KEY);\n"
_PROBED_ROWS = {
    "not-null-without-default": "rows that need a value",
    "non-constant-default": "rows that need a value",
    "references-with-default": "rows that would refer to one parent",
    "stored-column": "rows that would have to be rewritten",
}
_IGNORE = "-- pulse-ci: ignore not-idempotent SQLite cannot guard ADD COLUMN\n"


def _make_rule(
    name: str,
    *,
    severity: Severity = Severity.ERROR,
    summary: str,
    problem: str,
    remedy: str,
    bad: Example,
    good: Example,
) -> Rule:
    """Make a rule of the refusals that are claimed for it in `refusals`."""

    def check(review: Review) -> Iterator[RuleMatch]:
        for analysis in review.analyses:
            for rejection, on_rows in find_rejections(name, analysis):
                probe = _build_probe(name, analysis, rejection) if on_rows else None
                match = _build_match(analysis, rejection, remedy, probe, on_rows=on_rows)
                if in_table := _suggest_rebuild(rejection):
                    match = replace(match, remedy=in_table)
                yield match if depends_on_rows(analysis, rejection) else replace(match, severity=Severity.ERROR)

    return Rule(name, severity, summary, problem, remedy, bad, good, check)


def _build_match(
    analysis: MigrationAnalysis, rejection: Rejection, remedy: str, probe: Probe | None, *, on_rows: bool
) -> RuleMatch:
    if probe is None and depends_on_rows(analysis, rejection):
        return remark_on_some_rows(analysis, rejection)
    condition = "once its table has a row" if on_rows else "even on an empty table"
    if depends_on_rows(analysis, rejection):
        condition = f"if certain rows exist{_describe_lost_values(analysis, rejection)}"
    return RuleMatch(
        analysis.migration.locate(rejection.statement),
        f"D1 rejects this statement {condition}: `{rejection.message}`.",
        f"{remedy} `{probe.manual_query}` shows what is there." if probe else remedy,
        probe=probe,
        unproven=depends_on_rows(analysis, rejection),
    )


def _suggest_rebuild(rejection: Rejection) -> str:
    """Return what to do where the table's own definition uses a column that is dropped; else nothing."""
    match rejection.statement.operation if rejection.statement else None:
        case DropColumn(table, column) if f"error in table {table}" in rejection.message:
            return (
                f"Rebuild `{table}` without `{column}` and what uses it: create the new table, copy the other columns, "
                f"drop `{table}`, rename the new one and create its indexes again."
            )
        case _:
            return ""


def _describe_lost_values(analysis: MigrationAnalysis, rejection: Rejection) -> str:
    """Return the values that an old CHECK names and the new one does not, as the end of a condition."""
    for rebuild in analysis.rebuilds:
        if rejection.statement in rebuild.copies and "CHECK" in rejection.message:
            lost = sorted(_read_check_values(rebuild.before) - _read_check_values(rebuild.after))
            if lost:
                return f" (the new CHECK no longer names {', '.join(lost)})"
    return ""


def _read_check_values(table: Table) -> set[str]:
    checks = (*table.checks, *(check for column in table.columns for check in column.checks))
    literals = (TokenKind.STRING, TokenKind.NUMBER)
    return {token.text for check in checks for token in tokenize_code(check) if token.kind in literals}


def _build_probe(rule: str, analysis: MigrationAnalysis, rejection: Rejection) -> Probe | None:
    """Return the question that settles a refusal on rows, None where its table is made by the same files."""
    before, after = analysis.replayed.before, analysis.replayed.after
    match rejection.statement.operation if rejection.statement else None:
        case AddColumn(table, name) if before.find_table(table):
            altered = after.find_table(table)
            column = altered.find_column(name) if altered else None
            if altered and column and rule != "stored-column" and (column.generated or rule == "check-on-existing"):
                return probe_added_column(altered, column)
            return probe_any_row(table, _PROBED_ROWS.get(rule, "rows that it rejects"))
        case Insert():
            tables_read = {each: access.reads for each, access in analysis.replayed.run.executed}
            for rebuild in analysis.rebuilds:
                if rejection.statement in rebuild.copies:
                    return probe_rebuild_copy(
                        rebuild, rejection.statement, before, tables_read.get(rejection.statement, frozenset())
                    )
    return None


def _make_add_column_example(column: str, mark: str = " -- expect") -> Example:
    return make_example_on_schema(
        _SITES + _TEAMS,
        f"{_IGNORE}ALTER TABLE sites ADD COLUMN {column};{mark}\n",
        reverse=_format_drop_column(column.split()[0]),
    )


def _format_drop_column(column: str) -> str:
    return f"ALTER TABLE sites DROP COLUMN {column};"


NOT_NULL_WITHOUT_DEFAULT = _make_rule(
    "not-null-without-default",
    summary="ADD COLUMN … NOT NULL without a default",
    problem="The rows that are there would have NULL in the new column. On an empty table, as in tests, it works.",
    remedy="Give the column a constant default, or make it nullable.",
    bad=_make_add_column_example("owner TEXT NOT NULL"),
    good=_make_add_column_example("owner TEXT NOT NULL DEFAULT ''", ""),
)

NON_CONSTANT_DEFAULT = _make_rule(
    "non-constant-default",
    summary="ADD COLUMN with CURRENT_TIMESTAMP or an expression as default",
    problem="SQLite does not compute a value for the rows that are there. On an empty table it works.",
    remedy="Add the column without a default, fill it with an UPDATE, and let the Worker set it from then on.",
    bad=_make_add_column_example("created_at TEXT DEFAULT CURRENT_TIMESTAMP"),
    good=_make_add_column_example("created_at TEXT", ""),
)

UNIQUE_OR_PRIMARY_COLUMN = _make_rule(
    "unique-or-primary-column",
    summary="ADD COLUMN … UNIQUE or PRIMARY KEY",
    problem="SQLite cannot add a column that brings an index of its own.",
    remedy="Add the column without it, then `CREATE UNIQUE INDEX IF NOT EXISTS … ON …`.",
    bad=_make_add_column_example("slug TEXT UNIQUE"),
    good=_make_add_column_example("slug TEXT", ""),
)

REFERENCES_WITH_DEFAULT = _make_rule(
    "references-with-default",
    summary="ADD COLUMN … REFERENCES with a default that is not NULL",
    problem="The rows that are there would all refer to one parent, which nobody has checked.",
    remedy="Leave the default out and set the column with an UPDATE.",
    bad=_make_add_column_example("team_id INTEGER DEFAULT 1 REFERENCES teams (team_id)"),
    good=_make_add_column_example("team_name TEXT DEFAULT ''", ""),
)

STORED_COLUMN = _make_rule(
    "stored-column",
    summary="ADD COLUMN … STORED",
    problem="SQLite would have to rewrite every row to store the value.",
    remedy="Make it VIRTUAL; it can be indexed too.",
    bad=_make_add_column_example("host TEXT GENERATED ALWAYS AS (lower(url)) STORED"),
    good=_make_add_column_example("host TEXT GENERATED ALWAYS AS (lower(url)) VIRTUAL", ""),
)

CHECK_ON_EXISTING = _make_rule(
    "check-on-existing",
    severity=Severity.WARNING,
    summary="A new CHECK that rows which are there may violate",
    problem="SQLite checks every row that is there when a column with a CHECK is added, or when a rebuild copies.",
    remedy="Let the default satisfy the CHECK, or correct the rows first.",
    bad=_make_add_column_example("plan TEXT DEFAULT '' CHECK (plan IN ('free', 'paid'))"),
    good=_make_add_column_example("plan TEXT DEFAULT 'free' CHECK (plan IN ('free', 'paid'))", ""),
)

_REBUILD = (
    "CREATE TABLE IF NOT EXISTS new_sites (site_id INTEGER PRIMARY KEY, url TEXT NOT NULL, title TEXT);\n"
    "INSERT INTO new_sites (site_id, url, title) SELECT site_id, {url}, title FROM sites;{mark}\n"
    "DROP TABLE IF EXISTS sites;\nALTER TABLE new_sites RENAME TO sites;\n"
)

NULLABLE_TO_NOT_NULL = _make_rule(
    "nullable-to-not-null",
    summary="A rebuild makes a column NOT NULL and its copy does not fill it",
    problem="One NULL among the rows makes the copy fail, and with it the file.",
    remedy="Copy with `coalesce(column, value)`, or correct the rows first.",
    bad=make_example_on_schema(_SITES, _REBUILD.format(url="url", mark=" -- expect")),
    good=make_example_on_schema(
        _SITES,
        _REBUILD.format(url="coalesce(url, '')", mark=""),
        reverse=_REBUILD.format(url="url", mark="").replace(" NOT NULL", "").rstrip(),
    ),
)

DROP_COLUMN_IN_USE = _make_rule(
    "drop-column-in-use",
    summary="DROP COLUMN of a column that a key, index, view, trigger, check or generated column uses",
    problem="SQLite rejects it, since what uses the column could not work without it.",
    remedy="Drop the index, trigger or view that uses the column first, or rebuild the table without the column.",
    bad=make_example_on_schema(
        f"{_SITES}CREATE INDEX IF NOT EXISTS idx_sites_url ON sites (url);\n",
        "ALTER TABLE sites DROP COLUMN url; -- expect\n",
    ),
    good=make_example_on_schema(
        _SITES + "CREATE INDEX IF NOT EXISTS idx_sites_url ON sites (url);\n",
        "DROP INDEX IF EXISTS idx_sites_url;\n",
        reverse="CREATE INDEX IF NOT EXISTS idx_sites_url ON sites (url);",
    ),
)
