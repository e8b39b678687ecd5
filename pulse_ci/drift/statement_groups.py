"""The statements of one plan to those that belong to each difference: what shares names hangs together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.model import ObjectKind
from pulse_ci.sql.names import fold
from pulse_ci.sql.operations import RenameColumn, RenameTable, parse_operation
from pulse_ci.sql.tokens import read_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pulse_ci.model import Change

# What moves rows, and needs the pragmas that stand around it.
_MOVES_ROWS = ("INSERT", "DROP TABLE")


def group_by_change(changes: Sequence[Change], statements: Sequence[str]) -> dict[Change, tuple[str, ...]]:
    """Return for each change the statements that concern it, in their order.

    Those that move a table out of the way stay together with those that fill and drop it.
    """
    subjects = {change: fold(_subject(change)) for change in changes}
    renamed = {name for statement in statements for name in find_renamed_tables(statement)}
    shared_names = [read_names(statement) & {*subjects.values(), *renamed} for statement in statements]
    groups = _merge_overlapping(shared_names)
    return {
        change: tuple(_select_statements(statements, shared_names, groups, name)) for change, name in subjects.items()
    }


def _subject(change: Change) -> str:
    return change.table if change.kind in (ObjectKind.TABLE, ObjectKind.COLUMN) else change.name


def find_renamed_tables(statement: str) -> tuple[str, ...]:
    """Return the folded names that a table has before and after a statement of ours that renames it, or none."""
    match parse_operation(statement):
        case RenameTable(table, new_name):
            return fold(table), fold(new_name)
        case _:
            return ()


def find_renamed_column(statement: str) -> tuple[str, str] | None:
    """Return the folded names of the table and of the column that a statement of ours renames, or None."""
    match parse_operation(statement):
        case RenameColumn(table, column):
            return fold(table), fold(column)
        case _:
            return None


def _merge_overlapping(sets: Iterable[frozenset[str]]) -> list[set[str]]:
    groups = list[set[str]]()
    for names in filter(None, sets):
        touched = [group for group in groups if group & names]
        groups = [group for group in groups if group not in touched] + [set(names).union(*touched)]
    return groups


def _select_statements(
    statements: Sequence[str], shared_names: Sequence[frozenset[str]], groups: Sequence[set[str]], name: str
) -> Iterator[str]:
    group = next((each for each in groups if name in each), set[str]())
    moves = any(
        names & group and sql.startswith(_MOVES_ROWS) for sql, names in zip(statements, shared_names, strict=True)
    )
    for sql, names in zip(statements, shared_names, strict=True):
        if names & group or (moves and sql.startswith("PRAGMA")):
            yield sql
