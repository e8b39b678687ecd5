"""Which requests end by themselves: triggers can multiply rows without end, and nothing stops workerd."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.engine import D1Refused, Sandbox, SandboxStopped
from pulse_ci.errors import UnsupportedByEngine

if TYPE_CHECKING:
    from pulse_ci.engine import EmbeddedD1
    from tests.workerd.outcome import Call

# No clock has a say, so that a seed is a sequence.
SANDBOX = Sandbox(steps=2_000_000, cpu_seconds=600, wall_seconds=600)


def ends(database: EmbeddedD1, call: Call) -> bool:
    """Run a request; return whether it ends by itself, and is one that the engine runs."""
    database.mode = call.mode
    try:
        database.run(call.sql)
    except D1Refused as refused:
        return not isinstance(refused, (SandboxStopped, UnsupportedByEngine))
    return True
