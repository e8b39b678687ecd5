"""Tables that no row of a user can be in yet: an earlier file of the same change makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.engine.schema import fold
from pulse_ci.migrations.operations import Create, Insert, RenameTable, operation

if TYPE_CHECKING:
    from pulse_ci.rules.rule import Evidence, Review


def fresh_tables(review: Review) -> dict[str, frozenset[str]]:
    """Return for each file under review, by its path, the tables, folded, that earlier ones made and left empty.

    Where all files are reviewed at once, they may have run one by one, long ago: no table is fresh.
    """
    fresh, by_path = set[str](), dict[str, frozenset[str]]()
    for evidence in review.evidence:
        by_path[evidence.migration.path] = frozenset(fresh if review.of_a_change else ())
        for statement, _ in evidence.replayed.run.touched:
            match operation(statement.sql):
                case Create("table", name, from_select=False) if evidence.replayed.before.table(name) is None:
                    fresh.add(fold(name))
                case Create("table", name) | Insert(name) | RenameTable(_, name):
                    fresh.discard(fold(name))
    return by_path


def is_fresh(review: Review, evidence: Evidence, table: str) -> bool:
    """Return whether a table that a file meets is one of its fresh tables."""
    return fold(table) in fresh_tables(review)[evidence.migration.path]
