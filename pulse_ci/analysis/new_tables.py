"""Tables that no row of a user can be in yet: an earlier file of the same change makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.sql.names import fold
from pulse_ci.sql.operations import Create, Insert, RenameTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulse_ci.analysis.rule import MigrationAnalysis, Review


def build_new_table_test(review: Review) -> Callable[[MigrationAnalysis, str], bool]:
    """Return the test of whether a table that a file under review meets was made by earlier ones, and left empty.

    Where all files are reviewed at once, they may have run one by one, long ago: no table is fresh.
    """
    fresh, by_path = set[str](), dict[str, frozenset[str]]()
    for evidence in review.analyses if review.is_of_change else ():
        by_path[evidence.migration.path] = frozenset(fresh)
        for statement, _ in evidence.replayed.run.executed:
            match statement.operation:
                case Create("table", name, is_from_select=False) if evidence.replayed.before.find_table(name) is None:
                    fresh.add(fold(name))
                case Create("table", name) | Insert(name) | RenameTable(_, name):
                    fresh.discard(fold(name))
    return lambda evidence, table: fold(table) in by_path.get(evidence.migration.path, ())
