"""A rewritten rebuild beside the author's own, on rows: the copy is the same, and every other table is as it was."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from pulse_ci.analysis.seed import seed
from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.errors import D1Refused
from pulse_ci.fixes.rebuild_block import NotMechanical
from pulse_ci.rewrite.alter_table import plain_column
from pulse_ci.rewrite.ddl_statements import shown
from pulse_ci.rewrite.dependency_order import descendants
from pulse_ci.rewrite.safe_rebuild import DEFER, rowid_name
from pulse_ci.rewrite.verify_script import prove, rows_of
from pulse_ci.schema.ddl.keywords import quote_name
from pulse_ci.schema.schema import fold
from pulse_ci.sql.operations import is_transaction

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Sequence

    from pulse_ci.fixes.rebuild_block import Block, Part
    from pulse_ci.schema.schema import Schema
    from pulse_ci.sql.split import Statement

_ROWS = 3


def refuse_what_loses(origin: bytes, block: Block, rewritten: Sequence[str], wanted: Schema) -> None:
    """Run a block in both forms on a database that is seeded anew where the block begins.

    Raises:
        NotMechanical: the rewritten form is refused, makes another schema, or leaves other rows anywhere than the
            author's own copy, or the rows that would show it could not be made.

    """
    with EmbeddedD1() as database:
        database.restore(origin)
        _run(database, block.prefix)
        _refuse_unseeded(database, block)
        for part in block.parts:
            _fill(database, part, block.before)
        start = database.snapshot()
        copied = [_copied(database, block, part) for part in block.parts]
        proof = prove(start, rewritten, wanted)
        if not proof.holds:
            raise NotMechanical(f"a rewritten form does not hold: {proof.refusal or 'it leads elsewhere'}")
        database.run("\n".join(rewritten))
        others = [each.table for each in proof.rows if fold(each.table) not in block.tables]
        finals = [rows_of(database, part.rebuild.table, _columns(part)) for part in block.parts]
    compared = zip(block.parts, finals, copied, strict=True)
    wrong = [part.rebuild.table for part, rows, meant in compared if rows != meant]
    if others or wrong:
        raise NotMechanical(f"a rewritten form leaves other rows in {', '.join(map(shown, (*others, *wrong)))}")


def _run(database: EmbeddedD1, statements: Iterable[Statement]) -> None:
    database.run("\n".join(f"{each.sql};" for each in statements if not is_transaction(each.sql)))


def _refuse_unseeded(database: EmbeddedD1, block: Block) -> None:
    family = descendants(block.before, block.tables)
    for failure in seed(database, block.before, rows=_ROWS).failures:
        if fold(failure.table) in family:
            raise NotMechanical(f"no rows could be made for {shown(failure.table)} to prove it on: {failure.reason}")


def _fill(database: EmbeddedD1, part: Part, before: Schema) -> None:
    """Fill what the new table wants filled and the copy takes as it is: real rows have it filled, or the copy fails."""
    table = before.table(part.rebuild.table)
    copy = {fold(name): sql for name, sql in part.copy.items()}
    for new in part.rebuild.after.columns if table else ():
        name = plain_column(copy.get(fold(new.name), ""))
        old = table.column(name) if table and name else None
        if table and old and new.not_null and not old.not_null:
            column, value = quote_name(old.name), rowid_name(table) or "1"
            with suppress(D1Refused):
                database.run(f"UPDATE {quote_name(table.name)} SET {column} = {value} WHERE {column} IS NULL;")


def _copied(database: EmbeddedD1, block: Block, part: Part) -> Counter[str]:
    """Return what the author's own statements put into the new table, before anything is dropped behind them."""
    upto = block.statements.index(part.filled) + 1
    try:
        with database.request() as request:
            request.undo()
            # Whether the DROP in between is refused is another question: nothing of this is kept.
            request.execute(DEFER)
            for statement in block.statements[:upto]:
                request.execute(statement.sql)
            return rows_of(database, part.copied, _columns(part))
    except D1Refused as refused:
        raise NotMechanical(f"with rows D1 refuses the copy itself: `{refused}`") from refused


def _columns(part: Part) -> list[str]:
    return [column.name for column in part.rebuild.after.columns]
