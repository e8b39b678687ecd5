"""Two schemas to the statements that lead from the later one back to the earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.rewrite.alter_table import alter
from pulse_ci.rewrite.ddl_statements import create, drop
from pulse_ci.rewrite.dependency_order import parents_first
from pulse_ci.rewrite.restore_plan import Loss, Restoring, restoring
from pulse_ci.rewrite.safe_rebuild import DEFER, FOREIGN_KEY_CHECK, Target, moves_rows, rebuild, temporary_name
from pulse_ci.rewrite.sync_objects import clear, complete
from pulse_ci.rewrite.tested_script import Draft
from pulse_ci.rewrite.undo_renames import Spelled, rename_as_spelled, rename_columns, rename_tables
from pulse_ci.rewrite.virtual_tables import content_of, moving
from pulse_ci.schema.ddl.keywords import quote_name
from pulse_ci.schema.diff import diff
from pulse_ci.schema.schema import Table, fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulse_ci.schema.schema import Schema


@dataclass(frozen=True, slots=True)
class ReversePlan:
    """What undoes a migration.

    lost         what the statements cannot bring back
    conditions   which rows, written since the migration, would keep the statements from running
    problem      why the statements do not lead to the earlier schema; None where they do
    """

    statements: tuple[str, ...]
    lost: tuple[Loss, ...] = ()
    conditions: tuple[str, ...] = ()
    problem: str | None = None

    @property
    def losses(self) -> tuple[str, ...]:
        """What the statements cannot bring back, a sentence each."""
        return tuple(loss.sentence for loss in self.lost)


def write_reverse(before: Schema, after: Schema, renames: Spelled | None = None) -> ReversePlan:
    """Return what takes a database from the schema `after` a migration back to the one `before` it.

    `renames` are those that the migration spells; others are recognised where they can be nothing else.

    Raises:
        D1Refused: D1 does not take the objects of `after` as they are.

    """
    with Draft(after) as draft:
        rename_as_spelled(draft, before, renames or Spelled())
        rename_tables(draft, before)
        rename_columns(draft, before)
        notes = restoring(draft, before)
        _restore_tables(draft, before, notes)
        problem = None if complete(draft, before) else _problem(draft, before)
        statements = (*draft.statements, *[FOREIGN_KEY_CHECK] * moves_rows(draft.statements))
        return ReversePlan(statements, notes.losses, notes.conditions, problem)


def _restore_tables(draft: Draft, before: Schema, notes: Restoring) -> None:
    clear(draft, before)
    _drop_tables(
        draft, {name for name in _gone(draft.schema, before) if not _has_kept_child(draft.schema, before, name)}
    )
    _create_tables(draft, before)
    for target in _changed(draft.schema, before, notes.copies).values():
        alter(draft, target.table, target.copy)
    left = _changed(draft.schema, before, notes.copies)
    if not rebuild(draft, left):
        for name, target in left.items():
            rebuild(draft, {name: target})
    _drop_tables(draft, _gone(draft.schema, before))
    _move_virtual_tables(draft, before)


def _gone(schema: Schema, before: Schema) -> set[str]:
    return {fold(table.name) for table in schema.tables if before.table(table.name) is None}


def _has_kept_child(schema: Schema, before: Schema, name: str) -> bool:
    return any(before.table(child.name) is not None for child, _ in schema.children_of(name))


def _drop_tables(draft: Draft, names: set[str]) -> None:
    order = parents_first(draft.schema, names)
    tables = [table for name in reversed(order.names) if (table := draft.schema.table(name))]
    if tables:
        draft.add_past(names, [*[DEFER] * order.needs_deferral, *map(drop, tables)])


def _create_tables(draft: Draft, before: Schema) -> None:
    missing = {fold(each.name) for each in before.tables if not (each.virtual or draft.schema.table(each.name))}
    for name in parents_first(before, missing).names:
        table = before.table(name)
        if table is not None:
            draft.add([create(table)])


def _changed(schema: Schema, before: Schema, copies: Mapping[str, Mapping[str, str]]) -> dict[str, Target]:
    return {
        fold(table.name): Target(table, copies.get(fold(table.name), {}))
        for table in before.tables
        if not table.virtual and _is_otherwise(schema.table(table.name), table)
    }


def _is_otherwise(present: Table | None, wanted: Table) -> bool:
    return present is not None and not present.virtual and present != wanted and present.sql != wanted.sql


def _move_virtual_tables(draft: Draft, before: Schema) -> None:
    """Remake virtual tables that are otherwise: with their rows where they keep any, else for `complete` to fill."""
    for table in before.tables:
        present = draft.schema.table(table.name)
        if present is None or present == table or not (present.virtual or table.virtual):
            continue
        keeps_rows = present.module == table.module and content_of(present) is None and content_of(table) is None
        meanwhile = temporary_name(draft.schema, table.name)
        if not (keeps_rows and draft.add(list(moving(present, table, meanwhile)))):
            draft.add_past([table.name], [drop(present), *([] if table.virtual else [create(table)])])


def _problem(draft: Draft, before: Schema) -> str:
    return "; ".join([*_differences(draft.schema, before), *([draft.refusal] if draft.refusal else [])])


def _differences(schema: Schema, before: Schema) -> Iterator[str]:
    for change in diff(before, schema):
        yield f"{change.kind} {quote_name(change.name)} is {change.action} after it"
