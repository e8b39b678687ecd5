"""The differences from workerd that stay, each with its reason; docs/engine.md lists them too."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.workerd.outcome import Difference

INTERNAL_ERROR = "internal error; reference = "


def is_known_text(difference: Difference) -> bool:
    """Return whether a difference of text alone is one that docs/engine.md explains."""
    engine, workerd = str(difference.engine), str(difference.workerd)
    return (
        # Where workerd hides the cause, the engine tells it.
        workerd.startswith(INTERNAL_ERROR)
        # A DEFAULT with a function that D1 lacks: workerd refuses the name before it looks for the function.
        or (engine.startswith("no such function") and workerd.startswith("not authorized to use function"))
        # UPDATE and DELETE with LIMIT: offsets are those of the rewritten statement.
        or (" LIMIT " in difference.sql.upper() and " at offset " in engine + workerd)
    )
