"""Verifies on rows that a rewritten rebuild copies what the author's own does, and changes no other table."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from pulse_ci.analysis.seed import seed
from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.errors import D1Refused
from pulse_ci.fixes.rebuild_block import NotFixable
from pulse_ci.rewrite.alter_table import find_plain_column
from pulse_ci.rewrite.ddl_statements import quote_for_comment
from pulse_ci.rewrite.safe_rebuild import DEFER_FOREIGN_KEYS, find_rowid_name
from pulse_ci.rewrite.verify_script import count_distinct_rows, verify_script
from pulse_ci.sql.names import fold, quote_if_needed
from pulse_ci.sql.operations import TransactionControl

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Sequence

    from pulse_ci.fixes.rebuild_block import RebuildBlock, RebuiltTable
    from pulse_ci.schema.schema import Schema
    from pulse_ci.sql.split import Statement

_ROWS = 3


def require_rows_kept(origin: bytes, block: RebuildBlock, rewritten: Sequence[str], wanted: Schema) -> None:
    """Run a block in both forms on a database that is seeded where the block begins.

    Raises:
        NotFixable: the rewritten form fails, makes another schema, or leaves other rows anywhere than the author's
            own copy, or the rows that would show it could not be seeded.

    """
    with EmbeddedD1() as database:
        database.restore(origin)
        _run_statements(database, block.prefix)
        _require_seeded(database, block)
        for rebuilt in block.rebuilt_tables:
            _fill_required_columns(database, rebuilt, block.before)
        start = database.take_snapshot()
        copied = [_run_author_copy(database, block, rebuilt) for rebuilt in block.rebuilt_tables]
        check = verify_script(start, rewritten, wanted)
        if not check.succeeded:
            raise NotFixable(f"the rewritten form fails: {check.rejection or 'the result differs'}")
        database.run("\n".join(rewritten))
        others = [each.table for each in check.changed_tables if fold(each.table) not in block.tables]
        for rebuilt, rows in zip(block.rebuilt_tables, copied, strict=True):
            table = rebuilt.rebuild.table
            if rows != count_distinct_rows(database, table, _list_columns(rebuilt)):
                others.append(table)
    if others:
        raise NotFixable(f"the rewritten form leaves other rows in {', '.join(map(quote_for_comment, others))}")


def _run_statements(database: EmbeddedD1, statements: Iterable[Statement]) -> None:
    database.run("\n".join(f"{each.sql};" for each in statements if not isinstance(each.operation, TransactionControl)))


def _require_seeded(database: EmbeddedD1, block: RebuildBlock) -> None:
    family = block.before.find_descendants(block.tables)
    for failure in seed(database, block.before, rows=_ROWS).failures:
        if fold(failure.table) in family:
            name = quote_for_comment(failure.table)
            raise NotFixable(f"no rows could be seeded for {name} to verify it: {failure.reason}")


def _fill_required_columns(database: EmbeddedD1, rebuilt: RebuiltTable, before: Schema) -> None:
    """Fill the columns that become NOT NULL and are copied as they are: with NULLs, real rows fail the copy."""
    table = before.find_table(rebuilt.rebuild.table)
    copy = {fold(name): sql for name, sql in rebuilt.expressions.items()}
    for new in rebuilt.rebuild.after.columns if table else ():
        name = find_plain_column(copy.get(fold(new.name), ""))
        old = table.find_column(name) if table and name else None
        if table and old and new.not_null and not old.not_null:
            column, value = quote_if_needed(old.name), find_rowid_name(table) or "1"
            with suppress(D1Refused):
                database.run(f"UPDATE {quote_if_needed(table.name)} SET {column} = {value} WHERE {column} IS NULL;")


def _run_author_copy(database: EmbeddedD1, block: RebuildBlock, rebuilt: RebuiltTable) -> Counter[str]:
    """Return what the author's own statements put into the new table, before they drop anything."""
    upto = block.statements.index(rebuilt.copy_statement) + 1
    try:
        with database.open_request() as request:
            request.mark_rollback_only()
            # A DROP in between may break references: nothing of this is kept.
            request.execute(DEFER_FOREIGN_KEYS)
            for statement in block.statements[:upto]:
                request.execute(statement.sql)
            return count_distinct_rows(database, rebuilt.name_when_copied, _list_columns(rebuilt))
    except D1Refused as refused:
        raise NotFixable(f"with rows D1 rejects the copy itself: `{refused}`") from refused


def _list_columns(rebuilt: RebuiltTable) -> list[str]:
    return [column.name for column in rebuilt.rebuild.after.columns]
