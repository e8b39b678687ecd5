"""The differences from workerd that stay, each with its reason; docs/engine.md lists them too."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.workerd.outcome import Difference

# Requests that the engine answers otherwise than D1; the names are docs/engine.md's.
PARTED = {
    "LIKE with a blob (SQLITE_LIKE_DOESNT_MATCH_BLOBS)": ("SELECT x'61' LIKE 'a'",),
    "printf() with a precision above 100,000 (SQLITE_PRINTF_PRECISION_LIMIT)": ("SELECT printf('%.*c', 200000, 'a')",),
    "EXPLAIN of a change of the schema (SQLITE_ENABLE_PREUPDATE_HOOK)": ("EXPLAIN CREATE TABLE t (a)",),
    "DELETE … LIMIT from a view with an INSTEAD OF trigger (SQLITE_ENABLE_UPDATE_DELETE_LIMIT)": (
        "CREATE TABLE t (a); "
        "CREATE VIEW v AS SELECT a FROM t; "
        "CREATE TRIGGER g INSTEAD OF DELETE ON v BEGIN DELETE FROM t WHERE a = old.a; END; "
        "INSERT INTO t VALUES (1), (2); DELETE FROM v ORDER BY a LIMIT 1",
    ),
    "UPDATE … SET (a, b) = … FROM … LIMIT": ("CREATE TABLE t (a); UPDATE t SET (a) = (1) FROM (SELECT 1) LIMIT 1",),
    "DELETE … LIMIT from a table whose columns are called rowid, _rowid_ and oid": (
        "CREATE TABLE t (rowid, _rowid_, oid); DELETE FROM t LIMIT 1",
    ),
    "the order of PRAGMA table_list behind an ANALYZE (SQLITE_ENABLE_STAT4)": (
        "CREATE TABLE t (a); ANALYZE t; PRAGMA table_list",
    ),
    "what PRAGMA optimize analyzes behind an ANALYZE that was rolled back (SQLITE_ENABLE_STAT4)": (
        "CREATE TABLE t (a PRIMARY KEY); INSERT INTO t VALUES (1); ANALYZE",
        "ANALYZE; DELETE FROM sqlite_stat1; SELECT * FROM missing",
        "DELETE FROM sqlite_stat1; PRAGMA optimize",
    ),
    "UPDATE … FROM … LIMIT on a virtual table": (
        "CREATE VIRTUAL TABLE f USING fts5 (a); INSERT INTO f VALUES (1), (2); "
        "UPDATE f SET a = 9 FROM (SELECT 1) LIMIT 1; SELECT a FROM f",
    ),
    "counters behind a request that a NUL ends": (
        "CREATE TABLE t (a); INSERT INTO t VALUES (1)",
        "INSERT INTO t VALUES (2)\0",
        "SELECT total_changes()",
    ),
    "PRAGMA case_sensitive_like where the schema has LIKE": (
        "CREATE TABLE t (a, b AS (a LIKE 'x%')); PRAGMA case_sensitive_like = ON",
    ),
    "PRAGMA data_version": ("PRAGMA data_version",),
    "a generated column with median() or a percentile function, added by ALTER TABLE (SQLITE_ENABLE_PERCENTILE)": (
        "CREATE TABLE t (a); ALTER TABLE t ADD COLUMN b AS (median(a))",
    ),
    "a row of several columns with a text that is not UTF-8": ("SELECT CAST(x'ff41' AS TEXT), 1",),
}

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
