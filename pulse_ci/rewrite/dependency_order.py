"""Dependencies between tables, views and triggers, and the orders that follow from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.schema.schema import View
from pulse_ci.sql.names import fold
from pulse_ci.sql.tokens import read_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Set

    from pulse_ci.schema.schema import Schema, Trigger


@dataclass(frozen=True, slots=True)
class TableOrder:
    """Folded names of tables, parents before their children where possible.

    `needs_deferral` where no order is enough: tables refer to one another in a circle, or a RESTRICT to its own table.
    """

    names: tuple[str, ...]
    needs_deferral: bool


def order_parents_first(schema: Schema, tables: Iterable[str]) -> TableOrder:
    """Return an order of these tables; references to other tables do not count."""
    parents = {name: _find_parents(schema, name) for name in sorted(set(map(fold, tables)))}
    ordered, is_circular = _order_by_dependency(parents)
    return TableOrder(ordered, is_circular or any(_has_self_restrict(schema, name) for name in parents))


def _find_parents(schema: Schema, name: str) -> frozenset[str]:
    table = schema.find_table(name)
    return frozenset(fold(key.parent) for key in table.foreign_keys) if table else frozenset()


def _has_self_restrict(schema: Schema, name: str) -> bool:
    own = (key for child, key in schema.list_children(name) if fold(child.name) == name)
    return any("RESTRICT" in (key.on_delete, key.on_update) for key in own)


def find_triggers_and_views(schema: Schema, tables: Iterable[str]) -> tuple[Trigger | View, ...]:
    """Return the triggers, then the views, that name one of these tables or a view that does."""
    names, views = set(map(fold, tables)), dict[str, View]()
    named = {fold(view.name): (view, read_names(view.sql)) for view in schema.views}
    while more := {key: view for key, (view, used) in named.items() if key not in views and used & names}:
        views |= more
        names |= more.keys()
    triggers = [trigger for trigger in schema.triggers if read_names(trigger.sql) & names]
    return (*triggers, *views.values())


def order_views(views: Iterable[View]) -> tuple[View, ...]:
    """Return views so that each comes after those that it names, where possible."""
    by_name = {fold(view.name): view for view in views}
    ordered, _ = _order_by_dependency({name: read_names(view.sql) for name, view in by_name.items()})
    return tuple(by_name[name] for name in ordered)


def _order_by_dependency(needed: Mapping[str, Set[str]]) -> tuple[tuple[str, ...], bool]:
    """Return names after those that each needs, itself aside, where possible; and whether some need one another."""
    remaining, ordered, is_circular = dict(needed), list[str](), False
    while remaining:
        free = [name for name, others in remaining.items() if not (others & remaining.keys()) - {name}]
        is_circular |= not free
        for name in free or [next(iter(remaining))]:
            ordered.append(name)
            del remaining[name]
    return tuple(ordered), is_circular
