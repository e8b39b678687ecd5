"""Whether a request may be given to SQLite as a whole: quicker than statement by statement, to the same effect."""

from __future__ import annotations

from pulse_ci.engine.allowed import COSTLY_FUNCTIONS
from pulse_ci.engine.limits import STATEMENT_BYTES
from pulse_ci.sql.split import is_complete

# SQLite's parser ends a trigger elsewhere than `sqlite3_complete()` does, and neither goes beyond a NUL. Of a RENAME
# or a slow function the authorizer must know the statement. ANALYZE leaves more here than in D1. And what a pragma or
# a counter says is not undone where the request has to be begun again.
_STATEMENT_BY_STATEMENT = (
    "trigger",
    "\0",
    "\ufeff",
    "rename",
    *COSTLY_FUNCTIONS,
    "analyze",
    "pragma",
    "changes",
    "last_insert_rowid",
)


def may_run_at_once(sql: str) -> bool:
    """Return whether nothing in the text asks for its statements to be run one by one, and none can be too long.

    What stands behind a last statement without a `;`, SQLite would take for a part of it.
    """
    if len(sql) * 4 > STATEMENT_BYTES:
        return False
    folded = sql.lower()
    return not any(each in folded for each in _STATEMENT_BY_STATEMENT) and is_complete(sql)
