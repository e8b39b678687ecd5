"""A row that SQLite takes, found by trying: what an error is about is chosen anew, all else stays."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import islice, product
from math import prod
from typing import TYPE_CHECKING

from pulse_ci.analysis.seed.column_choices import Slot, assembled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pulse_ci.analysis.seed.column_choices import Option
    from pulse_ci.analysis.seed.default_values import Value

Row = tuple["Value", ...]
_SORTED_AT_ONCE = 3000


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a row was not taken.

    places    the columns that it may be about; empty where other values cannot help
    lasting   whether values that fail by themselves would fail in every row
    """

    reason: str
    places: frozenset[int] = frozenset()
    lasting: bool = False


@dataclass(slots=True)
class Known:
    """Options that are known to fail by themselves, by the places of their slot."""

    _options: dict[tuple[int, ...], set[str]] = field(default_factory=dict)

    def add(self, slot: Slot, option: Option) -> None:
        """Remember that an option fails."""
        self._options.setdefault(slot.places, set()).add(repr(option))

    def any(self, slot: Slot) -> bool:
        """Return whether an option of the slot is known to fail."""
        return slot.places in self._options

    def kept(self, slot: Slot, options: tuple[Option, ...]) -> tuple[Option, ...]:
        """Return the options that are not known to fail, or all where none would be left."""
        failing = self._options.get(slot.places)
        if not failing:
            return options
        return tuple(option for option in options if repr(option) not in failing) or options


@dataclass(frozen=True, slots=True)
class Turn:
    """Which row it is, and what it should rather have; `only` narrows the options of some slots, by index."""

    number: int
    nulls_first: bool
    only: dict[int, tuple[Option, ...]] = field(default_factory=dict)

    def options(self, slots: tuple[Slot, ...], index: int, known: Known) -> tuple[Option, ...]:
        """Return the options of a slot in the order in which they are tried."""
        slot = slots[index]
        options = self.only.get(index)
        return known.kept(slot, slot.options(self.number, nulls_first=self.nulls_first) if options is None else options)

    def first(self, slots: tuple[Slot, ...], index: int, known: Known) -> Option | None:
        """Return the first of options(), None where there is none."""
        if index in self.only or known.any(slots[index]):
            return next(iter(self.options(slots, index, known)), None)
        return slots[index].first(self.number, nulls_first=self.nulls_first)


def find_row(
    slots: tuple[Slot, ...], turn: Turn, insert: Callable[[Row], Failure | None], known: Known, attempts: int
) -> Row | Failure:
    """Insert a row made of one option of each slot; the first of each unless SQLite objects."""
    firsts = [turn.first(slots, index, known) for index in range(len(slots))]
    chosen = [option for option in firsts if option is not None]
    if len(chosen) < len(firsts):
        return Failure("no value is left to try")
    walks: dict[frozenset[int], Iterator[tuple[Option, ...]]] = {}
    failure: Failure | None = None
    for _ in range(attempts):
        row = assembled(slots, chosen)
        failure = insert(row)
        if failure is None:
            return row
        at = frozenset(index for index, slot in enumerate(slots) if failure.places.intersection(slot.places))
        if failure.lasting and len(at) == 1:
            (index,) = at
            known.add(slots[index], chosen[index])
        joint = _joined(at, walks)
        if joint not in walks:
            walks = {each: walk for each, walk in walks.items() if not each & joint}
            walks[joint] = combinations([turn.options(slots, index, known) for index in sorted(joint)])
        following = next(walks[joint], None)
        if not at or following is None:
            return failure
        for index, option in zip(sorted(joint), following, strict=True):
            chosen[index] = option
    return failure or Failure("nothing was tried")


def _joined(at: frozenset[int], walks: dict[frozenset[int], Iterator[tuple[Option, ...]]]) -> frozenset[int]:
    for other in walks:
        if other & at:
            at |= other
    return at


def combinations(options: Sequence[tuple[Option, ...]]) -> Iterator[tuple[Option, ...]]:
    """Yield one of each, near the start first; where there are very many, then at random (but always the same)."""
    sizes = [len(each) for each in options]
    if prod(sizes) <= _SORTED_AT_ONCE:
        places: Iterator[tuple[int, ...]] = iter(sorted(product(*map(range, sizes)), key=sum))
    else:
        places = _near_then_anywhere(options, sizes)
    for at in places:
        yield tuple(each[index] for each, index in zip(options, at, strict=True))


def _near_then_anywhere(options: Sequence[tuple[Option, ...]], sizes: list[int]) -> Iterator[tuple[int, ...]]:
    near = (at for total in range(sum(sizes)) for at in _of_sum(sizes, total))
    yield from islice(near, _SORTED_AT_ONCE // 6)
    yield from _rising(options)
    chance = random.Random(0)  # noqa: S311 - nothing secret, and the same rows every time
    while True:
        yield tuple(chance.randrange(size) for size in sizes)


def _rising(options: Sequence[tuple[Option, ...]]) -> Iterator[tuple[int, ...]]:
    """Yield choices whose numbers rise from slot to slot, or fall, for what must be in order."""
    ranked = [sorted(_numbers(each)) for each in options]
    if not all(ranked):
        return
    for slots in (ranked, ranked[::-1]):
        for start in slots[0]:
            picked = [start]
            for slot in slots[1:]:
                least = picked[-1][0]
                picked.append(next((each for each in slot if each[0] > least), slot[-1]))
            places = [place for _, place in picked]
            yield tuple(places if slots is ranked else places[::-1])


def _numbers(options: tuple[Option, ...]) -> Iterator[tuple[float, int]]:
    for place, option in enumerate(options):
        value = option[0]
        if len(option) == 1 and isinstance(value, (int, float)):
            yield value, place


def _of_sum(sizes: list[int], total: int) -> Iterator[tuple[int, ...]]:
    if len(sizes) == 1:
        if total < sizes[0]:
            yield (total,)
        return
    for first in range(min(sizes[0] - 1, total) + 1):
        yield from ((first, *rest) for rest in _of_sum(sizes[1:], total - first))
