"""The columns of a row that get their values together, with the values to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pulse_ci.analysis.seed.default_values import Value
    from pulse_ci.schema.constraints import ForeignKey


class Own(NamedTuple):
    """Stands for the value that another column of the same row gets."""

    place: int


Option = tuple["Value | Own", ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """One column, or the columns of foreign keys that share any.

    full    options without NULL        empty   with NULL, most of them first
    last    options to be taken only where nothing else will do
    keys    the foreign keys, none for a plain column
    start   which of `full` the first row of a table takes
    """

    places: tuple[int, ...]
    full: tuple[Option, ...]
    empty: tuple[Option, ...] = ()
    last: tuple[Option, ...] = ()
    start: int = 0
    keys: tuple[ForeignKey, ...] = ()

    def options(self, turn: int, *, nulls_first: bool) -> tuple[Option, ...]:
        """Return the options in the order in which row number `turn` tries them."""
        first = (turn + self.start) % len(self.full) if self.full else 0
        turned = self.full[first:] + self.full[:first]
        return (self.empty + turned if nulls_first else turned + self.empty) + self.last

    def first(self, turn: int, *, nulls_first: bool) -> Option | None:
        """Return the first of options(), None where there is none."""
        if self.full and not (nulls_first and self.empty):
            return self.full[(turn + self.start) % len(self.full)]
        return next(iter(self.empty + self.last), None)

    def with_null(self, place: int) -> tuple[Option, ...]:
        """Return the options that leave one of the columns NULL."""
        at = self.places.index(place)
        return tuple(option for option in self.empty if option[at] is None)

    def with_value(self, place: int) -> tuple[Option, ...]:
        """Return the options that give one of the columns a value."""
        at = self.places.index(place)
        return tuple(option for option in (*self.full, *self.empty, *self.last) if option[at] is not None)


def fixed(slot: Slot, values: dict[int, Value]) -> Slot:
    """Return the slot with only those options that agree with `values`, by place."""
    wanted = {at: values[place] for at, place in enumerate(slot.places) if place in values}
    if not wanted:
        return slot
    if len(slot.places) == 1:
        return Slot(slot.places, ((wanted[0],),))
    kept = tuple(
        option
        for option in (*slot.full, *slot.empty, *slot.last)
        if all(option[at] == value for at, value in wanted.items())
    )
    return Slot(slot.places, kept, keys=slot.keys)


def assembled(slots: tuple[Slot, ...], chosen: list[Option]) -> tuple[Value, ...]:
    """Return the row that the options make, each column at its place."""
    row = dict[int, "Value | Own"]()
    for slot, option in zip(slots, chosen, strict=True):
        row.update(zip(slot.places, option, strict=True))
    return tuple(_settled(row, row[place]) for place in range(len(row)))


def _settled(row: dict[int, Value | Own], value: Value | Own) -> Value:
    for _ in row:
        if not isinstance(value, Own):
            return value
        value = row[value.place]
    return None
