"""Synthetic rows for every table of a schema, that satisfy all its constraints."""

from __future__ import annotations

from pulse_ci.engine.seed.budget import Budget
from pulse_ci.engine.seed.hints import Hints, read_hints
from pulse_ci.engine.seed.seeding import seed
from pulse_ci.engine.seed.value import Seeded, SeededTable, Unseeded

__all__ = ["Budget", "Hints", "Seeded", "SeededTable", "Unseeded", "read_hints", "seed"]
