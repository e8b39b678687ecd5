"""What D1 lets a statement do.

Source: workerd, src/workerd/util/sqlite.c++, isAuthorized() and isAuthorizedTemp(), with the rules that
src/workerd/api/sql.c++, SqlStorageRegulator, has for a user's SQL.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import apsw

from pulse_ci.engine.d1_allowlist import (
    ALLOWED_FUNCTIONS,
    ALLOWED_MODULES,
    SLOW_FUNCTIONS,
    is_allowed_name,
    is_allowed_pragma,
)
from pulse_ci.engine.limits import MAX_VALUE_BYTES
from pulse_ci.engine.renaming import find_new_table_name

if TYPE_CHECKING:
    from pulse_ci.engine.access import AccessRecorder

TRANSACTION_MESSAGE = (
    "To execute a transaction, please use the state.storage.transaction() or state.storage.transactionSync() "
    "APIs instead of the SQL BEGIN TRANSACTION or SAVEPOINT statements. The JavaScript API is safer because "
    "it will automatically roll back on exceptions, and because it interacts correctly with Durable Objects' "
    "automatic atomic write coalescing."
)

_CREATE_OR_ALTER = re.compile("create|alter", re.IGNORECASE)

_OK, _DENY = apsw.SQLITE_OK, apsw.SQLITE_DENY
_DATABASE_IS_FIRST = frozenset({apsw.SQLITE_ALTER_TABLE, apsw.SQLITE_DETACH})
_ROW_ACTIONS = frozenset({apsw.SQLITE_READ, apsw.SQLITE_UPDATE, apsw.SQLITE_INSERT, apsw.SQLITE_DELETE})
_CHECKED_BY_FIRST_NAME = frozenset(
    {
        apsw.SQLITE_READ,
        apsw.SQLITE_UPDATE,
        apsw.SQLITE_INSERT,
        apsw.SQLITE_DELETE,
        apsw.SQLITE_CREATE_TABLE,
        apsw.SQLITE_DROP_TABLE,
        apsw.SQLITE_CREATE_VIEW,
        apsw.SQLITE_DROP_VIEW,
        apsw.SQLITE_REINDEX,
    }
)
_CHECKED_BY_BOTH_NAMES = frozenset(
    {
        apsw.SQLITE_CREATE_INDEX,
        apsw.SQLITE_DROP_INDEX,
        apsw.SQLITE_CREATE_TRIGGER,
        apsw.SQLITE_DROP_TRIGGER,
    }
)
_ALWAYS_ALLOWED = frozenset({apsw.SQLITE_SELECT, apsw.SQLITE_RECURSIVE, apsw.SQLITE_ANALYZE})
_TRANSACTION_ACTIONS = frozenset({apsw.SQLITE_TRANSACTION, apsw.SQLITE_SAVEPOINT})
_MODULE_ACTIONS = frozenset({apsw.SQLITE_CREATE_VTABLE, apsw.SQLITE_DROP_VTABLE})
_ALLOWED_IN_TEMP = frozenset({apsw.SQLITE_READ, apsw.SQLITE_UPDATE})
_MAIN_DATABASE = ("main", None)
_FAST_FUNCTIONS = ALLOWED_FUNCTIONS - SLOW_FUNCTIONS.keys()


class Authorizer:
    """Answers SQLite's questions about one statement as D1 does, and remembers what came up."""

    def __init__(self, connection: apsw.Connection | None = None) -> None:
        self._connection = connection  # whose values are limited where a statement uses a slow function
        self._schema_max_value_bytes = MAX_VALUE_BYTES
        self.max_value_bytes = MAX_VALUE_BYTES  # of a value in this statement, in bytes
        self.allows_transaction = False
        self.has_replaced_like = False  # by PRAGMA case_sensitive_like, even =OFF: indexes take that LIKE no longer
        self.start_statement("")

    def start_statement(self, sql: str, recorder: AccessRecorder | None = None) -> None:
        """Forget the last statement; `sql` is the next one."""
        self._sql = sql
        self._recorder = recorder
        self.rejection_message: str | None = None  # a text of D1's own for a refusal
        self.ran_analyze = False
        self.creates_statistics = False  # ANALYZE makes their table once in a database
        if self.max_value_bytes != self._schema_max_value_bytes:
            self._limit_values(self._schema_max_value_bytes)

    def limit_values_for_schema(self, schema_sql: str) -> None:
        """Take the SQL of a schema that others made: SQLite does not ask about its functions again."""
        folded = schema_sql.lower()
        for name, max_bytes in SLOW_FUNCTIONS.items():
            if max_bytes < self._schema_max_value_bytes and name in folded:
                self._schema_max_value_bytes = max_bytes

    def _limit_values(self, max_bytes: int) -> None:
        self.max_value_bytes = max_bytes
        if self._connection is not None:
            self._connection.limit(apsw.SQLITE_LIMIT_LENGTH, max_bytes)

    def authorize(
        self, action: int, first: str | None, second: str | None, database: str | None, trigger_or_view: str | None
    ) -> int:
        """Return SQLITE_OK or SQLITE_DENY; the arguments are those of sqlite3_set_authorizer()."""
        if self._recorder is not None:
            names = (second, None) if action in _DATABASE_IS_FIRST else (first, second)
            self._recorder.record(action, *names, trigger_or_view)
        # Most questions are these: a statement that changes the schema asks a dozen of them.
        elif first == "sqlite_master" and database == "main" and action in _ROW_ACTIONS:
            return _OK
        if action in _CHECKED_BY_FIRST_NAME and database in _MAIN_DATABASE:
            if first == "sqlite_stat4":
                self.ran_analyze = True
            elif first == "sqlite_stat1" and action == apsw.SQLITE_CREATE_TABLE:
                self.creates_statistics = True
            allowed = is_allowed_name(first)
        elif action == apsw.SQLITE_FUNCTION:
            allowed = second in _FAST_FUNCTIONS or self._is_allowed_function((second or "").lower())
        elif action in _DATABASE_IS_FIRST:
            allowed = first in _MAIN_DATABASE and self._is_allowed(action, second, None)
        elif database in _MAIN_DATABASE:
            allowed = self._is_allowed(action, first, second)
        else:
            allowed = database == "temp" and action in _ALLOWED_IN_TEMP and is_allowed_name(first)
        return _OK if allowed else _DENY

    def _is_allowed(self, action: int, first: str | None, second: str | None) -> bool:
        if action in _ALWAYS_ALLOWED:
            return True
        if action in _CHECKED_BY_BOTH_NAMES:
            return is_allowed_name(first) and is_allowed_name(second)
        if action == apsw.SQLITE_PRAGMA:
            name = (first or "").lower()
            self.has_replaced_like = self.has_replaced_like or (name == "case_sensitive_like" and second is not None)
            return is_allowed_pragma(name, second)
        if action == apsw.SQLITE_ALTER_TABLE:
            return is_allowed_name(first) and is_allowed_name(find_new_table_name(self._sql))
        if action in _MODULE_ACTIONS:
            return (second or "").lower() in ALLOWED_MODULES and is_allowed_name(first)
        if action in _TRANSACTION_ACTIONS:
            return self._is_allowed_transaction()
        return False

    def _is_allowed_function(self, name: str) -> bool:
        max_bytes = SLOW_FUNCTIONS.get(name)
        if max_bytes is not None and max_bytes < self.max_value_bytes:
            self._limit_values(max_bytes)
            # A CHECK or an index calls the function again later, and the authorizer is not asked then.
            if _CREATE_OR_ALTER.search(self._sql):
                self._schema_max_value_bytes = max_bytes
        return name in ALLOWED_FUNCTIONS

    def _is_allowed_transaction(self) -> bool:
        if not self.allows_transaction:
            self.rejection_message = TRANSACTION_MESSAGE
        return self.allows_transaction
