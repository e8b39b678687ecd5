"""A migration's renames to the statements that take them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.model import ChangeAction, ObjectKind
from pulse_ci.sql.names import quote_if_needed
from pulse_ci.sql.operations import RenameColumn, RenameTable

if TYPE_CHECKING:
    from pulse_ci.analysis.rule import MigrationAnalysis
    from pulse_ci.model import Change


def find_reverse_rename(analysis: MigrationAnalysis, change: Change) -> str | None:
    """Return the statement that undoes the rename behind an added or removed table or column, None if it is none."""
    return _find_reverse_renames(analysis).get(_get_change_key(change))


def _find_reverse_renames(analysis: MigrationAnalysis) -> dict[tuple[str, ...], str]:
    unrestored = {
        _get_change_key(change)
        for change in analysis.reversibility.changes
        if change.action is not ChangeAction.MODIFIED
    }
    statements = {}
    for new_name, old_name in _find_original_names(analysis).items():
        old, new = _make_key(ChangeAction.REMOVED, old_name), _make_key(ChangeAction.ADDED, new_name)
        if old in unrestored and new in unrestored:
            clause = f"COLUMN {quote_if_needed(new_name[1])} TO" if len(new_name) > 1 else "TO"
            statements[old] = statements[new] = (
                f"ALTER TABLE {quote_if_needed(new_name[0])} RENAME {clause} {quote_if_needed(old_name[-1])};"
            )
    return statements


def _find_original_names(analysis: MigrationAnalysis) -> dict[tuple[str, ...], tuple[str, ...]]:
    """What tables (name,) and columns (table, name) were called before the file, by their names after it."""
    origins: dict[tuple[str, ...], tuple[str, ...]] = {}
    for statement in analysis.migration.statements:
        match statement.operation:
            case RenameTable(table, to):
                origins[to,] = origins.pop((table,), (table,))
            case RenameColumn(table, column, to):
                origins[table, to] = origins.pop((table, column), (table, column))
    return origins


def _get_change_key(change: Change) -> tuple[str, ...]:
    names = (change.table, change.name) if change.kind is ObjectKind.COLUMN else (change.name,)
    return _make_key(change.action, names) if change.kind in (ObjectKind.TABLE, ObjectKind.COLUMN) else (change.kind,)


def _make_key(action: ChangeAction, names: tuple[str, ...]) -> tuple[str, ...]:
    return (action, *(name.casefold() for name in names))
