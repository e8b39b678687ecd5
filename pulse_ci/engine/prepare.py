"""Statements that are prepared and not run: the message with which D1 rejects one, and its query plan."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import apsw

from pulse_ci.engine.access import Access, AccessRecorder
from pulse_ci.engine.d1_errors import STATEMENT_TOO_LONG_MESSAGE, format_d1_message
from pulse_ci.engine.limits import MAX_STATEMENT_BYTES
from pulse_ci.engine.update_delete_limit import find_row_key, may_have_limit, rewrite_limit

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulse_ci.engine.authorizer import Authorizer

_UNBOUND: Any = apsw._null_bindings  # type: ignore[attr-defined]  # NULL for each parameter, however many
_UNKNOWN_NAME = re.compile(r'no such column: "?([^"\s]*)"?')


class Preparer:
    """Prepares single statements, their parameters unbound; nothing is run."""

    def __init__(self, connection: apsw.Connection, authorizer: Authorizer) -> None:
        self._connection = connection
        self._authorizer = authorizer

    def find_error(self, sql: str) -> str | None:
        """Return the message with which D1 fails to prepare `sql`; None where it prepares."""
        result = self._try(sql, self._prepare)
        return result if isinstance(result, str) else None

    def find_unknown_name(self, sql: str) -> str | None:
        """Return a name in double quotes that is no column, and that D1 therefore takes for a text."""
        self._connection.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)
        self._connection.config(apsw.SQLITE_DBCONFIG_DQS_DDL, 0)
        try:
            message = self.find_error(sql) if '"' in sql else None
        finally:
            self._connection.config(apsw.SQLITE_DBCONFIG_DQS_DML, 1)
            self._connection.config(apsw.SQLITE_DBCONFIG_DQS_DDL, 1)
        found = _UNKNOWN_NAME.search(message or "")
        return found[1] if found else None

    def find_access(self, sql: str) -> Access:
        """Return what `sql` touches; nothing where it does not prepare."""
        recorder = AccessRecorder()
        self._try(sql, self._prepare, recorder)
        return recorder.build_access()

    def explain(self, sql: str) -> tuple[str, ...]:
        """Return the lines of EXPLAIN QUERY PLAN; none where `sql` does not prepare."""
        result = self._try(sql, self._run_explain)
        return result if isinstance(result, tuple) else ()

    def _try(
        self, sql: str, run: Callable[[str], tuple[str, ...]], recorder: AccessRecorder | None = None
    ) -> tuple[str, ...] | str:
        if len(sql) * 4 > MAX_STATEMENT_BYTES and len(sql.encode(errors="replace")) > MAX_STATEMENT_BYTES:
            return STATEMENT_TOO_LONG_MESSAGE
        self._authorizer.start_statement(sql, recorder)
        try:
            try:
                return run(sql)
            except apsw.SQLError as error:
                rewritten = self._without_limit(sql) if may_have_limit(str(error)) else None
                if rewritten is None:
                    raise
                return run(rewritten)
        except apsw.AuthError as error:
            return self._authorizer.rejection_message or format_d1_message(error)
        except apsw.Error as error:
            return format_d1_message(error)
        except (ValueError, MemoryError) as error:
            return f"The SQL is not text that SQLite can read: {error}."

    def _prepare(self, sql: str) -> tuple[str, ...]:
        cursor = self._connection.cursor()
        cursor.exec_trace = lambda *_: False
        try:
            cursor.execute(sql, _UNBOUND, can_cache=False)
        except apsw.ExecTraceAbort:
            pass
        finally:
            cursor.exec_trace = None
            cursor.close(True)
        return ()

    def _run_explain(self, sql: str) -> tuple[str, ...]:
        rows = self._connection.execute(f"EXPLAIN QUERY PLAN {sql}", _UNBOUND, can_cache=False)
        return tuple(str(row[3]) for row in rows)

    def _without_limit(self, sql: str) -> str | None:
        return rewrite_limit(sql, partial(find_row_key, self._query))

    def _query(self, sql: str, bindings: tuple[str, ...]) -> list[tuple[object, ...]]:
        self._connection.authorizer = None
        try:
            return self._connection.execute(sql, bindings).fetchall()
        finally:
            self._connection.authorizer = self._authorizer.authorize
