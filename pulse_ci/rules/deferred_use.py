"""deferred-use and migrations-table: what D1 lets pass, and what goes wrong because of it later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.migration_records import DEFAULT_MIGRATIONS_TABLE
from pulse_ci.analysis.rule import Remark, Review, Rule
from pulse_ci.model import ObjectKind, Severity
from pulse_ci.rules.error_rules import is_not_allowed
from pulse_ci.rules.examples import make_example, make_example_on_schema
from pulse_ci.sql.names import fold
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
    from collections.abc import Iterator

    from pulse_ci.sql.operations import Operation

_SITES = "CREATE TABLE IF NOT EXISTS sites (site_id INTEGER PRIMARY KEY, settings TEXT);\n"
_TRIGGER = (
    "CREATE TRIGGER IF NOT EXISTS sites_settings AFTER UPDATE ON sites BEGIN -- expect\n"
    "  UPDATE sites SET settings = {function}(settings) WHERE site_id = new.site_id;\nEND;\n"
)
_UNDO = "DROP TRIGGER IF EXISTS sites_settings;"


def _check_deferred_use(review: Review) -> Iterator[Remark]:
    for analysis in review.evidence:
        for each in analysis.unusable:
            if not is_not_allowed(each.message):
                continue
            change = each.change
            trigger = analysis.replayed.after.find_trigger(change.name) if change.kind is ObjectKind.TRIGGER else None
            effect = "no query can use it"
            if trigger:
                effect = f"from then on each {trigger.event} on `{trigger.table}` fails"
            yield Remark(
                analysis.migration.locate(analysis.replayed.run.maker_of(change)),
                f"D1 lets the {change.kind.value} `{change.name}` be made, but {effect}: `{each.message}`.",
                "Write it without what D1 refuses, or leave it out.",
            )


def _check_migrations_table(review: Review) -> Iterator[Remark]:
    migrations_table = review.database.migrations_table if review.database else DEFAULT_MIGRATIONS_TABLE
    for migration in review.new:
        for statement in migration.statements:
            if any(fold(name) == fold(migrations_table) for name in _find_changed_tables(statement.operation)):
                yield Remark(
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


DEFERRED_USE = Rule(
    name="deferred-use",
    severity=Severity.ERROR,
    summary="A view or trigger that can be made, but never used",
    problem=(
        "D1 looks at what a view or a trigger does when it is used, not when it is made. One with a function that D1 "
        "does not offer makes every query of the view fail, or every write to the trigger's table."
    ),
    remedy="Write it without what D1 refuses, or leave it out.",
    bad=make_example_on_schema(_SITES, _TRIGGER.format(function="json_pretty"), reverse=_UNDO),
    good=make_example_on_schema(_SITES, _TRIGGER.format(function="json").replace(" -- expect", ""), reverse=_UNDO),
    check=_check_deferred_use,
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
