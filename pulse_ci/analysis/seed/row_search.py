"""A row that SQLite takes, found by trying: what an error is about is chosen anew, all else stays."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import islice, product
from math import prod
from typing import TYPE_CHECKING

from pulse_ci.analysis.seed.column_choices import ColumnChoices, assemble_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pulse_ci.analysis.seed.column_choices import Option
    from pulse_ci.analysis.seed.default_values import Value

Row = tuple["Value", ...]
_MAX_SORTED = 3000


@dataclass(frozen=True, slots=True)
class InsertFailure:
    """Why a row was not taken.

    places    the columns that it may be about; empty where other values cannot help
    lasting   whether values that fail by themselves would fail in every row
    """

    reason: str
    positions: frozenset[int] = frozenset()
    is_row_independent: bool = False


@dataclass(slots=True)
class RejectedValues:
    """Options that are known to fail by themselves, by the places of their slot."""

    _options: dict[tuple[int, ...], set[str]] = field(default_factory=dict)

    def add(self, choices: ColumnChoices, option: Option) -> None:
        """Remember that an option fails."""
        self._options.setdefault(choices.positions, set()).add(repr(option))

    def has_rejected(self, choices: ColumnChoices) -> bool:
        """Return whether an option of the slot is known to fail."""
        return choices.positions in self._options

    def filter_options(self, choices: ColumnChoices, options: tuple[Option, ...]) -> tuple[Option, ...]:
        """Return the options that are not known to fail, or all where none would be left."""
        failing = self._options.get(choices.positions)
        if not failing:
            return options
        return tuple(option for option in options if repr(option) not in failing) or options


@dataclass(frozen=True, slots=True)
class RowRequest:
    """Which row it is, and what it should rather have; `only` narrows the options of some slots, by index."""

    number: int
    nulls_first: bool
    narrowed_options: dict[int, tuple[Option, ...]] = field(default_factory=dict)

    def order_options(
        self, all_choices: tuple[ColumnChoices, ...], index: int, rejected: RejectedValues
    ) -> tuple[Option, ...]:
        """Return the options of a slot in the order in which they are tried."""
        choices = all_choices[index]
        options = self.narrowed_options.get(index)
        return rejected.filter_options(
            choices, choices.order_options(self.number, nulls_first=self.nulls_first) if options is None else options
        )

    def find_first_option(
        self, all_choices: tuple[ColumnChoices, ...], index: int, rejected: RejectedValues
    ) -> Option | None:
        """Return the first of options(), None where there is none."""
        if index in self.narrowed_options or rejected.has_rejected(all_choices[index]):
            return next(iter(self.order_options(all_choices, index, rejected)), None)
        return all_choices[index].find_first_option(self.number, nulls_first=self.nulls_first)


def find_row(
    all_choices: tuple[ColumnChoices, ...],
    request: RowRequest,
    insert: Callable[[Row], InsertFailure | None],
    rejected: RejectedValues,
    attempts: int,
) -> Row | InsertFailure:
    """Insert a row made of one option of each slot; the first of each unless SQLite objects."""
    firsts = [request.find_first_option(all_choices, index, rejected) for index in range(len(all_choices))]
    chosen = [option for option in firsts if option is not None]
    if len(chosen) < len(firsts):
        return InsertFailure("no value is left to try")
    searches: dict[frozenset[int], Iterator[tuple[Option, ...]]] = {}
    failure: InsertFailure | None = None
    for _ in range(attempts):
        row = assemble_row(all_choices, chosen)
        failure = insert(row)
        if failure is None:
            return row
        at = frozenset(
            index for index, choices in enumerate(all_choices) if failure.positions.intersection(choices.positions)
        )
        if failure.is_row_independent and len(at) == 1:
            (index,) = at
            rejected.add(all_choices[index], chosen[index])
        joint = _merge_overlapping(at, searches)
        if joint not in searches:
            searches = {each: walk for each, walk in searches.items() if not each & joint}
            searches[joint] = generate_combinations(
                [request.order_options(all_choices, index, rejected) for index in sorted(joint)]
            )
        following = next(searches[joint], None)
        if not at or following is None:
            return failure
        for index, option in zip(sorted(joint), following, strict=True):
            chosen[index] = option
    return failure or InsertFailure("nothing was tried")


def _merge_overlapping(
    at: frozenset[int], searches: dict[frozenset[int], Iterator[tuple[Option, ...]]]
) -> frozenset[int]:
    for other in searches:
        if other & at:
            at |= other
    return at


def generate_combinations(options: Sequence[tuple[Option, ...]]) -> Iterator[tuple[Option, ...]]:
    """Yield one of each, near the start first; where there are very many, then at random (but always the same)."""
    sizes = [len(each) for each in options]
    if prod(sizes) <= _MAX_SORTED:
        positions: Iterator[tuple[int, ...]] = iter(sorted(product(*map(range, sizes)), key=sum))
    else:
        positions = _generate_near_then_random(options, sizes)
    for at in positions:
        yield tuple(each[index] for each, index in zip(options, at, strict=True))


def _generate_near_then_random(options: Sequence[tuple[Option, ...]], sizes: list[int]) -> Iterator[tuple[int, ...]]:
    near = (at for total in range(sum(sizes)) for at in _generate_with_sum(sizes, total))
    yield from islice(near, _MAX_SORTED // 6)
    yield from _generate_rising(options)
    generator = random.Random(0)  # noqa: S311 - nothing secret, and the same rows every time
    while True:
        yield tuple(generator.randrange(size) for size in sizes)


def _generate_rising(options: Sequence[tuple[Option, ...]]) -> Iterator[tuple[int, ...]]:
    """Yield choices whose numbers rise from slot to slot, or fall, for what must be in order."""
    ranked = [sorted(_list_numbers(each)) for each in options]
    if not all(ranked):
        return
    for all_choices in (ranked, ranked[::-1]):
        for start in all_choices[0]:
            picked = [start]
            for choices in all_choices[1:]:
                least = picked[-1][0]
                picked.append(next((each for each in choices if each[0] > least), choices[-1]))
            positions = [position for _, position in picked]
            yield tuple(positions if all_choices is ranked else positions[::-1])


def _list_numbers(options: tuple[Option, ...]) -> Iterator[tuple[float, int]]:
    for position, option in enumerate(options):
        value = option[0]
        if len(option) == 1 and isinstance(value, (int, float)):
            yield value, position


def _generate_with_sum(sizes: list[int], total: int) -> Iterator[tuple[int, ...]]:
    if len(sizes) == 1:
        if total < sizes[0]:
            yield (total,)
        return
    for first in range(min(sizes[0] - 1, total) + 1):
        yield from ((first, *rest) for rest in _generate_with_sum(sizes[1:], total - first))
