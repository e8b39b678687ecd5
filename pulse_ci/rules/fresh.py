"""Tables that no row of a user can be in yet: an earlier file of the same change makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.engine.schema import fold
from pulse_ci.migrations.operations import Create, Insert, RenameTable, operation

if TYPE_CHECKING:
    from pulse_ci.rules.rule import Evidence, Review


def is_fresh(review: Review, evidence: Evidence, table: str) -> bool:
    """Return whether a table that a file meets was made by the change that the file is part of, and left empty.

    Where all files are reviewed at once, they may have run one by one, long ago: no table is fresh.
    """
    fresh = False
    for earlier in review.evidence if review.of_a_change else ():
        if earlier is evidence:
            break
        for statement, _ in earlier.replayed.run.touched:
            match operation(statement.sql):
                case Create("table", name, from_select=False) if fold(name) == fold(table):
                    fresh = earlier.replayed.before.table(table) is None
                case Insert(name) | RenameTable(_, name) if fold(name) == fold(table):
                    fresh = False
    return fresh
