"""The changes between two schemas."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from pulse_ci.model import Change, ChangeAction, ObjectKind
from pulse_ci.schema.schema import Column, Table
from pulse_ci.sql.names import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pulse_ci.schema.schema import Schema, SchemaObject

_KIND_ORDER = (ObjectKind.TABLE, ObjectKind.COLUMN, ObjectKind.INDEX, ObjectKind.TRIGGER, ObjectKind.VIEW)


def diff(before: Schema, after: Schema) -> tuple[Change, ...]:
    """Return the changes from one schema to another; none exactly where they mean the same.

    They come table by table: the table itself, its columns in order, its indexes and its triggers. An object of the
    same text is unchanged, even if the objects that it names changed.
    """
    if before is after:
        return ()
    # Most objects are the same value in both, and need no comparison.
    shared = set(map(id, before.objects)) & set(map(id, after.objects))
    old, new = _index_unshared(before, shared), _index_unshared(after, shared)
    pairs = ((old.get(identity), new.get(identity)) for identity in sorted(old.keys() | new.keys()))
    changes = chain.from_iterable(_compare_objects(one, other) for one, other in pairs)
    return tuple(sorted(changes, key=lambda change: (fold(change.table), _KIND_ORDER.index(change.kind))))


def _index_unshared(schema: Schema, shared: Collection[int]) -> dict[tuple[ObjectKind, str], SchemaObject]:
    return {(each.kind, fold(each.name)): each for each in schema.objects if id(each) not in shared}


def _compare_objects(before: SchemaObject | None, after: SchemaObject | None) -> Iterator[Change]:
    if before is not None and after is not None:
        if before == after or before.sql == after.sql:
            return
        if isinstance(before, Table) and isinstance(after, Table):
            yield from _compare_tables(before, after)
            return
    changed = after or before
    if changed is not None:
        yield _make_change(changed.kind, changed.name, changed.table, before, after)


def _compare_tables(before: Table, after: Table) -> Iterator[Change]:
    if _differs_beyond_columns(before, after):
        yield _make_change(ObjectKind.TABLE, after.name, after.name, before, after)
    if before.is_virtual or after.is_virtual:
        return
    for name in _merge_column_names(before.columns, after.columns):
        old, new = before.find_column(name), after.find_column(name)
        if old != new:
            yield _make_change(ObjectKind.COLUMN, name, after.name, old, new)


def _differs_beyond_columns(before: Table, after: Table) -> bool:
    if before.table_level_key != after.table_level_key:
        return True
    return _list_common_columns(before, after) != _list_common_columns(after, before)


def _list_common_columns(table: Table, other: Table) -> list[str]:
    return [fold(column.name) for column in table.columns if other.find_column(column.name)]


def _merge_column_names(before: Iterable[Column], after: Iterable[Column]) -> list[str]:
    names = {fold(column.name): column.name for column in before}
    names |= {fold(column.name): column.name for column in after}
    return list(names.values())


def _make_change(
    kind: ObjectKind, name: str, table: str, before: SchemaObject | Column | None, after: SchemaObject | Column | None
) -> Change:
    action = ChangeAction.ADDED if before is None else ChangeAction.REMOVED if after is None else ChangeAction.MODIFIED
    return Change(
        kind=kind,
        name=name,
        table=table,
        action=action,
        before=before.normalized_sql if before else None,
        after=after.normalized_sql if after else None,
    )
