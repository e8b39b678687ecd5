"""Dependencies between tables, views and triggers, and the orders that follow from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.schema.schema import View
from pulse_ci.sql.names import fold
from pulse_ci.sql.tokens import read_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulse_ci.schema.schema import Schema, Trigger


@dataclass(frozen=True, slots=True)
class TableOrder:
    """Folded names of tables, parents before their children where possible.

    `needs_deferral` where no order is enough: tables refer to one another in a circle, or a RESTRICT to its own table.
    """

    names: tuple[str, ...]
    needs_deferral: bool


def find_descendants(schema: Schema, tables: Iterable[str]) -> frozenset[str]:
    """Return the folded names of these tables and of all that refer to them, directly or not."""
    found, queue = set[str](), [fold(name) for name in tables]
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue += [fold(child.name) for child, _ in schema.list_children(name)]
    return frozenset(found)


def order_parents_first(schema: Schema, tables: Iterable[str]) -> TableOrder:
    """Return an order of these tables; references to other tables do not count."""
    remaining = sorted(set(map(fold, tables)))
    parents = _find_parents(schema, remaining)
    ordered, circular = list[str](), _has_self_restrict(schema, remaining)
    while remaining:
        free = [name for name in remaining if not parents[name] & set(remaining) - {name}]
        circular |= not free
        ordered += free or remaining[:1]
        remaining = [name for name in remaining if name not in ordered]
    return TableOrder(tuple(ordered), circular)


def _find_parents(schema: Schema, tables: list[str]) -> Mapping[str, set[str]]:
    found = ((name, schema.find_table(name)) for name in tables)
    return {name: {fold(key.parent) for key in table.foreign_keys} if table else set() for name, table in found}


def _has_self_restrict(schema: Schema, tables: list[str]) -> bool:
    return any(
        fold(child.name) == name and "RESTRICT" in (key.on_delete, key.on_update)
        for name in tables
        for child, key in schema.list_children(name)
    )


def find_triggers_and_views(schema: Schema, tables: Iterable[str]) -> tuple[Trigger | View, ...]:
    """Return the triggers, then the views, that name one of these tables or a view that does."""
    names, views = set(map(fold, tables)), dict[str, View]()
    while more := [view for view in schema.views if fold(view.name) not in views and read_names(view.sql) & names]:
        views |= {fold(view.name): view for view in more}
        names |= views.keys()
    triggers = [trigger for trigger in schema.triggers if read_names(trigger.sql) & names]
    return (*triggers, *views.values())


def order_views(views: Iterable[View]) -> tuple[View, ...]:
    """Return views so that each comes after those that it names, where possible."""
    remaining, ordered = list(views), list[View]()
    while remaining:
        waiting = {fold(view.name) for view in remaining}
        free = [view for view in remaining if not read_names(view.sql) & waiting - {fold(view.name)}] or remaining[:1]
        ordered += free
        remaining = [view for view in remaining if view not in free]
    return tuple(ordered)
