"""A migration's renames to the statements that take them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import bare_name
from pulse_ci.model import ChangeAction, ObjectKind
from pulse_ci.sql.operations import RenameColumn, RenameTable, parse_operation

if TYPE_CHECKING:
    from pulse_ci.analysis.rule import Evidence
    from pulse_ci.model import Change


def find_rename_back(evidence: Evidence, change: Change) -> str | None:
    """Return the statement that undoes the rename behind an added or removed table or column, None if it is none."""
    return _renames_back(evidence).get(_key(change))


def _renames_back(evidence: Evidence) -> dict[tuple[str, ...], str]:
    left = {_key(change) for change in evidence.undone.changes if change.action is not ChangeAction.MODIFIED}
    found = {}
    for now, before in _origins(evidence).items():
        old, new = _folded(ChangeAction.REMOVED, before), _folded(ChangeAction.ADDED, now)
        if old in left and new in left:
            what = f"COLUMN {bare_name(now[1])} TO" if len(now) > 1 else "TO"
            found[old] = found[new] = f"ALTER TABLE {bare_name(now[0])} RENAME {what} {bare_name(before[-1])};"
    return found


def _origins(evidence: Evidence) -> dict[tuple[str, ...], tuple[str, ...]]:
    """What tables (name,) and columns (table, name) were called before the file, by their names after it."""
    origins: dict[tuple[str, ...], tuple[str, ...]] = {}
    for statement in evidence.migration.statements:
        match parse_operation(statement.sql):
            case RenameTable(table, to):
                origins[to,] = origins.pop((table,), (table,))
            case RenameColumn(table, column, to):
                origins[table, to] = origins.pop((table, column), (table, column))
    return origins


def _key(change: Change) -> tuple[str, ...]:
    names = (change.table, change.name) if change.kind is ObjectKind.COLUMN else (change.name,)
    return _folded(change.action, names) if change.kind in (ObjectKind.TABLE, ObjectKind.COLUMN) else (change.kind,)


def _folded(action: ChangeAction, names: tuple[str, ...]) -> tuple[str, ...]:
    return (action, *(name.casefold() for name in names))
