"""What D1 lets a statement do.

Source: workerd, src/workerd/util/sqlite.c++, isAuthorized() and isAuthorizedTemp(), with the rules that
src/workerd/api/sql.c++, SqlStorageRegulator, has for a user's SQL.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import apsw

from pulse_ci.engine.d1_allowlist import (
    COSTLY_FUNCTIONS,
    FUNCTIONS,
    MODULES,
    is_allowed_name,
    is_allowed_pragma,
)
from pulse_ci.engine.limits import VALUE_BYTES
from pulse_ci.engine.renaming import new_name_of_table

if TYPE_CHECKING:
    from pulse_ci.engine.access import AccessRecorder

TRANSACTION_TEXT = (
    "To execute a transaction, please use the state.storage.transaction() or state.storage.transactionSync() "
    "APIs instead of the SQL BEGIN TRANSACTION or SAVEPOINT statements. The JavaScript API is safer because "
    "it will automatically roll back on exceptions, and because it interacts correctly with Durable Objects' "
    "automatic atomic write coalescing."
)

_CHANGES_SCHEMA = re.compile("create|alter", re.IGNORECASE)

_OK, _DENY = apsw.SQLITE_OK, apsw.SQLITE_DENY
_DATABASE_FIRST = frozenset({apsw.SQLITE_ALTER_TABLE, apsw.SQLITE_DETACH})
_ON_ROWS = frozenset({apsw.SQLITE_READ, apsw.SQLITE_UPDATE, apsw.SQLITE_INSERT, apsw.SQLITE_DELETE})
_BY_FIRST_NAME = frozenset(
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
_BY_BOTH_NAMES = frozenset(
    {
        apsw.SQLITE_CREATE_INDEX,
        apsw.SQLITE_DROP_INDEX,
        apsw.SQLITE_CREATE_TRIGGER,
        apsw.SQLITE_DROP_TRIGGER,
    }
)
_ALWAYS = frozenset({apsw.SQLITE_SELECT, apsw.SQLITE_RECURSIVE, apsw.SQLITE_ANALYZE})
_TRANSACTIONS = frozenset({apsw.SQLITE_TRANSACTION, apsw.SQLITE_SAVEPOINT})
_MODULE_ACTIONS = frozenset({apsw.SQLITE_CREATE_VTABLE, apsw.SQLITE_DROP_VTABLE})
_IN_TEMP = frozenset({apsw.SQLITE_READ, apsw.SQLITE_UPDATE})
_MAIN = ("main", None)
_HARMLESS_FUNCTIONS = FUNCTIONS - COSTLY_FUNCTIONS.keys()


class Authorizer:
    """Answers SQLite's questions about one statement as D1 does, and remembers what came up."""

    def __init__(self, connection: apsw.Connection | None = None) -> None:
        self._connection = connection  # whose values are limited where a statement uses a slow function
        self._longest_in_schema = VALUE_BYTES
        self.longest = VALUE_BYTES  # of a value in this statement, in bytes
        self.own_transaction = False
        self.replaced_like = False  # by PRAGMA case_sensitive_like, even =OFF: indexes take that LIKE no longer
        self.begin("")

    def begin(self, sql: str, recorder: AccessRecorder | None = None) -> None:
        """Forget the last statement; `sql` is the next one."""
        self._sql = sql
        self._recorder = recorder
        self.refusal: str | None = None  # a text of D1's own for a refusal
        self.analyzed = False
        self.makes_statistics = False  # ANALYZE makes their table once in a database
        if self.longest != self._longest_in_schema:
            self._limit_values(self._longest_in_schema)

    def expect(self, schema: str) -> None:
        """Take the SQL of a schema that others made: SQLite does not ask about its functions again."""
        folded = schema.lower()
        for name, longest in COSTLY_FUNCTIONS.items():
            if longest < self._longest_in_schema and name in folded:
                self._longest_in_schema = longest

    def _limit_values(self, longest: int) -> None:
        self.longest = longest
        if self._connection is not None:
            self._connection.limit(apsw.SQLITE_LIMIT_LENGTH, longest)

    def answer(
        self, action: int, first: str | None, second: str | None, database: str | None, within: str | None
    ) -> int:
        """Return SQLITE_OK or SQLITE_DENY; the arguments are those of sqlite3_set_authorizer()."""
        if self._recorder is not None:
            names = (second, None) if action in _DATABASE_FIRST else (first, second)
            self._recorder.note(action, *names, within)
        # Most questions are these: a statement that changes the schema asks a dozen of them.
        elif first == "sqlite_master" and database == "main" and action in _ON_ROWS:
            return _OK
        if action in _BY_FIRST_NAME and database in _MAIN:
            if first == "sqlite_stat4":
                self.analyzed = True
            elif first == "sqlite_stat1" and action == apsw.SQLITE_CREATE_TABLE:
                self.makes_statistics = True
            allowed = is_allowed_name(first)
        elif action == apsw.SQLITE_FUNCTION:
            allowed = second in _HARMLESS_FUNCTIONS or self._is_allowed_function((second or "").lower())
        elif action in _DATABASE_FIRST:
            allowed = first in _MAIN and self._is_allowed(action, second, None)
        elif database in _MAIN:
            allowed = self._is_allowed(action, first, second)
        else:
            allowed = database == "temp" and action in _IN_TEMP and is_allowed_name(first)
        return _OK if allowed else _DENY

    def _is_allowed(self, action: int, first: str | None, second: str | None) -> bool:
        if action in _ALWAYS:
            return True
        if action in _BY_BOTH_NAMES:
            return is_allowed_name(first) and is_allowed_name(second)
        if action == apsw.SQLITE_PRAGMA:
            name = (first or "").lower()
            self.replaced_like = self.replaced_like or (name == "case_sensitive_like" and second is not None)
            return is_allowed_pragma(name, second)
        if action == apsw.SQLITE_ALTER_TABLE:
            return is_allowed_name(first) and is_allowed_name(new_name_of_table(self._sql))
        if action in _MODULE_ACTIONS:
            return (second or "").lower() in MODULES and is_allowed_name(first)
        if action in _TRANSACTIONS:
            return self._is_allowed_transaction()
        return False

    def _is_allowed_function(self, name: str) -> bool:
        longest = COSTLY_FUNCTIONS.get(name)
        if longest is not None and longest < self.longest:
            self._limit_values(longest)
            # A CHECK or an index calls the function again later, and the authorizer is not asked then.
            if _CHANGES_SCHEMA.search(self._sql):
                self._longest_in_schema = longest
        return name in FUNCTIONS

    def _is_allowed_transaction(self) -> bool:
        if not self.own_transaction:
            self.refusal = TRANSACTION_TEXT
        return self.own_transaction
