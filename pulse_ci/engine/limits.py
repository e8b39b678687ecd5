"""D1's own limits."""

from __future__ import annotations

import apsw

# workerd, src/workerd/util/sqlite.c++, setupSecurity(); LENGTH as measured on workerd 1.20261117.1.
# VDBE_OP is not among them: what 100,000 bytes of SQL compile to does not reach that workerd's.
MAX_VALUE_BYTES = 8_388_642
D1_LIMITS = (
    (apsw.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES),
    (apsw.SQLITE_LIMIT_COLUMN, 100),
    (apsw.SQLITE_LIMIT_EXPR_DEPTH, 100),
    (apsw.SQLITE_LIMIT_COMPOUND_SELECT, 5),
    (apsw.SQLITE_LIMIT_FUNCTION_ARG, 127),
    (apsw.SQLITE_LIMIT_ATTACHED, 0),
    (apsw.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50),
    (apsw.SQLITE_LIMIT_VARIABLE_NUMBER, 100),
    (apsw.SQLITE_LIMIT_TRIGGER_DEPTH, 10),
    (apsw.SQLITE_LIMIT_WORKER_THREADS, 0),
)
# Our own queries may be longer and wider than a user's.
INTERNAL_LIMITS = (
    (apsw.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES),
    (apsw.SQLITE_LIMIT_COLUMN, 2000),
    (apsw.SQLITE_LIMIT_EXPR_DEPTH, 1000),
    (apsw.SQLITE_LIMIT_COMPOUND_SELECT, 500),
    (apsw.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766),
)
MAX_STATEMENT_BYTES = 100_000


def set_limits(connection: apsw.Connection, limits: tuple[tuple[int, int], ...] = D1_LIMITS) -> None:
    """Set limits of SQLite on a connection."""
    for limit, value in limits:
        connection.limit(limit, value)
