"""Compare the expected schema of a database with the actual one: differences, and statements that end them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.drift.value import Drift, DriftDifference, FixPlan
from pulse_ci.errors import D1Refused
from pulse_ci.model import ChangeAction, ObjectKind
from pulse_ci.rewrite.ddl_statements import quote_for_comment
from pulse_ci.rewrite.reverse import plan_reverse
from pulse_ci.schema.diff import diff
from pulse_ci.schema.introspect import build_schema, make_master_row
from pulse_ci.sql.names import fold
from pulse_ci.sql.operations import RenameColumn, RenameTable, parse_operation
from pulse_ci.sql.tokens import read_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pulse_ci.drift.allowlist import AllowedDifference
    from pulse_ci.model import Change
    from pulse_ci.schema.schema import Schema, SchemaObject

# Statements that move rows need the pragmas around them.
_MOVES_ROWS = ("INSERT", "DROP TABLE")
_OWNER_KIND = {ObjectKind.COLUMN: ObjectKind.TABLE}


def compare(
    expected: Schema, actual: Schema, find_allowed: Callable[[Change], AllowedDifference | None] = lambda _: None
) -> Drift:
    """Return what differs; `find_allowed` gives the entry that allows a difference, if there is one.

    The statements do not touch an object whose differences are all allowed.
    """
    changes = diff(expected, actual)
    if not changes:
        return Drift()
    allowed = {change: find_allowed(change) for change in changes}
    wanted = _accept_allowed(expected, actual, allowed)
    repair = _plan_fix(wanted, actual)
    groups = _group_by_change(changes, repair.statements)
    differences = (DriftDifference(each, () if allowed[each] else groups[each], allowed[each]) for each in changes)
    return Drift(tuple(differences), repair, _plan_fix(actual, wanted))


def _accept_allowed(expected: Schema, actual: Schema, allowed: dict[Change, AllowedDifference | None]) -> Schema:
    """Return the expected schema, with allowed objects as they are in the database."""
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
    """Yield a sentence for each table and column that is deleted, and not renamed."""
    tables = {name for statement in statements for name in _find_renamed_tables(statement)}
    columns = {_find_renamed_column(statement) for statement in statements}
    for change in diff(wanted, present):
        if change.action is not ChangeAction.ADDED:
            continue
        if change.kind is ObjectKind.TABLE and fold(change.name) not in tables:
            yield f"Rows of {quote_for_comment(change.name)} are deleted with it."
        elif change.kind is ObjectKind.COLUMN and (fold(change.table), fold(change.name)) not in columns:
            yield f"Values of {quote_for_comment(change.table)}.{quote_for_comment(change.name)} are deleted with it."


def _group_by_change(changes: Sequence[Change], statements: Sequence[str]) -> dict[Change, tuple[str, ...]]:
    """Return the statements that concern each change, in order; those of one table rebuild stay together."""
    subjects = {change: fold(_subject(change)) for change in changes}
    renamed = {name for statement in statements for name in _find_renamed_tables(statement)}
    shared_names = [read_names(statement) & {*subjects.values(), *renamed} for statement in statements]
    groups = _merge_overlapping(shared_names)
    return {
        change: tuple(_select_statements(statements, shared_names, groups, name)) for change, name in subjects.items()
    }


def _subject(change: Change) -> str:
    return change.table if change.kind in (ObjectKind.TABLE, ObjectKind.COLUMN) else change.name


def _find_renamed_tables(statement: str) -> tuple[str, ...]:
    """Return the folded old and new name if the statement renames a table, else nothing."""
    match parse_operation(statement):
        case RenameTable(table, new_name):
            return fold(table), fold(new_name)
        case _:
            return ()


def _find_renamed_column(statement: str) -> tuple[str, str] | None:
    """Return the folded names of table and column if the statement renames a column, else None."""
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
