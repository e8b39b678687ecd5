"""Foreign keys to slots: what a row can refer to."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import apsw

from pulse_ci.analysis.seed.column_choices import Own, Slot
from pulse_ci.analysis.table_rows import quote_name
from pulse_ci.schema.schema import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulse_ci.analysis.seed.column_choices import Option
    from pulse_ci.analysis.seed.default_values import Value
    from pulse_ci.analysis.seed.table_plan import Plan
    from pulse_ci.schema.constraints import ForeignKey

    Values = dict[int, "Value | Own"]
    Promise = Callable[[ForeignKey], list[tuple[Value, ...]]]

_MOST_OPTIONS = 64


def references(plan: Plan) -> list[tuple[ForeignKey, ...]]:
    """Return the foreign keys of a table whose values can be chosen, those together that share a column."""
    found: list[list[ForeignKey]] = []
    for key in plan.table.foreign_keys:
        places = set(plan.places_of(key.columns) or ())
        if not places:
            continue
        sharing = [keys for keys in found if any(places & set(plan.places_of(each.columns) or ()) for each in keys)]
        found = [keys for keys in found if keys not in sharing]
        found.append([*(each for keys in sharing for each in keys), key])
    return [tuple(keys) for keys in found]


def reference_slot(
    connection: apsw.Connection, plan: Plan, keys: tuple[ForeignKey, ...], promise: Promise, most: int
) -> Slot:
    """Return the slot of foreign keys that share columns, with what their parents hold now.

    `promise` gives the rows that a parent without any will get; `most` is how many rows of a parent are looked at.
    """
    places = tuple(dict.fromkeys(place for key in keys for place in plan.places_of(key.columns) or ()))
    choices = [list(_choices(connection, plan, key, promise, most)) for key in keys]
    merged = _merged(choices) if len(choices) > 1 else choices[0]
    options = list(dict.fromkeys(_option(plan, places, values) for values in merged))
    own = tuple(option for option in options if any(isinstance(value, Own) for value in option))
    others = [option for option in options if option not in own]
    if len(places) == 1 and any(fold(name) not in plan.places for key in keys for name in key.columns):
        # What a generated column makes of a parent's value need not be that value.
        own += plan.columns[places[0]].slot.full
    empty = sorted((option for option in others if None in option), key=lambda option: -option.count(None))
    return Slot(places, tuple(option for option in others if None not in option), tuple(empty), own, keys=keys)


def parents_without_rows(connection: apsw.Connection, keys: tuple[ForeignKey, ...]) -> list[str]:
    """Return the names of the parents that are there and empty."""
    return sorted({key.parent for key in keys if _parent_rows(connection, key, 1) == []})


def _choices(connection: apsw.Connection, plan: Plan, key: ForeignKey, promise: Promise, most: int) -> Iterator[Values]:
    places = plan.places_of(key.columns) or []
    for row in _parent_rows(connection, key, most) or promise(key):
        yield dict(zip(places, row, strict=True))
    nullable = [place for place in places if plan.columns[place].nullable]
    if len(nullable) > 1:
        yield dict.fromkeys(nullable)
    for place in nullable:
        yield {place: None}
    if fold(key.parent) == fold(plan.table.name):
        yield from _own(plan, places, key)


def _own(plan: Plan, places: list[int], key: ForeignKey) -> Iterator[Values]:
    targets = plan.places_of(key.parent_columns) or []
    if len(targets) == len(places):
        yield {place: Own(target) for place, target in zip(places, targets, strict=True) if place != target}


def _parent_rows(connection: apsw.Connection, key: ForeignKey, most: int) -> list[tuple[Value, ...]] | None:
    """Return what a foreign key can refer to, None where SQLite cannot tell."""
    names = [quote_name(name) for name in key.parent_columns]
    if len(names) != len(key.columns):
        return None
    present = " AND ".join(f"{name} IS NOT NULL" for name in names)
    select = f"SELECT DISTINCT {', '.join(names)} FROM {quote_name(key.parent)} WHERE {present} LIMIT {most}"
    try:
        return connection.execute(select).fetchall()
    except (apsw.SQLError, UnicodeDecodeError):
        return None


def _merged(choices: list[list[Values]]) -> list[Values]:
    """Combine one choice of each key wherever they agree on the columns they share."""
    found: list[Values] = []
    sizes = [range(min(len(each), 12)) for each in choices]
    for picked in sorted(product(*sizes), key=sum) if len(sizes) < 4 else product(*(size[:3] for size in sizes[:8])):
        merged: Values | None = {}
        for each, at in zip(choices, picked, strict=False):
            merged = _joined(merged, each[at])
        if merged is not None:
            found.append(merged)
        if len(found) >= _MOST_OPTIONS:
            break
    return found


def _joined(one: Values | None, other: Values) -> Values | None:
    if one is None or any(one.get(place, value) != value for place, value in other.items()):
        return None
    return one | other


def _option(plan: Plan, places: tuple[int, ...], values: Values) -> Option:
    return tuple(values[place] if place in values else plan.columns[place].values[0] for place in places)
