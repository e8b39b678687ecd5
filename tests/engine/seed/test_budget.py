"""The search for rows ends, after as many inserts as it may try: a busy machine makes the same rows as an idle one."""

from __future__ import annotations

import pytest

from pulse_ci.analysis.seed import Budget, seed
from pulse_ci.engine.connection import EmbeddedD1

# Two rows of `easy` take two inserts; no row can be in `hard`.
SCHEMA = """
CREATE TABLE easy (id INTEGER PRIMARY KEY);
CREATE TABLE hard (a INTEGER NOT NULL UNIQUE CHECK (a = a + 1), easy_id INTEGER NOT NULL REFERENCES easy (id));
CREATE TABLE later (id INTEGER PRIMARY KEY, hard_id INTEGER REFERENCES hard (a));
"""
ENDED = "The search for rows took all the work that there is for seeding."
TOO_LATE = "The tables before it took all the work that there is for seeding."
NEVER = "CHECK constraint failed: a = a + 1: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_CHECK)"


def unseeded(budget: Budget) -> dict[str, str]:
    with EmbeddedD1() as database:
        database.run(SCHEMA)
        return {each.table: each.reason for each in seed(database, budget=budget).failures}


@pytest.mark.parametrize(
    ("budget", "failures"),
    [
        (Budget(), {"hard": NEVER}),
        (Budget(inserts=3), {"hard": ENDED, "later": TOO_LATE}),
        (Budget(inserts=0), {"easy": TOO_LATE, "hard": TOO_LATE, "later": TOO_LATE}),
        (Budget(seconds=0), {"easy": TOO_LATE, "hard": TOO_LATE, "later": TOO_LATE}),
    ],
    ids=["enough", "a few inserts", "no insert", "no time"],
)
def test_each_table_that_the_work_does_not_suffice_for_is_named(budget: Budget, failures: dict[str, str]) -> None:
    assert unseeded(budget) == failures


def test_what_one_schema_takes_the_next_one_has_not() -> None:
    budget = Budget()
    alone = budget.inserts
    unseeded(budget)
    taken = alone - budget.inserts

    scarce = Budget(inserts=taken + 1)

    assert unseeded(scarce) == {"hard": NEVER}
    assert unseeded(scarce) == {"hard": TOO_LATE, "later": TOO_LATE}
