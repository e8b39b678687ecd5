"""Expected and actual schema to a Drift: the differences, what mends them, and what adopts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.drift.statement_groups import find_renamed_column, find_renamed_tables, group_by_change
from pulse_ci.drift.value import Drift, DriftDifference, FixPlan
from pulse_ci.errors import D1Refused
from pulse_ci.model import ChangeAction, ObjectKind
from pulse_ci.rewrite.ddl_statements import quote_for_comment
from pulse_ci.rewrite.reverse import plan_reverse
from pulse_ci.schema.diff import diff
from pulse_ci.schema.introspect import build_schema, make_master_row
from pulse_ci.sql.names import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pulse_ci.drift.allowlist import AllowedDifference
    from pulse_ci.model import Change
    from pulse_ci.schema.schema import Schema, SchemaObject

_OWNER_KIND = {ObjectKind.COLUMN: ObjectKind.TABLE}


def compare(
    expected: Schema, actual: Schema, find_allowed: Callable[[Change], AllowedDifference | None] = lambda _: None
) -> Drift:
    """Return what differs; `allowance` is asked of each difference who has allowed it, if anybody.

    The statements leave alone what is allowed, as far as it is a whole object: of a table, all its differences.
    """
    changes = diff(expected, actual)
    if not changes:
        return Drift()
    allowed = {change: find_allowed(change) for change in changes}
    wanted = _accept_allowed(expected, actual, allowed)
    repair = _plan_fix(wanted, actual)
    groups = group_by_change(changes, repair.statements)
    differences = (DriftDifference(each, () if allowed[each] else groups[each], allowed[each]) for each in changes)
    return Drift(tuple(differences), repair, _plan_fix(actual, wanted))


def _accept_allowed(expected: Schema, actual: Schema, allowed: dict[Change, AllowedDifference | None]) -> Schema:
    """Return the expected schema with the objects whose differences are all allowed as they are."""
    open_objects = {_find_changed_object(change) for change, allowance in allowed.items() if allowance is None}
    accepted = {_find_changed_object(change) for change in allowed} - open_objects
    if not accepted:
        return expected
    kept = (each for each in expected.objects if _get_object_key(each) not in accepted)
    taken = (each for each in actual.objects if _get_object_key(each) in accepted)
    return build_schema([make_master_row(each) for each in (*kept, *taken)])


def _find_changed_object(change: Change) -> tuple[ObjectKind, str]:
    kind = _OWNER_KIND.get(change.kind, change.kind)
    return kind, fold(change.table if kind is ObjectKind.TABLE else change.name)


def _get_object_key(item: SchemaObject) -> tuple[ObjectKind, str]:
    return item.kind, fold(item.name)


def _plan_fix(wanted: Schema, present: Schema) -> FixPlan:
    try:
        plan = plan_reverse(wanted, present)
    except D1Refused as refused:
        return FixPlan(problem=f"D1 does not take the schema that is there as it stands: {refused}")
    if plan.problem:
        return FixPlan(problem=plan.problem)
    return FixPlan(
        plan.statements,
        tuple(_describe_deleted(wanted, present, plan.statements)),
        plan.loss_sentences,
        plan.conditions,
    )


def _describe_deleted(wanted: Schema, present: Schema, statements: Sequence[str]) -> Iterator[str]:
    """Yield a sentence for each table and column that goes, and is not renamed: its rows and values go with it."""
    tables = {name for statement in statements for name in find_renamed_tables(statement)}
    columns = {find_renamed_column(statement) for statement in statements}
    for change in diff(wanted, present):
        if change.action is not ChangeAction.ADDED:
            continue
        if change.kind is ObjectKind.TABLE and fold(change.name) not in tables:
            yield f"Rows of {quote_for_comment(change.name)} are deleted with it."
        elif change.kind is ObjectKind.COLUMN and (fold(change.table), fold(change.name)) not in columns:
            yield f"Values of {quote_for_comment(change.table)}.{quote_for_comment(change.name)} are deleted with it."
