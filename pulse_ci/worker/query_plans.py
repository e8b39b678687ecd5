"""EXPLAIN QUERY PLAN before and after a change: which tables a query searches, and which it scans."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_STEP = re.compile(r"(SCAN|SEARCH) (\w+)(?: |\Z)")


def find_scanned(old: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """Return the tables, as the query calls them, that the old plan searches and the new one scans."""
    before, after = _read_steps(old), _read_steps(new)
    return tuple(name for name, step in after.items() if step == "SCAN" and before.get(name) == "SEARCH")


def _read_steps(plan: Sequence[str]) -> dict[str, str]:
    """Return how each table is read; one that is read several ways is scanned."""
    steps = dict[str, str]()
    for line in plan:
        if found := _STEP.match(line):
            steps[found[2]] = "SCAN" if steps.get(found[2]) == "SCAN" else found[1]
    return steps
