"""A plan and the rows of a live database to what each file will cost there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.cost.cost import Cost
from pulse_ci.analysis.cost.estimate import estimate
from pulse_ci.analysis.cost.observed_changes import observe_effects
from pulse_ci.analysis.seed import seed
from pulse_ci.d1.load_schema import load_into_engine
from pulse_ci.engine import D1Refused, EmbeddedD1

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulse_ci.analysis.cost.observed_changes import StatementEffect
    from pulse_ci.apply.plan import ApplyStep
    from pulse_ci.d1.database_state import DatabaseState
    from pulse_ci.sql.split import Statement


def estimate_costs(live: DatabaseState, steps: Sequence[ApplyStep], rows: Mapping[str, int]) -> tuple[Cost | None, ...]:
    """Return what each file will cost where the tables have so many `rows`, by folded name; None where unknown.

    The files are run on synthetic rows, to see what each statement touches; one that does not run there costs what is
    not known, and so do those after it.
    """
    observed = tuple(_observe_steps(live, steps))
    every = [effect for effects in observed for effect in effects or ()]
    known = {each.statement: each.cost for each in estimate(every, rows, {})}
    return tuple(_sum_costs(effects, known) for effects in observed)


def _observe_steps(live: DatabaseState, steps: Sequence[ApplyStep]) -> list[tuple[StatementEffect, ...] | None]:
    found: list[tuple[StatementEffect, ...] | None] = []
    with EmbeddedD1() as database:
        database.restore(load_into_engine(live.snapshot))
        seed(database)
        try:
            for step in steps:
                statements = [each for each in step.migration.statements if each not in step.skipped]
                effects = observe_effects(database, statements)
                database.run("\n".join(step.statements) or ";")
                found.append(effects)
        except D1Refused:
            pass
    return [*found, *[None] * (len(steps) - len(found))]


def _sum_costs(effects: tuple[StatementEffect, ...] | None, known: Mapping[Statement, Cost | None]) -> Cost | None:
    if effects is None:
        return None
    total = Cost()
    for effect in effects:
        cost = known.get(effect.statement)
        if cost is None:
            return None
        total += cost
    return total
