"""A migration and its reverse to the tables whose rows they may touch: those that need rows for the proofs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.model import ObjectKind
from pulse_ci.sql.names import fold
from pulse_ci.sql.operations import (
    AddColumn,
    Delete,
    Drop,
    DropColumn,
    Insert,
    RenameColumn,
    RenameTable,
    Update,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulse_ci.analysis.replay import ReplayedMigration
    from pulse_ci.schema.schema import Schema
    from pulse_ci.sql.split import Statement

_ALTERING = (AddColumn, DropColumn, RenameColumn, RenameTable)


def list_touched_tables(replayed: ReplayedMigration) -> frozenset[str]:
    """Return the folded names of the tables that a migration touches, itself or through foreign keys and triggers.

    There are none where no table that was there is written, altered or dropped, or gets a unique index.
    """
    there = {fold(table.name) for table in replayed.before.tables}
    touched, changes = set[str](), False
    for statement, access in replayed.run.executed:
        changed = set(map(fold, access.writes | access.alters | access.drops)) & there
        changes = changes or bool(changed) or isinstance(statement.operation, _ALTERING)
        if "sqlite_sequence" in access.writes and _names_counters(statement):
            touched |= {fold(table.name) for table in replayed.before.tables if table.autoincrement}
            changes = True
        touched |= changed | (set(map(fold, access.reads)) & there)
    indexes = (replayed.after.find_index(change.name) for change in replayed.changes if change.kind is ObjectKind.INDEX)
    unique = any(
        (index.unique or any(term.expression for term in index.indexed_columns) or index.where)
        and fold(index.table) in there
        for index in indexes
        if index
    )
    return frozenset(touched) if changes or unique else frozenset()


def _names_counters(statement: Statement) -> bool:
    match statement.operation:
        case Insert(table) | Update(table) | Delete(table):
            return fold(table) == "sqlite_sequence"
        case _:
            return False


def list_tables_touched_by_reverse(statements: Iterable[Statement], before: Schema) -> frozenset[str]:
    """Return the folded names of the tables that were there and that a reverse writes or alters.

    It runs later, so that SQLite was not asked: where it deletes, every descendant counts as reached.
    """
    reached = set[str]()
    for statement in statements:
        match statement.operation:
            case Drop("table", table) | Delete(table) | Insert(table) if before.find_table(table):
                reached |= with_descendants(table, before)
            case AddColumn(table) | Update(table) if before.find_table(table):
                reached.add(fold(table))
    return frozenset(reached)


def with_descendants(table: str, schema: Schema) -> set[str]:
    """Return the folded names of a table and of all whose rows depend on its rows, by foreign keys."""
    found, queue = set[str](), [table]
    while queue:
        name = queue.pop()
        if fold(name) not in found:
            found.add(fold(name))
            queue += (child.name for child, _ in schema.list_children(name))
    return found
