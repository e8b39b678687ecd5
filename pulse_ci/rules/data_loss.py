"""drop-table, drop-column, rows-lost, foreign-key-violation: what a migration takes from rows, as seeded rows show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.new_tables import build_new_table_test
from pulse_ci.analysis.rule import MigrationAnalysis, Review, Rule, RuleMatch
from pulse_ci.model import Change, ChangeAction, ObjectKind, Severity
from pulse_ci.rules.examples import make_example, make_example_on_schema
from pulse_ci.rules.worker_usage import describe_usage
from pulse_ci.sql.clauses import find_insert_columns, replaces_rows
from pulse_ci.sql.names import fold, quote_if_needed
from pulse_ci.sql.operations import Delete, Drop, DropColumn, Insert, RenameColumn, RenameTable
from pulse_ci.sql.tokens import tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulse_ci.analysis.row_losses import RowLoss
    from pulse_ci.sql.split import Statement

_SITES = "CREATE TABLE IF NOT EXISTS sites (site_id INTEGER PRIMARY KEY, url TEXT);\n"
_GOALS = (
    "CREATE TABLE IF NOT EXISTS goals (\n  goal_id INTEGER PRIMARY KEY,\n"
    "  site_id INTEGER NOT NULL REFERENCES sites (site_id) ON DELETE CASCADE\n);\n"
)


_ACTING = ("CASCADE", "SET NULL", "SET DEFAULT")
_REPLACE_REMEDY = (
    "Write `INSERT … ON CONFLICT (…) DO UPDATE SET …` in place of REPLACE: it changes the row and does not delete it."
)


def _check_drop_table(review: Review) -> Iterator[RuleMatch]:
    is_new = build_new_table_test(review)
    for analysis in review.analyses:
        for change in _find_removed(analysis, ObjectKind.TABLE):
            if not is_new(analysis, change.name) and not _was_renamed(analysis, change):
                usage, severity = describe_usage(review, change.name)
                yield RuleMatch(
                    analysis.migration.locate(analysis.replayed.run.find_statement_behind(change)),
                    f"Dropping table `{change.name}` deletes its rows{_format_staging_rows(review, change.name)}, and "
                    f"{usage}.",
                    f"Stop using `{change.name}`, deploy, keep a copy of its rows (`wrangler d1 export`), and drop "
                    "it in a later migration under `-- pulse-ci: ignore drop-table` with the reason.",
                    severity,
                )


def _format_staging_rows(review: Review, table: str) -> str:
    rows = review.rows.get(fold(table)) if review.rows else None
    return f" ({rows:,} on staging)" if rows is not None else ""


def _check_drop_column(review: Review) -> Iterator[RuleMatch]:
    is_new = build_new_table_test(review)
    for analysis in review.analyses:
        renamed = {(fold(each.table), fold(each.column)) for each in analysis.renames.columns}
        for dropped in analysis.renames.dropped if analysis.took_effect else ():
            if not is_new(analysis, dropped.table):
                yield _build_dropped_column(review, analysis, dropped.statement, dropped.table, dropped.column)
        for change in _find_removed(analysis, ObjectKind.COLUMN):
            if (fold(change.table), fold(change.name)) in renamed:
                continue
            if not is_new(analysis, change.table) and not _was_renamed(analysis, change):
                statement = analysis.replayed.run.find_statement_behind(change)
                yield _build_dropped_column(review, analysis, statement, change.table, change.name)


def _build_dropped_column(
    review: Review, analysis: MigrationAnalysis, statement: Statement | None, table: str, column: str
) -> RuleMatch:
    usage, severity = describe_usage(review, table, column)
    return RuleMatch(
        analysis.migration.locate(statement),
        f"Dropping column `{column}` of `{table}` deletes its values, and {usage}.",
        f"Stop using `{column}`, deploy, and drop it in a later migration under "
        "`-- pulse-ci: ignore drop-column` with the reason.",
        severity,
    )


def _find_removed(analysis: MigrationAnalysis, kind: ObjectKind) -> Iterator[Change]:
    if analysis.took_effect:
        changes = analysis.replayed.changes
        yield from (change for change in changes if change.action is ChangeAction.REMOVED and change.kind is kind)


def _was_renamed(analysis: MigrationAnalysis, change: Change) -> bool:
    """Return whether a table or a column is there after the file, though under another name."""
    table, name = fold(change.table), fold(change.name)
    for statement, _ in analysis.replayed.run.executed:
        match statement.operation:
            case RenameTable(of, to) if fold(of) == table:
                table = fold(to)
            case RenameColumn(of, column, to) if (fold(of), fold(column)) == (table, name):
                name = fold(to)
            case Drop("table", of) if fold(of) == table:
                return False
            case DropColumn(of, column) if (fold(of), fold(column)) == (table, name):
                return False
    return (table, name) != (fold(change.table), fold(change.name))


def _check_rows_lost(review: Review) -> Iterator[RuleMatch]:
    is_new = build_new_table_test(review)
    for analysis in review.analyses:
        losses: dict[Statement | None, list[RowLoss]] = {}
        for loss in analysis.seeded_run.all_losses:
            if not is_new(analysis, loss.table) and not _is_reported_by_other_rule(analysis, loss):
                losses.setdefault(loss.statement, []).append(loss)
        for statement, statement_losses in losses.items():
            yield RuleMatch(
                analysis.migration.locate(statement),
                _describe_losses(statement_losses, review.rows),
                _suggest_remedy(statement_losses),
                Severity.WARNING if _is_selective(statement, statement_losses) else None,
            )
        for statement in _find_replaced_parents(analysis):
            if statement not in losses:
                yield _build_replace_match(analysis, statement)
        for statement, table, columns in _find_reset_columns(analysis):
            if statement not in losses and not is_new(analysis, table):
                yield _build_reset_match(analysis, statement, table, columns)


def _find_reset_columns(analysis: MigrationAnalysis) -> Iterator[tuple[Statement, str, tuple[str, ...]]]:
    """Yield the statements that replace rows and do not name all columns, with the table and the columns."""
    for statement in analysis.migration.statements if analysis.took_effect else ():
        if isinstance(statement.operation, Insert) and replaces_rows(statement.sql):
            table = analysis.replayed.before.find_table(statement.operation.table)
            listed = set(map(fold, find_insert_columns(statement.sql)))
            if table and listed and not table.is_virtual:
                others = (each.name for each in table.columns if not each.generated and fold(each.name) not in listed)
                if left_out := tuple(others):
                    yield statement, table.name, left_out


def _build_reset_match(
    analysis: MigrationAnalysis, statement: Statement, table: str, columns: tuple[str, ...]
) -> RuleMatch:
    return RuleMatch(
        analysis.migration.locate(statement),
        f"REPLACE deletes the row of `{table}` that has the same key, and with it the values of "
        f"{', '.join(f'`{column}`' for column in columns)}, which the statement does not name.",
        _REPLACE_REMEDY,
        Severity.WARNING,
        unproven=True,
    )


def _is_selective(statement: Statement | None, losses: list[RowLoss]) -> bool:
    """Return whether a DELETE says with WHERE which rows go, and, where others go with them, compares rows to do so."""
    match statement.operation if statement else None:
        case Delete(has_where=True) if statement:
            compares = sum(token.keyword == "SELECT" for token in tokenize_code(statement.sql))
            return bool(compares) or all(not loss.path and loss.table == loss.target for loss in losses)
        case _:
            return False


def _find_replaced_parents(analysis: MigrationAnalysis) -> Iterator[Statement]:
    """Yield the statements that replace rows to which others refer: REPLACE deletes the old row first."""
    before = analysis.replayed.before
    for statement in analysis.migration.statements if analysis.took_effect else ():
        if isinstance(statement.operation, Insert) and replaces_rows(statement.sql):
            children = before.list_children(statement.operation.table)
            if any(key.on_delete in _ACTING for _, key in children):
                yield statement


def _build_replace_match(analysis: MigrationAnalysis, statement: Statement) -> RuleMatch:
    table = statement.operation.table if isinstance(statement.operation, Insert) else ""
    acting = [each for each in analysis.replayed.before.list_children(table) if each[1].on_delete in _ACTING]
    reached = sorted({f"`{child.name}` (ON DELETE {key.on_delete})" for child, key in acting})
    return RuleMatch(
        analysis.migration.locate(statement),
        f"REPLACE deletes the row of `{table}` that has the same key, and with it the rows that refer to it: "
        f"{', '.join(reached)}.",
        _REPLACE_REMEDY,
    )


def _is_reported_by_other_rule(analysis: MigrationAnalysis, loss: RowLoss) -> bool:
    if analysis.find_rebuild(loss.statement):
        return bool(loss.path) or is_self_reference_loss(analysis, loss)
    return _is_lost_by_own_drop(loss) and analysis.replayed.after.find_table(loss.table) is None


def _is_lost_by_own_drop(loss: RowLoss) -> bool:
    is_drop = loss.statement and isinstance(loss.statement.operation, Drop)
    return bool(is_drop and loss.target and fold(loss.target) == fold(loss.table))


def is_self_reference_loss(analysis: MigrationAnalysis, loss: RowLoss) -> bool:
    """Return whether a rebuilt table lost rows of its own, and refers to itself in a way that can cost rows."""
    rebuild = analysis.find_rebuild(loss.statement)
    if rebuild is None or fold(rebuild.table) != fold(loss.table):
        return False
    keys = rebuild.after.foreign_keys
    return any(fold(key.parent) == fold(rebuild.table) and key.on_delete != "NO ACTION" for key in keys)


def describe_loss(loss: RowLoss, staging_rows: Mapping[str, int] | None) -> str:
    """Return what happens to rows: "all rows of `goals` are deleted (ON DELETE CASCADE; 12,431 on staging)"."""
    rows = staging_rows.get(fold(loss.table)) if staging_rows else None
    notes = [_describe_actions(loss)] if loss.path else []
    notes += [f"{rows:,} on staging"] if rows is not None else []
    note_text = f" ({'; '.join(notes)})" if notes else ""
    if loss.lost:
        return f"{'all' if loss.lost == loss.before else 'some'} rows of `{loss.table}` are deleted{note_text}"
    return f"rows of `{loss.table}` are overwritten{note_text}"


def _describe_actions(loss: RowLoss) -> str:
    intermediate_tables = [f"`{table}`" for table, _ in loss.path[:-1]]
    return loss.action + (f" through {', '.join(intermediate_tables)}" if intermediate_tables else "")


def _describe_losses(losses: list[RowLoss], staging_rows: Mapping[str, int] | None) -> str:
    recreated = [loss for loss in losses if _is_lost_by_own_drop(loss)]
    direct = [loss for loss in losses if not loss.path and fold(loss.target or loss.table) == fold(loss.table)]
    by_trigger = [loss for loss in losses if not loss.path and loss not in direct]
    parts = [
        (recreated, "The table is dropped and recreated without all of its rows: "),
        ([loss for loss in direct if loss not in recreated], "On rows that satisfy the schema, "),
        ([loss for loss in losses if loss.path], f"The statement on `{losses[0].target}` reaches further: "),
        (by_trigger, f"A trigger of `{losses[0].target}` fires: "),
    ]
    return " ".join(
        f"{intro}{'; '.join(describe_loss(loss, staging_rows) for loss in group)}." for group, intro in parts if group
    )


def _suggest_remedy(losses: list[RowLoss]) -> str:
    statement = losses[0].statement
    if statement and isinstance(statement.operation, Insert) and replaces_rows(statement.sql):
        return _REPLACE_REMEDY
    children = sorted({loss.table for loss in losses if loss.path})
    if children:
        names = ", ".join(f"`{name}`" for name in children)
        return f"First move the rows of {names} elsewhere, or give them another parent, in a statement of its own."
    if any(_is_lost_by_own_drop(loss) for loss in losses):
        return (
            "Reach the aim with ALTER TABLE, or copy the rows into the new table before the old one is dropped; if "
            "they may go, `-- pulse-ci: ignore rows-lost` with the reason."
        )
    return "Say with WHERE which rows are meant; if this is meant, `-- pulse-ci: ignore rows-lost` with the reason."


def _check_foreign_keys(review: Review) -> Iterator[RuleMatch]:
    for analysis in review.analyses:
        for table, parent in sorted({(table, parent) for table, _, parent, _ in analysis.seeded_run.violations}):
            last = analysis.migration.statements[-1] if analysis.migration.statements else None
            yield RuleMatch(
                analysis.migration.locate(analysis.seeded_run.run.find_last_touching(table) or last),
                f"After this file rows of `{table}` refer to rows of `{parent}` that are not there; "
                "`PRAGMA foreign_key_check` lists them, and D1 has committed them.",
                f"Delete or correct the rows of {quote_if_needed(table)} that have no parent before the file ends.",
            )


DROP_TABLE = Rule(
    name="drop-table",
    severity=Severity.ERROR,
    summary="A table that existed before is dropped",
    problem="Its rows are gone for good, and the Worker that is still deployed may read or write it.",
    remedy="Stop using the table, deploy, and drop it later, with the reason in an ignore.",
    bad=make_example_on_schema(_SITES, "DROP TABLE IF EXISTS sites; -- expect\n"),
    good=make_example(
        "CREATE TABLE IF NOT EXISTS scratch (scratch_id INTEGER PRIMARY KEY);\nDROP TABLE IF EXISTS scratch;\n"
    ),
    check=_check_drop_table,
)

DROP_COLUMN = Rule(
    name="drop-column",
    severity=Severity.ERROR,
    summary="A column that existed before is dropped",
    problem="Its values are gone for good, and no reverse brings them back.",
    remedy="Stop using the column, deploy, and drop it later, with the reason in an ignore.",
    bad=make_example_on_schema(_SITES, "ALTER TABLE sites DROP COLUMN url; -- expect\n"),
    good=make_example_on_schema(
        _SITES,
        "-- pulse-ci: ignore not-idempotent SQLite cannot guard ADD COLUMN\nALTER TABLE sites ADD COLUMN title TEXT;\n",
        reverse="ALTER TABLE sites DROP COLUMN title;",
    ),
    check=_check_drop_column,
)

ROWS_LOST = Rule(
    name="rows-lost",
    severity=Severity.ERROR,
    summary="A statement after which a table has fewer rows than before",
    problem=(
        "The tables that the file reaches were filled with rows that satisfy their constraints, and compared after "
        "each statement. A DELETE on a parent takes its children along where they say ON DELETE CASCADE."
    ),
    remedy="Bound the statement, move the rows elsewhere first, or say in an ignore why they may go.",
    bad=make_example_on_schema(_SITES + _GOALS, "DELETE FROM sites WHERE url IS NULL; -- expect\n"),
    good=make_example_on_schema(
        _SITES + _GOALS, "UPDATE sites SET url = 'https://' || url WHERE url NOT LIKE 'https://%';\n"
    ),
    check=_check_rows_lost,
)

FOREIGN_KEY_VIOLATION = Rule(
    name="foreign-key-violation",
    severity=Severity.ERROR,
    summary="After the file `PRAGMA foreign_key_check` has rows that it had not before",
    problem="D1 has let through rows without a parent: every later write that touches them may fail.",
    remedy="Delete or correct the rows without a parent in the same file.",
    bad=make_example_on_schema(
        _SITES + _GOALS,
        "PRAGMA defer_foreign_keys = ON;\n"
        "INSERT OR IGNORE INTO goals (goal_id, site_id) VALUES (1001, 9999); -- expect\n"
        "PRAGMA defer_foreign_keys = OFF;\n",
    ),
    good=make_example_on_schema(
        _SITES + _GOALS,
        "INSERT OR IGNORE INTO sites (site_id, url) VALUES (9999, 'https://example.com');\n"
        "INSERT OR IGNORE INTO goals (goal_id, site_id) VALUES (1001, 9999);\n",
    ),
    check=_check_foreign_keys,
)
