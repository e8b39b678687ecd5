"""SQLite's errors to D1's messages (workerd, src/workerd/util/sqlite.c++, dbErrorMessage())."""

from __future__ import annotations

import re
from typing import cast

import apsw

from pulse_ci.engine.d1_allowlist import is_absent_function

COMMIT_FAILED_MESSAGE = (
    "Durable Object was reset and rolled back to its last known good state because the application left the "
    "database in a state where constraints were violated: "
)
BINDINGS_MESSAGE = "Wrong number of parameter bindings for SQL query."
PARAMETERS_MESSAGE = (
    "When executing multiple SQL statements in a single call, only the last statement can have parameters."
)
# workerd says no more than `internal error; reference = …`: it cannot release its savepoint.
UNFINISHED_STATEMENT_MESSAGE = (
    "internal error: a statement with RETURNING, or the EXPLAIN of a change, has others behind it in the same string"
)
NO_STATEMENT_MESSAGE = "SQL code did not contain a statement."
STATEMENT_TOO_LONG_MESSAGE = "statement too long: SQLITE_TOOBIG"

_DENIED_FUNCTION = re.compile(r"not authorized to use function: (.+)", re.DOTALL)


def format_d1_message(error: apsw.Error) -> str:
    """Return what D1 says where SQLite raised `error`."""
    if isinstance(error, apsw.BindingsError):
        return BINDINGS_MESSAGE
    extended, offset = getattr(error, "extendedresult", 1), getattr(error, "error_offset", -1)
    code = extended & 0xFF
    text = _format_sqlite_message(error)
    if offset >= 0:
        text += f" at offset {offset}"
    text += f": {_get_code_name(apsw.mapping_result_codes, code)}"
    if extended != code:
        text += f" (extended: {_get_code_name(apsw.mapping_extended_result_codes, extended)})"
    return text


def _format_sqlite_message(error: apsw.Error) -> str:
    denied = _DENIED_FUNCTION.fullmatch(str(error))
    if denied and is_absent_function(denied[1]):
        return f"no such function: {denied[1]}"
    return str(error)


def _get_code_name(names: object, code: int) -> str:
    # apsw's mappings go both ways, from name to number and back.
    return str(cast("dict[int, str]", names).get(code, f"SQLITE_UNKNOWN_ERROR_CODE({code})"))
