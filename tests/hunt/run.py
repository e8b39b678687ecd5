"""Seeds to results: each case on several databases of real workerd, and the same pull request checked."""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from tests.cases.product import judge
from tests.hunt.case import Case
from tests.hunt.harm import Harm, harms, requests
from tests.workerd.rig import Rig

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from concurrent.futures import Future

FIRST, ALL = 2, 20  # databases for every case, and for those that a report holds against a file without harm
_LOT = 25

# What these say is true of any row, and is no word of warning about what the file does.
UNRELATED = frozenset(
    {
        "create-table-as",
        "duplicate-index",
        "foreign-key-without-index",
        "insert-without-columns",
        "nullable-primary-key",
        "odd-type-name",
        "redundant-index",
        "reserved-word",
        "table-without-primary-key",
        "trigger-split",
        "unused-ignore",
    }
)


CRASH = "crash"


@dataclass(frozen=True)
class Result:
    """What came of one case: `database` is the number of the first one that was harmed.

    The conclusion is CRASH where the check raised, and `rules` then holds what.
    """

    seed: int
    kind: str
    conclusion: str
    rules: Mapping[str, str]
    harms: tuple[Harm, ...] = ()
    database: int = 0

    @property
    def is_safe(self) -> bool:
        """Whether the report says that the file may be merged, with nothing to read about what it does."""
        return self.conclusion == "success" or (self.conclusion == "neutral" and not self.related)

    @property
    def related(self) -> dict[str, str]:
        """The rules that say something of what the file does."""
        return {
            rule: severity for rule, severity in self.rules.items() if severity != "notice" and rule not in UNRELATED
        }

    @property
    def is_crash(self) -> bool:
        """Whether the check came to no end of its own."""
        return self.conclusion == CRASH

    @property
    def is_miss(self) -> bool:
        """Whether harm was done behind a verdict that says safe."""
        return bool(self.harms) and self.is_safe

    @property
    def is_false_alarm(self) -> bool:
        """Whether an error stands against a file that did no harm."""
        return not self.harms and self.conclusion == "failure"

    @property
    def is_unproven(self) -> bool:
        """Whether a file that did no harm is not called safe."""
        return not self.harms and self.conclusion == "neutral" and not self.is_safe


def hunt(seed: int, count: int, processes: int, seconds: float) -> Iterator[Result]:
    """Yield the results as they come; begin no lot after `seconds`."""
    end = time.monotonic() + seconds
    lots = [range(start, min(start + _LOT, seed + count)) for start in range(seed, seed + count, _LOT)]
    with ProcessPoolExecutor(processes, initializer=_rig) as pool:
        yield from _each(pool.submit(_run_lot, lot, end) for lot in lots)


def _each(futures: Iterable[Future[list[Result]]]) -> Iterator[Result]:
    for future in as_completed(list(futures)):
        yield from future.result()


def _run_lot(seeds: range, end: float) -> list[Result]:
    if time.monotonic() > end:
        return []
    return run([Case(seed) for seed in seeds], _rig())


@cache
def _rig() -> Rig:
    """Return the process's own workerd, which ends with it."""
    return Rig()


def run(cases: list[Case], rig: Rig) -> list[Result]:
    """Run cases on workerd while the product checks them."""
    _send(rig, cases, range(FIRST))
    found = [_check(case) for case in cases]
    _receive(rig, cases, range(FIRST), found)
    places = [place for place, each in enumerate(found) if not each.harms and not each.is_safe]
    doubtful = [cases[place] for place in places]
    _send(rig, doubtful, range(FIRST, ALL))
    tried = [found[place] for place in places]
    _receive(rig, doubtful, range(FIRST, ALL), tried)
    for place, each in zip(places, tried, strict=True):
        found[place] = each
    return found


def _check(case: Case) -> Result:
    try:
        judged = judge(case.files)
    except Exception as error:  # whatever it is, the other cases are still to be tried
        return Result(case.seed, case.change.kind, CRASH, {repr(error): "error"})
    if judged.report is None:
        return Result(case.seed, case.change.kind, CRASH, {judged.said.strip(): "error"})
    return Result(case.seed, case.change.kind, judged.conclusion, judged.rules())


def _send(rig: Rig, cases: list[Case], numbers: range) -> None:
    rig.send([requests(case.app, case.rows(number), case.change) for case in cases for number in numbers])


def _receive(rig: Rig, cases: list[Case], numbers: range, found: list[Result]) -> None:
    """Put the first harm of each case into its result."""
    outcomes = iter(rig.receive())
    for place, case in enumerate(cases):
        for number in numbers:
            done = harms(case.app, case.rows(number), case.change, next(outcomes))
            if done and not found[place].harms:
                found[place] = replace(found[place], harms=done, database=number)
