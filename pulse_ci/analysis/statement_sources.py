"""The tables of a schema whose rows a statement sees, also through tables that the file itself fills from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.sql.names import fold
from pulse_ci.sql.operations import RenameTable

if TYPE_CHECKING:
    from pulse_ci.analysis.statement_run import StatementRun
    from pulse_ci.schema.schema import Schema
    from pulse_ci.sql.split import Statement


def find_source_tables(run: StatementRun, statement: Statement | None, before: Schema) -> frozenset[str]:
    """Return folded names of tables that were there before the file; of its end (None), all that it touches."""
    sources = {fold(table.name): frozenset({fold(table.name)}) for table in before.tables}
    everything = set[str]()
    for each, access in run.executed:
        touched = set(map(fold, access.reads | access.writes | access.alters | access.drops | access.creates))
        found = frozenset(name for table in touched for name in sources.get(table, ()))
        if each == statement:
            return found
        everything |= found
        for table in map(fold, access.writes | access.creates):
            sources[table] = sources.get(table, frozenset()) | found
        match each.operation:
            case RenameTable(table, to) if fold(table) in sources:
                sources[fold(to)] = sources[fold(table)]
    return frozenset(everything)
