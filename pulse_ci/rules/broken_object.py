"""broken-object and migrations-table: what D1 lets pass, and what goes wrong because of it later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.migration_records import DEFAULT_MIGRATIONS_TABLE
from pulse_ci.analysis.new_tables import build_new_table_test
from pulse_ci.analysis.rule import Review, Rule, RuleMatch
from pulse_ci.analysis.statement_run import mentions
from pulse_ci.model import ObjectKind, Severity
from pulse_ci.rules.error_rules import is_not_allowed
from pulse_ci.rules.examples import make_example, make_example_on_schema
from pulse_ci.rules.search_tables import fills_search, find_searches
from pulse_ci.schema.schema import Table, Trigger, View
from pulse_ci.sql.names import fold, quote_if_needed
from pulse_ci.sql.operations import (
    AddColumn,
    Create,
    Delete,
    Drop,
    DropColumn,
    Insert,
    RenameColumn,
    RenameTable,
    Update,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulse_ci.analysis.broken_on_use import BrokenOnUse
    from pulse_ci.analysis.rule import MigrationAnalysis
    from pulse_ci.sql.operations import Operation
    from pulse_ci.sql.split import Statement

_SITES = "CREATE TABLE IF NOT EXISTS sites (site_id INTEGER PRIMARY KEY, settings TEXT);\n"
_TRIGGER = (
    "CREATE TRIGGER IF NOT EXISTS sites_settings AFTER UPDATE ON sites BEGIN -- expect\n"
    "  UPDATE sites SET settings = {function}(settings) WHERE site_id = new.site_id;\nEND;\n"
)
_UNDO = "DROP TRIGGER IF EXISTS sites_settings;"


def _check_broken_objects(review: Review) -> Iterator[RuleMatch]:
    is_new = build_new_table_test(review)
    for analysis in review.analyses:
        for each in analysis.broken_on_use:
            yield RuleMatch(
                analysis.migration.locate(_find_cause(analysis, each)),
                f"After this file {_describe_use(each)} fails: `{each.message}`.",
                _suggest_remedy(each),
                Severity.WARNING if _depends_on_rows(each) else None,
                unproven=_depends_on_rows(each),
            )
        yield from _find_empty_searches(analysis, is_new) if analysis.took_effect else ()


def _depends_on_rows(broken: BrokenOnUse) -> bool:
    """Return whether a generated column fails, which it does on some rows."""
    return isinstance(broken.item, Table) and not broken.item.is_virtual


def _find_empty_searches(
    analysis: MigrationAnalysis, is_new: Callable[[MigrationAnalysis, str], bool]
) -> Iterator[RuleMatch]:
    """Report each new FTS5 table over the rows of a table that was there, if nothing fills its index."""
    if not any(table.is_virtual for table in analysis.replayed.after.tables):
        return
    for table in analysis.replayed.before.tables:
        for search in find_searches(analysis.replayed.after, table.name):
            name = quote_if_needed(search.name)
            if is_new(analysis, table.name) or analysis.replayed.before.find_table(search.name):
                continue
            if not fills_search(analysis, search.name):
                yield RuleMatch(
                    analysis.migration.locate(analysis.replayed.run.find_last_touching(search.name)),
                    f"FTS5 table `{search.name}` is created over `{table.name}` and not filled: searches do not "
                    "find the rows that exist, and triggers that delete from its index fail on them.",
                    f"Add `INSERT INTO {name} ({name}) VALUES ('rebuild');` after it.",
                )


def _find_cause(analysis: MigrationAnalysis, broken: BrokenOnUse) -> Statement | None:
    run = analysis.replayed.run
    if broken.is_new and (maker := run.find_last_touching(broken.item.name)):
        return maker
    altering = [(statement, access.drops | access.alters) for statement, access in run.executed]
    named = (statement for statement, names in altering if any(fold(name) in fold(broken.message) for name in names))
    used = (statement for statement, names in altering if any(mentions(broken.item.sql, name) for name in names))
    return next(named, None) or next(used, None) or next((statement for statement, names in altering if names), None)


def _describe_use(broken: BrokenOnUse) -> str:
    match broken.item:
        case Trigger(name, table, _, event):
            return f"each {event} on `{table}`, which fires trigger `{name}`,"
        case View(name):
            return f"each query of view `{name}`"
        case Table(is_virtual=False):
            return f"each query of `{broken.item.name}` that reads its generated column"
        case item:
            return f"each search in FTS5 table `{item.name}`"


def _suggest_remedy(broken: BrokenOnUse) -> str:
    name = quote_if_needed(broken.item.name)
    if is_not_allowed(broken.message):
        return "Write it without what D1 rejects, or leave it out."
    if _depends_on_rows(broken):
        return "Compute it with a guard: `CASE WHEN json_valid(…) THEN … END` is NULL where a value is no JSON."
    if broken.kind is ObjectKind.TABLE:
        return (
            f"Drop `{broken.item.name}` and create it again over the columns as they are now, then "
            f"`INSERT INTO {name} ({name}) VALUES ('rebuild');`"
        )
    verb = "Correct" if broken.is_new else "In the same file drop and create again, or only drop,"
    return f"{verb} the {broken.kind.value} `{broken.item.name}`: it must use only what exists after the file."


def _check_migrations_table(review: Review) -> Iterator[RuleMatch]:
    migrations_table = review.database.migrations_table if review.database else DEFAULT_MIGRATIONS_TABLE
    for migration in review.new:
        for statement in migration.statements:
            if any(fold(name) == fold(migrations_table) for name in _find_changed_tables(statement.operation)):
                yield RuleMatch(
                    migration.locate(statement),
                    f"`{migrations_table}` is the record of the migrations that were applied; this "
                    "statement changes it.",
                    "Delete the statement: `wrangler d1 migrations apply` and `pulse-ci apply` keep the record.",
                )


def _find_changed_tables(operation: Operation) -> tuple[str, ...]:
    match operation:
        case Insert(table) | Update(table) | Delete(table) | AddColumn(table) | DropColumn(table) | RenameColumn(table):
            return (table,)
        case RenameTable(table, to):
            return table, to
        case Create("table", name) | Drop("table", name):
            return (name,)
        case _:
            return ()


BROKEN_OBJECT = Rule(
    name="broken-object",
    severity=Severity.ERROR,
    summary="A view, trigger or FTS5 table that fails when it is used after the file",
    problem=(
        "D1 compiles a view or a trigger when it is used, not when it is created or when what it uses is dropped. Each "
        "one is used once after the file: what worked before and fails now makes queries and writes fail in production."
    ),
    remedy="Drop it, or create it again without what is gone.",
    bad=make_example_on_schema(_SITES, _TRIGGER.format(function="json_pretty"), reverse=_UNDO),
    good=make_example_on_schema(_SITES, _TRIGGER.format(function="json").replace(" -- expect", ""), reverse=_UNDO),
    check=_check_broken_objects,
)

MIGRATIONS_TABLE = Rule(
    name="migrations-table",
    severity=Severity.ERROR,
    summary="A statement that changes the table in which applied migrations are recorded",
    problem=(
        "A file that writes to that table says of itself, or of others, that they were applied. Whoever applies the "
        "migrations next believes it, and passes files over or runs them twice."
    ),
    remedy="Delete the statement: `wrangler d1 migrations apply` and `pulse-ci apply` make and keep the record.",
    bad=make_example("INSERT INTO d1_migrations (name) VALUES ('001_example.sql'); -- expect\n"),
    good=make_example(_SITES, reverse="DROP TABLE IF EXISTS sites;"),
    check=_check_migrations_table,
)
