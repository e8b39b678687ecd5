"""The columns of a row that get their values together, with the values to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pulse_ci.analysis.seed.default_values import Value
    from pulse_ci.schema.schema import ForeignKey


class SameRowValue(NamedTuple):
    """Stands for the value that another column of the same row gets."""

    position: int


Option = tuple["Value | SameRowValue", ...]


@dataclass(frozen=True, slots=True)
class ColumnChoices:
    """One column, or the columns of foreign keys that share any.

    full    options without NULL        empty   with NULL, most of them first
    last    options to be taken only where nothing else will do
    keys    the foreign keys, none for a plain column
    start   which of `full` the first row of a table takes
    """

    positions: tuple[int, ...]
    values: tuple[Option, ...]
    nulls: tuple[Option, ...] = ()
    fallback: tuple[Option, ...] = ()
    start: int = 0
    foreign_keys: tuple[ForeignKey, ...] = ()

    def order_options(self, row_number: int, *, nulls_first: bool) -> tuple[Option, ...]:
        """Return the options in the order in which row number `turn` tries them."""
        first = (row_number + self.start) % len(self.values) if self.values else 0
        rotated = self.values[first:] + self.values[:first]
        return (self.nulls + rotated if nulls_first else rotated + self.nulls) + self.fallback

    def find_first_option(self, row_number: int, *, nulls_first: bool) -> Option | None:
        """Return the first of options(), None where there is none."""
        if self.values and not (nulls_first and self.nulls):
            return self.values[(row_number + self.start) % len(self.values)]
        return next(iter(self.nulls + self.fallback), None)

    def select_null_options(self, position: int) -> tuple[Option, ...]:
        """Return the options that leave one of the columns NULL."""
        at = self.positions.index(position)
        return tuple(option for option in self.nulls if option[at] is None)

    def select_value_options(self, position: int) -> tuple[Option, ...]:
        """Return the options that give one of the columns a value."""
        at = self.positions.index(position)
        return tuple(option for option in (*self.values, *self.nulls, *self.fallback) if option[at] is not None)


def restrict_choices(choices: ColumnChoices, values: dict[int, Value]) -> ColumnChoices:
    """Return the slot with only those options that agree with `values`, by place."""
    wanted = {at: values[position] for at, position in enumerate(choices.positions) if position in values}
    if not wanted:
        return choices
    if len(choices.positions) == 1:
        return ColumnChoices(choices.positions, ((wanted[0],),))
    kept = tuple(
        option
        for option in (*choices.values, *choices.nulls, *choices.fallback)
        if all(option[at] == value for at, value in wanted.items())
    )
    return ColumnChoices(choices.positions, kept, foreign_keys=choices.foreign_keys)


def assemble_row(all_choices: tuple[ColumnChoices, ...], chosen: list[Option]) -> tuple[Value, ...]:
    """Return the row that the options make, each column at its place."""
    row = dict[int, "Value | SameRowValue"]()
    for choices, option in zip(all_choices, chosen, strict=True):
        row.update(zip(choices.positions, option, strict=True))
    return tuple(_resolve_value(row, row[position]) for position in range(len(row)))


def _resolve_value(row: dict[int, Value | SameRowValue], value: Value | SameRowValue) -> Value:
    for _ in row:
        if not isinstance(value, SameRowValue):
            return value
        value = row[value.position]
    return None
