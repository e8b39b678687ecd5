"""What statements cost on D1, in rows read and written, given how many rows its tables have."""

from __future__ import annotations

from pulse_ci.engine.cost.effects import Effect, observe
from pulse_ci.engine.cost.estimate import StatementCost, estimate
from pulse_ci.engine.cost.value import Cost

__all__ = ["Cost", "Effect", "StatementCost", "estimate", "observe"]
