"""What a migration wrote to rows, which no schema tells how to undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.table_rebuilds import find_rebuilds
from pulse_ci.rewrite.ddl_statements import quote_for_comment
from pulse_ci.sql.clauses import find_set_columns
from pulse_ci.sql.names import fold
from pulse_ci.sql.operations import Delete, Insert, Update

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Set

    from pulse_ci.analysis.statement_run import Run
    from pulse_ci.rewrite.restore_plan import ReverseLoss
    from pulse_ci.rewrite.verify_script import ChangedRows
    from pulse_ci.schema.schema import Schema, Table
    from pulse_ci.sql.split import Statement


def describe_unrestored_rows(run: Run, before: Schema, after: Schema, changed: Iterable[ChangedRows]) -> Iterator[str]:
    """Yield a sentence for each table to which the migration wrote what its reverse leaves there.

    What a rebuild copies is not new.

    `changed` are the tables that were seen to have other rows after the migration and its reverse than before both.
    """
    seen = {fold(each.table) for each in changed}
    copies = {copy for rebuild in find_rebuilds(run, before, after) for copy in rebuild.copies}
    written = [statement for statement, _ in run.touched if statement not in copies]
    for table in before.tables:
        if fold(table.name) in seen or any(_writes(statement, table) for statement in written):
            yield f"What the migration did to rows of {quote_for_comment(table.name)} is not undone."


def find_unexplained(changed: Iterable[ChangedRows], lost: Iterable[ReverseLoss]) -> list[ChangedRows]:
    """Return the tables whose changed rows are not what losses, already told, would make of them."""
    explained = {(loss.table, loss.column) for loss in lost}
    return [each for each in changed if not _is_explained(each, explained)]


def _is_explained(changed: ChangedRows, explained: Set[tuple[str, str | None]]) -> bool:
    table = fold(changed.table)
    only_values = changed.before == changed.after and bool(changed.columns)
    return (table, None) in explained or (
        only_values and all((table, fold(name)) in explained for name in changed.columns)
    )


def _writes(statement: Statement, table: Table) -> bool:
    match statement.operation:
        case Insert(name) | Delete(name):
            return fold(name) == fold(table.name)
        case Update(name):
            return fold(name) == fold(table.name) and any(
                table.find_column(column) for column in find_set_columns(statement.sql)
            )
        case _:
            return False
