"""unbounded-write, create-table-as and two pragmas: statements that do more, or less, than they seem to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.new_tables import build_new_table_test
from pulse_ci.analysis.rule import Review, Rule, RuleMatch
from pulse_ci.model import Severity
from pulse_ci.rules.examples import make_example, make_example_on_schema
from pulse_ci.sql.clauses import find_set_columns
from pulse_ci.sql.names import quote_if_needed
from pulse_ci.sql.operations import Create, Delete, Insert, Pragma, Update

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.rule import MigrationAnalysis
    from pulse_ci.sql.operations import Operation
    from pulse_ci.sql.split import Statement

_OFF_VALUES = ("off", "0", "no", "false")
_SITES = "CREATE TABLE IF NOT EXISTS sites (site_id INTEGER PRIMARY KEY, url TEXT);\n"
_UNDO = "DROP TABLE IF EXISTS sites;"


def _list_operations(review: Review) -> Iterator[tuple[MigrationAnalysis, Statement, Operation]]:
    for analysis in review.analyses:
        for statement in analysis.migration.statements:
            yield analysis, statement, statement.operation


def _check_unbounded(review: Review) -> Iterator[RuleMatch]:
    is_new = build_new_table_test(review)
    for analysis, statement, parsed in _list_operations(review):
        if not isinstance(parsed, Update | Delete) or parsed.has_where:
            continue
        known = analysis.replayed.before.find_table(parsed.table) and not is_new(analysis, parsed.table)
        if known and not _fills_new_columns(review, statement, parsed):
            verb = "Updates" if isinstance(parsed, Update) else "Deletes"
            yield RuleMatch(
                analysis.migration.locate(statement),
                f"{verb} every row of `{parsed.table}` (no WHERE).",
                "Add a WHERE. If every row is meant, add `-- pulse-ci: ignore unbounded-write` and the reason.",
            )


def _fills_new_columns(review: Review, statement: Statement, parsed: Update | Delete) -> bool:
    """Return whether an UPDATE sets nothing but columns that the same change adds."""
    table = review.before.find_table(parsed.table)
    columns = find_set_columns(statement.sql) if isinstance(parsed, Update) else ()
    return table is not None and bool(columns) and not any(table.find_column(column) for column in columns)


def _check_create_table_as(review: Review) -> Iterator[RuleMatch]:
    for analysis in review.analyses:
        for statement in analysis.migration.statements:
            match statement.operation:
                case Create("table", name, is_from_select=True) if analysis.replayed.after.find_table(name):
                    yield RuleMatch(
                        analysis.migration.locate(statement),
                        f"`{name}` gets column names and rough types from the SELECT, but no primary key, "
                        "constraint or default.",
                        f"`CREATE TABLE IF NOT EXISTS {quote_if_needed(name)} (…);` with its constraints, then "
                        f"`INSERT INTO {quote_if_needed(name)} (…) SELECT …;`",
                    )


def _check_foreign_keys(review: Review) -> Iterator[RuleMatch]:
    for analysis, statement, parsed in _list_operations(review):
        match parsed:
            case Pragma("foreign_keys", value) if value in _OFF_VALUES:
                yield RuleMatch(
                    analysis.migration.locate(statement),
                    "`PRAGMA foreign_keys = OFF` has no effect on D1: a migration runs in a transaction, where SQLite "
                    "ignores it. Foreign keys stay on.",
                    "Delete the line, and write the file for foreign keys that are on.",
                    Severity.WARNING if _is_without_effect(analysis) else None,
                )


def _is_without_effect(analysis: MigrationAnalysis) -> bool:
    """Return whether the file was seen to run on rows, and no foreign key acted or stopped it."""
    on_rows = analysis.seeded_run
    stopped = any("FOREIGN KEY" in refusal.message for refusal in on_rows.run.rejections)
    is_read = any(analysis.replayed.before.list_children(rebuild.table) for rebuild in analysis.rebuilds)
    return analysis.took_effect and not (
        on_rows.foreign_key_losses or stopped or on_rows.violations or (on_rows.unseeded and is_read)
    )


def _check_defer_off(review: Review) -> Iterator[RuleMatch]:
    for migration in review.new:
        has_written = False
        for statement in migration.statements:
            match statement.operation:
                case Pragma("defer_foreign_keys", value) if has_written and value in _OFF_VALUES:
                    yield RuleMatch(
                        migration.locate(statement),
                        "`PRAGMA defer_foreign_keys = OFF` after writes does not check the violations so far, it "
                        "forgets them: rows without a parent are committed.",
                        "Delete the line: deferral ends with the file, and only then are violations checked.",
                    )
                case Insert() | Update() | Delete():
                    has_written = True
                case Create() | Pragma():
                    pass
                case _:
                    has_written = True


UNBOUNDED_WRITE = Rule(
    name="unbounded-write",
    severity=Severity.WARNING,
    summary="UPDATE or DELETE without WHERE on a table that existed before",
    problem="It touches every row there is: slow on a large table, and not to be undone.",
    remedy="Add a WHERE.",
    bad=make_example_on_schema(_SITES, "UPDATE sites SET url = lower(url); -- expect\n"),
    good=make_example_on_schema(_SITES, "UPDATE sites SET url = lower(url) WHERE url <> lower(url);\n"),
    check=_check_unbounded,
)

CREATE_TABLE_AS = Rule(
    name="create-table-as",
    severity=Severity.WARNING,
    summary="`CREATE TABLE … AS SELECT` keeps no constraint",
    problem="The new table has no primary key, no NOT NULL, no default, no foreign key, and types by affinity alone.",
    remedy="Declare the table, then copy the rows into it.",
    bad=make_example_on_schema(_SITES, "CREATE TABLE IF NOT EXISTS urls AS SELECT url FROM sites; -- expect\n"),
    good=make_example(_SITES, reverse=_UNDO),
    check=_check_create_table_as,
)

FOREIGN_KEYS_PRAGMA = Rule(
    name="foreign-keys-pragma",
    severity=Severity.ERROR,
    summary="`PRAGMA foreign_keys = OFF`, which does nothing on D1",
    problem="Its author relied on it: what follows was written for foreign keys that are off, and they are on.",
    remedy="Delete it, and write the file for foreign keys that are on.",
    bad=make_example(f"PRAGMA foreign_keys = OFF; -- expect\n{_SITES}", reverse=_UNDO),
    good=make_example(_SITES, reverse=_UNDO),
    check=_check_foreign_keys,
)

DEFER_FOREIGN_KEYS_OFF = Rule(
    name="defer-foreign-keys-off",
    severity=Severity.ERROR,
    summary="`PRAGMA defer_foreign_keys = OFF` after writes, which commits rows without a parent",
    problem="SQLite zeroes its count of violations when deferral ends. It does not check them.",
    remedy="Leave deferral on to the end of the file, where D1 checks.",
    bad=make_example_on_schema(
        _SITES,
        "PRAGMA defer_foreign_keys = ON;\nUPDATE sites SET url = '' WHERE url IS NULL;\n"
        "PRAGMA defer_foreign_keys = OFF; -- expect\n",
    ),
    good=make_example_on_schema(
        _SITES, "PRAGMA defer_foreign_keys = ON;\nUPDATE sites SET url = '' WHERE url IS NULL;\n"
    ),
    check=_check_defer_off,
)
