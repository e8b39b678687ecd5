"""One request to D1: its statements run in one transaction, all or nothing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import apsw

from pulse_ci.engine.access import Access, AccessRecorder
from pulse_ci.engine.d1_errors import (
    NO_STATEMENT_MESSAGE,
    PARAMETERS_MESSAGE,
    STATEMENT_TOO_LONG_MESSAGE,
    UNFINISHED_STATEMENT_MESSAGE,
    format_d1_message,
)
from pulse_ci.engine.limits import MAX_STATEMENT_BYTES, MAX_VALUE_BYTES
from pulse_ci.engine.request_modes import RequestMode, StatementText, split_request
from pulse_ci.engine.transaction import RequestTransaction
from pulse_ci.engine.update_delete_limit import find_row_key, may_have_limit, rewrite_limit
from pulse_ci.errors import D1Refused, SandboxStopped, UnsupportedByEngine
from pulse_ci.sql.tokens import has_statement

if TYPE_CHECKING:
    from pulse_ci.engine.authorizer import Authorizer
    from pulse_ci.engine.resource_guard import ResourceGuard

Row = tuple[object, ...]

# The LIKE that the pragma puts in place is good for no index and no generated column: SQLite cannot read their schema.
_FIND_LIKE_IN_SCHEMA = "SELECT 1 FROM sqlite_master WHERE sql LIKE '%like%'"
_LIKE_MESSAGE = "The engine does not run PRAGMA case_sensitive_like where the schema has LIKE. Leave the pragma out."


class Request:
    """A request that is under way."""

    def __init__(
        self, connection: apsw.Connection, authorizer: Authorizer, guard: ResourceGuard, mode: RequestMode
    ) -> None:
        self._connection = connection
        self._cursors: list[apsw.Cursor] = []
        self._authorizer = authorizer
        self._guard = guard
        self._mode = mode
        self._statement_index = 0
        self._transaction = RequestTransaction(connection, authorizer, guard)
        self._explains_write = False
        self.is_rollback_only = False

    @property
    def must_restart(self) -> bool:
        """Whether D1 had to start the database anew."""
        return self._transaction.must_restart

    def mark_rollback_only(self) -> None:
        """Keep nothing of it: leaving it takes everything back."""
        self.is_rollback_only = True

    def execute(self, sql: str) -> Access:
        """Run one statement; return what it touches. Raises D1Refused."""
        recorder = AccessRecorder()
        self._authorizer.start_statement(sql, recorder)
        self._run_statement(StatementText(sql, 0, read_all=True))
        return recorder.build_access()

    def run(self, sql: str) -> list[Row]:
        """Run all statements; return the rows of the last one. Raises D1Refused."""
        rows: list[Row] = []
        if self._mode is not RequestMode.IMPORT:
            self._transaction.open_savepoint_for_fts5(sql)
        for statement in split_request(sql, self._mode):
            self._authorizer.start_statement(statement.sql)
            rows = self._run_statement(statement)
        return rows

    def _run_statement(self, statement: StatementText) -> list[Row]:
        if (
            len(statement.sql) * 4 > MAX_STATEMENT_BYTES
            and len(statement.sql.encode(errors="replace")) > MAX_STATEMENT_BYTES
        ):
            raise self._make_rejection(STATEMENT_TOO_LONG_MESSAGE, statement)
        if not self._guard.start_statement():
            raise self._make_sandbox_error(statement, str(self._guard.limit_reason))
        try:
            rows = self._execute(statement)
            if self._authorizer.ran_analyze:
                self._transaction.stat4.drop(schema_unchanged=not self._authorizer.creates_statistics)
        except D1Refused as refused:
            raise self._make_rejection(str(refused), statement, type(refused)) from None
        except (apsw.Error, MemoryError, ValueError) as error:
            raise self._convert_error(error, statement) from None
        self._statement_index += 1
        return rows

    def _execute(self, statement: StatementText) -> list[Row]:
        # To sqlite3_complete(), which cuts, these are code; to the parser they are space.
        if ("\ufeff" in statement.sql or "\v" in statement.sql) and not has_statement(statement.sql):
            raise D1Refused(NO_STATEMENT_MESSAGE)
        if "case_sensitive_like" in statement.sql.lower() and self._transaction.query(_FIND_LIKE_IN_SCHEMA):
            raise UnsupportedByEngine(_LIKE_MESSAGE)
        try:
            self._cursor.execute(statement.sql, can_cache=False)
        except apsw.SQLError as error:
            rewritten = self._rewrite_limit(statement.sql) if may_have_limit(str(error)) else None
            if rewritten is None:
                raise
            self._cursor.execute(rewritten, can_cache=False)
        if statement.read_all:
            return self._read_rows()
        if self._mode is RequestMode.QUERY:
            self._keep_open()
        return []

    def _rewrite_limit(self, sql: str) -> str | None:
        # What looks for the key would end by itself the deferral of foreign keys, outside of a transaction.
        self._transaction.begin()
        return rewrite_limit(sql, partial(find_row_key, self._transaction.query))

    def _keep_open(self) -> None:
        """Keep a statement at its first row, as workerd does: a table that it reads cannot be dropped."""
        try:
            writes = not self._cursor.is_readonly
        except apsw.ExecutionCompleteError:
            writes = self._explains_write
        if writes:
            raise D1Refused(UNFINISHED_STATEMENT_MESSAGE)
        self._open_cursor()

    def _record_explain(self, cursor: apsw.Cursor, *_: object) -> bool:
        self._explains_write = bool(cursor.is_explain) and not cursor.is_readonly
        return True

    def _open_cursor(self) -> None:
        self._cursor = self._connection.cursor()
        if self._mode is RequestMode.IMPORT:
            self._cursor.exec_trace = self._begin_at_first_write
        elif self._mode is RequestMode.QUERY:
            self._cursor.exec_trace = self._record_explain
        self._cursors.append(self._cursor)

    def _close_cursors(self) -> None:
        while self._cursors:
            cursor = self._cursors.pop()
            cursor.exec_trace = None
            cursor.close(True)

    def _read_rows(self) -> list[Row]:
        rows: list[Row] = []
        while True:
            try:
                row = next(self._cursor, None)
            except UnicodeDecodeError as error:
                row = (bytes(error.object).decode(errors="replace"),)
            if row is None:
                return rows
            if not self._guard.count_row(row):
                raise apsw.InterruptError
            rows.append(row)

    def _convert_error(self, error: Exception, statement: StatementText) -> D1Refused:
        # A caller may go on after a refusal, and a cursor whose statement failed is best not used again.
        self._cursors.remove(self._cursor)
        self._cursor.close(True)
        self._open_cursor()
        self._transaction.must_restart |= isinstance(error, apsw.CorruptError)
        reason = self._guard.find_limit_reason(error) or self._explain_value_limit(error)
        if reason is not None:
            return self._make_sandbox_error(statement, reason)
        if isinstance(error, apsw.BindingsError) and not statement.read_all and self._mode is RequestMode.QUERY:
            message = PARAMETERS_MESSAGE
        elif isinstance(error, apsw.AuthError) and self._authorizer.rejection_message:
            message = self._authorizer.rejection_message
        elif isinstance(error, apsw.Error):
            message = format_d1_message(error)
        elif "null character" in str(error):
            message = NO_STATEMENT_MESSAGE
        else:
            message = f"The SQL is not text that SQLite can read: {error}."
        return self._make_rejection(message, statement)

    def _make_rejection(self, message: str, statement: StatementText, kind: type[D1Refused] = D1Refused) -> D1Refused:
        return kind(message, sql=statement.sql, statement=self._statement_index, start=statement.start)

    def _explain_value_limit(self, error: Exception) -> str | None:
        max_bytes = self._authorizer.max_value_bytes
        if not isinstance(error, apsw.TooBigError) or max_bytes == MAX_VALUE_BYTES:
            return None
        return (
            f"a value has more than {max_bytes:,} bytes, where the schema or the statement uses a function that is slow"
        )

    def _make_sandbox_error(self, statement: StatementText, reason: str) -> D1Refused:
        which = f"{self._statement_index + 1} ({' '.join(statement.sql[:60].split())})"
        return self._make_rejection(f"The sandbox stopped statement {which}: {reason}.", statement, SandboxStopped)

    def begin(self) -> None:
        """Open the transaction; an import's begins with the first statement that writes."""
        self._open_cursor()
        if self._mode is not RequestMode.IMPORT:
            self._transaction.begin()

    def _begin_at_first_write(self, cursor: apsw.Cursor, *_: object) -> bool:
        if not cursor.is_readonly:
            self._transaction.begin()
        return True

    def commit(self) -> None:
        """End the transaction, which checks deferred constraints; raises D1Refused."""
        self._close_cursors()
        self._transaction.commit()

    def roll_back(self) -> None:
        """Undo the transaction; behind an import that failed, D1 restores the database."""
        self._close_cursors()
        self._transaction.must_restart |= self._mode is RequestMode.IMPORT
        self._transaction.roll_back()
