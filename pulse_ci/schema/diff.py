"""Two schemas to the changes between them."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from pulse_ci.model import Action, Change, Kind
from pulse_ci.schema.schema import Column, Index, Table, Trigger, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.schema.schema import Object, Schema

_ORDER = (Kind.TABLE, Kind.COLUMN, Kind.INDEX, Kind.TRIGGER, Kind.VIEW)


def diff(before: Schema, after: Schema) -> tuple[Change, ...]:
    """Return the changes from one schema to another: none exactly where they mean the same.

    They come table by table: the table itself, its columns in their order, its indexes and its triggers. An
    object whose text is as it was is not a change, whatever became of the objects that it names.
    """
    if before is after:
        return ()
    old, new = _by_identity(before), _by_identity(after)
    pairs = ((old.get(identity), new.get(identity)) for identity in sorted(old.keys() | new.keys()))
    changes = chain.from_iterable(_changes(one, other) for one, other in pairs)
    return tuple(sorted(changes, key=lambda change: (fold(change.table), _ORDER.index(change.kind))))


def _by_identity(schema: Schema) -> dict[tuple[Kind, str], Object]:
    return {(_kind(each), fold(each.name)): each for each in schema.objects}


def _kind(item: Object) -> Kind:
    match item:
        case Table():
            return Kind.TABLE
        case Index():
            return Kind.INDEX
        case Trigger():
            return Kind.TRIGGER
        case _:
            return Kind.VIEW


def _changes(before: Object | None, after: Object | None) -> Iterator[Change]:
    if before is not None and after is not None:
        if before == after or before.sql == after.sql:
            return
        if isinstance(before, Table) and isinstance(after, Table):
            yield from _table_changes(before, after)
            return
    changed = after or before
    if changed is not None:
        yield _change(_kind(changed), changed.name, changed.table, before, after)


def _table_changes(before: Table, after: Table) -> Iterator[Change]:
    if _differs_beyond_columns(before, after):
        yield _change(Kind.TABLE, after.name, after.name, before, after)
    if before.virtual or after.virtual:
        return
    for name in _in_order(before.columns, after.columns):
        old, new = before.column(name), after.column(name)
        if old != new:
            yield _change(Kind.COLUMN, name, after.name, old, new)


def _differs_beyond_columns(before: Table, after: Table) -> bool:
    return before.outline != after.outline or _common(before, after) != _common(after, before)


def _common(table: Table, other: Table) -> list[str]:
    return [fold(column.name) for column in table.columns if other.column(column.name)]


def _in_order(before: Iterable[Column], after: Iterable[Column]) -> list[str]:
    spelled = {fold(column.name): column.name for column in before}
    spelled |= {fold(column.name): column.name for column in after}
    return list(spelled.values())


def _change(kind: Kind, name: str, table: str, before: Object | Column | None, after: Object | Column | None) -> Change:
    action = Action.ADDED if before is None else Action.REMOVED if after is None else Action.MODIFIED
    return Change(
        kind=kind,
        name=name,
        table=table,
        action=action,
        before=before.canonical if before else None,
        after=after.canonical if after else None,
    )
