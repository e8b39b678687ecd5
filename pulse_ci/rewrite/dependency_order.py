"""Which tables, views and triggers hang together: descendants, their order, what mentions them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.schema.schema import View, fold
from pulse_ci.sql.tokens import TokenKind, tokenize_code, unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulse_ci.schema.schema import Schema, Trigger

_NAMING = (TokenKind.WORD, TokenKind.QUOTED, TokenKind.STRING)


@dataclass(frozen=True, slots=True)
class Order:
    """Folded names of tables, parents before their children as far as that can be.

    `needs_deferral` says that no order would do: tables refer to one another in a circle, or a RESTRICT to its
    own table.
    """

    names: tuple[str, ...]
    needs_deferral: bool


def descendants(schema: Schema, tables: Iterable[str]) -> frozenset[str]:
    """Return the folded names of these tables and of all that refer to them, however far."""
    found, to_see = set[str](), [fold(name) for name in tables]
    while to_see:
        name = to_see.pop()
        if name not in found:
            found.add(name)
            to_see += [fold(child.name) for child, _ in schema.children_of(name)]
    return frozenset(found)


def parents_first(schema: Schema, tables: Iterable[str]) -> Order:
    """Return an order of these tables; what refers to a table that is not among them does not count."""
    left = sorted(set(map(fold, tables)))
    parents = _parents(schema, left)
    ordered, circular = list[str](), _restricts_itself(schema, left)
    while left:
        free = [name for name in left if not parents[name] & set(left) - {name}]
        circular |= not free
        ordered += free or left[:1]
        left = [name for name in left if name not in ordered]
    return Order(tuple(ordered), circular)


def _parents(schema: Schema, tables: list[str]) -> Mapping[str, set[str]]:
    found = ((name, schema.table(name)) for name in tables)
    return {name: {fold(key.parent) for key in table.foreign_keys} if table else set() for name, table in found}


def _restricts_itself(schema: Schema, tables: list[str]) -> bool:
    return any(
        fold(child.name) == name and "RESTRICT" in (key.on_delete, key.on_update)
        for name in tables
        for child, key in schema.children_of(name)
    )


def mentioning(schema: Schema, tables: Iterable[str]) -> tuple[Trigger | View, ...]:
    """Return the triggers and views that name one of these tables, or a view that does: triggers first."""
    names, views = set(map(fold, tables)), dict[str, View]()
    while more := [view for view in schema.views if fold(view.name) not in views and names_in(view.sql) & names]:
        views |= {fold(view.name): view for view in more}
        names |= views.keys()
    triggers = [trigger for trigger in schema.triggers if names_in(trigger.sql) & names]
    return (*triggers, *views.values())


def in_order(views: Iterable[View]) -> tuple[View, ...]:
    """Return views so that each comes after those that it names, as far as that can be."""
    left, ordered = list(views), list[View]()
    while left:
        waiting = {fold(view.name) for view in left}
        free = [view for view in left if not names_in(view.sql) & waiting - {fold(view.name)}] or left[:1]
        ordered += free
        left = [view for view in left if view not in free]
    return tuple(ordered)


def names_in(sql: str) -> frozenset[str]:
    """Return the folded texts of a statement that can be names."""
    return frozenset(fold(unquote(token.text)) for token in tokenize_code(sql) if token.kind in _NAMING)
