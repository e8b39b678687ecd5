"""The statements that lead from a later schema back to an earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.rewrite.alter_table import alter_in_place
from pulse_ci.rewrite.ddl_statements import build_create, build_drop, build_virtual_move
from pulse_ci.rewrite.dependency_order import order_parents_first
from pulse_ci.rewrite.restore_plan import RestorePlan, ReverseLoss, keeps_own_rows, plan_restore
from pulse_ci.rewrite.safe_rebuild import (
    DEFER_FOREIGN_KEYS,
    FOREIGN_KEY_CHECK,
    RebuildTarget,
    add_rebuild,
    choose_temporary_name,
    moves_rows,
)
from pulse_ci.rewrite.script_builder import ScriptBuilder, create_missing, drop_changed
from pulse_ci.rewrite.undo_renames import (
    ExplicitRenames,
    undo_column_renames,
    undo_explicit_renames,
    undo_table_renames,
)
from pulse_ci.schema.diff import diff
from pulse_ci.sql.names import fold, quote_if_needed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulse_ci.schema.schema import Schema, Table


@dataclass(frozen=True, slots=True)
class ReversePlan:
    """What undoes a migration.

    losses       what the statements cannot restore
    conditions   a sentence for each kind of rows, written since the migration, on which the statements fail
    problem      why the statements do not lead to the earlier schema; None where they do
    """

    statements: tuple[str, ...]
    losses: tuple[ReverseLoss, ...] = ()
    conditions: tuple[str, ...] = ()
    problem: str | None = None

    @property
    def loss_sentences(self) -> tuple[str, ...]:
        """What the statements cannot restore, a sentence each."""
        return tuple(loss.sentence for loss in self.losses)


def plan_reverse(before: Schema, after: Schema, renames: ExplicitRenames | None = None) -> ReversePlan:
    """Return the statements from the schema `after` a migration back to the one `before` it.

    `renames` are those that the migration spells; others are recognized where they can be nothing else.

    Raises:
        D1Refused: D1 rejects the objects of `after` as they are.

    """
    with ScriptBuilder(after) as script:
        undo_explicit_renames(script, before, renames or ExplicitRenames())
        undo_table_renames(script, before)
        undo_column_renames(script, before)
        restore_plan = plan_restore(script, before)
        _restore_tables(script, before, restore_plan)
        problem = None if create_missing(script, before) else _describe_problem(script, before)
        statements = (*script.statements, *[FOREIGN_KEY_CHECK] * moves_rows(script.statements))
        return ReversePlan(statements, tuple(restore_plan.losses), tuple(restore_plan.conditions), problem)


def _restore_tables(script: ScriptBuilder, before: Schema, restore_plan: RestorePlan) -> None:
    drop_changed(script, before)
    removed = _find_removed_tables(script.schema, before)
    _drop_tables(script, {name for name in removed if not _has_kept_child(script.schema, before, name)})
    _create_tables(script, before)
    for target in _find_changed_tables(script.schema, before, restore_plan.copies).values():
        alter_in_place(script, target.table, target.copy)
    remaining = _find_changed_tables(script.schema, before, restore_plan.copies)
    if not add_rebuild(script, remaining):
        for name, target in remaining.items():
            add_rebuild(script, {name: target})
    _drop_tables(script, _find_removed_tables(script.schema, before))
    _move_virtual_tables(script, before)


def _find_removed_tables(schema: Schema, before: Schema) -> set[str]:
    return {fold(table.name) for table in schema.tables if before.find_table(table.name) is None}


def _has_kept_child(schema: Schema, before: Schema, name: str) -> bool:
    return any(before.find_table(child.name) is not None for child, _ in schema.list_children(name))


def _drop_tables(script: ScriptBuilder, names: set[str]) -> None:
    order = order_parents_first(script.schema, names)
    tables = [table for name in reversed(order.names) if (table := script.schema.find_table(name))]
    if tables:
        script.add_with_drops(names, [*[DEFER_FOREIGN_KEYS] * order.needs_deferral, *map(build_drop, tables)])


def _create_tables(script: ScriptBuilder, before: Schema) -> None:
    missing = {
        fold(each.name) for each in before.tables if not (each.is_virtual or script.schema.find_table(each.name))
    }
    for name in order_parents_first(before, missing).names:
        if table := before.find_table(name):
            script.add([build_create(table)])


def _find_changed_tables(
    schema: Schema, before: Schema, copies: Mapping[str, Mapping[str, str]]
) -> dict[str, RebuildTarget]:
    return {
        fold(table.name): RebuildTarget(table, copies.get(fold(table.name), {}))
        for table in before.tables
        if not table.is_virtual and _differs(schema.find_table(table.name), table)
    }


def _differs(present: Table | None, wanted: Table) -> bool:
    return present is not None and not present.is_virtual and present != wanted and present.sql != wanted.sql


def _move_virtual_tables(script: ScriptBuilder, before: Schema) -> None:
    """Recreate virtual tables that differ: with the rows that they keep, else for create_missing() to fill."""
    for table in before.tables:
        present = script.schema.find_table(table.name)
        if present is None or present == table or not (present.is_virtual or table.is_virtual):
            continue
        move = build_virtual_move(present, table, choose_temporary_name(script.schema, table.name))
        if not (keeps_own_rows(present, table) and script.add(list(move))):
            creates = [] if table.is_virtual else [build_create(table)]
            script.add_with_drops([table.name], [build_drop(present), *creates])


def _describe_problem(script: ScriptBuilder, before: Schema) -> str:
    return "; ".join([*_describe_differences(script.schema, before), *([script.rejection] if script.rejection else [])])


def _describe_differences(schema: Schema, before: Schema) -> Iterator[str]:
    for change in diff(before, schema):
        yield f"{change.kind} {quote_if_needed(change.name)} is {change.action} after it"
