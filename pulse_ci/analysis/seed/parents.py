"""Foreign keys to slots: what a row can refer to."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import apsw

from pulse_ci.analysis.seed.column_choices import ColumnChoices, SameRowValue
from pulse_ci.sql.names import fold, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulse_ci.analysis.seed.column_choices import Option
    from pulse_ci.analysis.seed.default_values import Value
    from pulse_ci.analysis.seed.table_plan import TablePlan
    from pulse_ci.schema.schema import ForeignKey

    ValuesByPosition = dict[int, "Value | SameRowValue"]
    PlannedParentRows = Callable[[ForeignKey], list[tuple[Value, ...]]]

_MAX_OPTIONS = 64


def group_foreign_keys(plan: TablePlan) -> list[tuple[ForeignKey, ...]]:
    """Return the foreign keys of a table whose values can be chosen, those together that share a column."""
    found: list[list[ForeignKey]] = []
    for key in plan.table.foreign_keys:
        positions = set(plan.find_positions(key.columns) or ())
        if not positions:
            continue
        sharing = [
            keys for keys in found if any(positions & set(plan.find_positions(each.columns) or ()) for each in keys)
        ]
        found = [keys for keys in found if keys not in sharing]
        found.append([*(each for keys in sharing for each in keys), key])
    return [tuple(keys) for keys in found]


def build_reference_choices(
    connection: apsw.Connection,
    plan: TablePlan,
    keys: tuple[ForeignKey, ...],
    planned_rows: PlannedParentRows,
    max_rows: int,
) -> ColumnChoices:
    """Return the slot of foreign keys that share columns, with what their parents hold now.

    `promise` gives the rows that a parent without any will get; `most` is how many rows of a parent are looked at.
    """
    positions = tuple(dict.fromkeys(position for key in keys for position in plan.find_positions(key.columns) or ()))
    choices = [list(_generate_key_values(connection, plan, key, planned_rows, max_rows)) for key in keys]
    merged = _combine_keys(choices) if len(choices) > 1 else choices[0]
    options = list(dict.fromkeys(_make_option(plan, positions, values) for values in merged))
    same_row = tuple(option for option in options if any(isinstance(value, SameRowValue) for value in option))
    others = [option for option in options if option not in same_row]
    if len(positions) == 1 and any(fold(name) not in plan.positions for key in keys for name in key.columns):
        # What a generated column makes of a parent's value need not be that value.
        same_row += plan.columns[positions[0]].choices.values
    empty = sorted((option for option in others if None in option), key=lambda option: -option.count(None))
    return ColumnChoices(
        positions, tuple(option for option in others if None not in option), tuple(empty), same_row, foreign_keys=keys
    )


def find_empty_parents(connection: apsw.Connection, keys: tuple[ForeignKey, ...]) -> list[str]:
    """Return the names of the parents that are there and empty."""
    return sorted({key.parent for key in keys if _read_parent_rows(connection, key, 1) == []})


def _generate_key_values(
    connection: apsw.Connection, plan: TablePlan, key: ForeignKey, planned_rows: PlannedParentRows, max_rows: int
) -> Iterator[ValuesByPosition]:
    positions = plan.find_positions(key.columns) or []
    for row in _read_parent_rows(connection, key, max_rows) or planned_rows(key):
        yield dict(zip(positions, row, strict=True))
    nullable = [position for position in positions if plan.columns[position].nullable]
    if len(nullable) > 1:
        yield dict.fromkeys(nullable)
    for position in nullable:
        yield {position: None}
    if fold(key.parent) == fold(plan.table.name):
        yield from _generate_same_row_values(plan, positions, key)


def _generate_same_row_values(plan: TablePlan, positions: list[int], key: ForeignKey) -> Iterator[ValuesByPosition]:
    targets = plan.find_positions(key.parent_columns) or []
    if len(targets) == len(positions):
        yield {
            position: SameRowValue(target)
            for position, target in zip(positions, targets, strict=True)
            if position != target
        }


def _read_parent_rows(connection: apsw.Connection, key: ForeignKey, max_rows: int) -> list[tuple[Value, ...]] | None:
    """Return what a foreign key can refer to, None where SQLite cannot tell."""
    names = [quote(name) for name in key.parent_columns]
    if len(names) != len(key.columns):
        return None
    present = " AND ".join(f"{name} IS NOT NULL" for name in names)
    select = f"SELECT DISTINCT {', '.join(names)} FROM {quote(key.parent)} WHERE {present} LIMIT {max_rows}"
    try:
        return connection.execute(select).fetchall()
    except (apsw.SQLError, UnicodeDecodeError):
        return None


def _combine_keys(choices: list[list[ValuesByPosition]]) -> list[ValuesByPosition]:
    """Combine one choice of each key wherever they agree on the columns they share."""
    found: list[ValuesByPosition] = []
    sizes = [range(min(len(each), 12)) for each in choices]
    for picked in sorted(product(*sizes), key=sum) if len(sizes) < 4 else product(*(size[:3] for size in sizes[:8])):
        merged: ValuesByPosition | None = {}
        for each, at in zip(choices, picked, strict=False):
            merged = _merge_values(merged, each[at])
        if merged is not None:
            found.append(merged)
        if len(found) >= _MAX_OPTIONS:
            break
    return found


def _merge_values(one: ValuesByPosition | None, other: ValuesByPosition) -> ValuesByPosition | None:
    if one is None or any(one.get(position, value) != value for position, value in other.items()):
        return None
    return one | other


def _make_option(plan: TablePlan, positions: tuple[int, ...], values: ValuesByPosition) -> Option:
    return tuple(values[position] if position in values else plan.columns[position].values[0] for position in positions)
