"""Requests made one after the other, each over the schema that those before it have left."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from pulse_ci.engine import EmbeddedD1, RequestMode
from tests.workerd.generate import changes, definitions
from tests.workerd.generate.damage import damaged
from tests.workerd.generate.ends import SANDBOX, ends
from tests.workerd.generate.expressions import select
from tests.workerd.generate.world import World
from tests.workerd.outcome import Call

if TYPE_CHECKING:
    from tests.workerd.outcome import Sequence

_STATEMENTS = {
    definitions.create_table: 14,
    definitions.create_index: 8,
    definitions.alter_table: 14,
    definitions.create_view: 5,
    definitions.drop: 6,
    definitions.create_table_as: 2,
    definitions.rebuild: 4,
    changes.create_trigger: 6,
    changes.insert: 18,
    changes.update: 8,
    changes.delete: 6,
    changes.pragma: 5,
    changes.refused: 2,
    changes.analyze: 2,
    select: 8,
}
_MODES = (RequestMode.BATCH,) * 7 + (RequestMode.IMPORT,)


def grown(seed: int) -> Sequence:
    """Return the requests that a seed stands for, made while they run: most find what they name."""
    world = World(Random(seed))
    modes = [world.pick(*_MODES) for _ in range(world.dice.randint(4, 10))]
    # In workerd a SELECT that others follow in one string stays open, and locks its tables for later requests.
    modes += [RequestMode.QUERY] if world.chance(0.4) else []
    calls = []
    with EmbeddedD1(SANDBOX) as database:
        for mode in modes:
            call = _request(world, mode) if world.tables else Call(definitions.create_table(world))
            if ends(database, call):
                calls.append(call)
            world.look(database)
    return tuple(calls)


def _request(world: World, mode: RequestMode) -> Call:
    kinds, weights = list(_STATEMENTS), list(_STATEMENTS.values())
    count = world.pick(1, 1, 1, 2, 3)
    statements = [make(world) for make in world.dice.choices(kinds, weights, k=count)]
    sql = world.pick("; ", ";\n", ";\r\n", "; -- it's\n", ";\n/* a; b */ ").join(statements)
    sql += world.pick(";", ";", ";", "", "\n;\n")
    return Call(damaged(world.dice, sql) if world.chance(0.04) else sql, mode)
