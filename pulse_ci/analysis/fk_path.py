"""How a statement on one table reaches rows of another: by the foreign keys between them that act."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pulse_ci.sql.names import fold
from pulse_ci.sql.operations import Insert, Update

if TYPE_CHECKING:
    from pulse_ci.schema.schema import ForeignKey, Schema
    from pulse_ci.sql.split import Statement

_ACTING = ("CASCADE", "SET NULL", "SET DEFAULT")


class ForeignKeyPath(NamedTuple):
    """The foreign keys on the way, each with the table that has it, and what the last says: "ON DELETE CASCADE"."""

    path: tuple[tuple[str, ForeignKey], ...] = ()
    action: str = ""


def find_fk_path(
    schema: Schema, statement: Statement | None, target: str | None, end: str, *, deletes: bool
) -> ForeignKeyPath:
    """Return how `statement` on `target` reaches `end`; empty where no foreign key leads there.

    `deletes` tells that rows of `end` are gone, which only ON … CASCADE does.
    """
    last = ("CASCADE",) if deletes else _ACTING
    for event in _list_events(statement) if target else ():
        if path := _search_path(schema, str(target), end, event, last):
            return ForeignKeyPath(tuple(path), f"ON {event} {_get_action(path[-1][1], event)}")
    return ForeignKeyPath()


def _list_events(statement: Statement | None) -> tuple[str, ...]:
    """Return what a statement may do to a parent's rows; an INSERT may replace or update one."""
    match statement.operation if statement else None:
        case Update():
            return ("UPDATE",)
        case Insert():
            return ("DELETE", "UPDATE")
        case _:
            return ("DELETE",)


def _search_path(
    schema: Schema, start: str, end: str, event: str, last: tuple[str, ...]
) -> list[tuple[str, ForeignKey]]:
    """Return the shortest way from a parent to a descendant by foreign keys that cascade, and then one of `last`."""
    ways: dict[str, list[tuple[str, ForeignKey]]] = {fold(start): []}
    queue = [start]
    while queue and fold(start) != fold(end):
        parent = queue.pop(0)
        for child, key in schema.list_children(parent):
            way = [*ways[fold(parent)], (child.name, key)]
            if fold(child.name) == fold(end) and _get_action(key, event) in last:
                return way
            if fold(child.name) not in ways and _get_action(key, event) == "CASCADE":
                ways[fold(child.name)] = way
                queue.append(child.name)
    return []


def _get_action(key: ForeignKey, event: str) -> str:
    return key.on_update if event == "UPDATE" else key.on_delete
