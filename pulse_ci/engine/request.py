"""One request to D1: its statements run in one transaction, all or nothing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import apsw

from pulse_ci.engine.access import Access, AccessRecorder
from pulse_ci.engine.d1_errors import (
    NO_STATEMENT_TEXT,
    PARAMETERS_TEXT,
    TOO_LONG_TEXT,
    UNFINISHED_TEXT,
    d1_message,
)
from pulse_ci.engine.limits import STATEMENT_BYTES, VALUE_BYTES
from pulse_ci.engine.request_modes import Piece, RequestMode, pieces
from pulse_ci.engine.transaction import Transaction
from pulse_ci.engine.update_delete_limit import is_limited, key_of, rewrite_limited
from pulse_ci.errors import BeyondEngine, D1Refused, SandboxStopped
from pulse_ci.sql.tokens import has_statement

if TYPE_CHECKING:
    from pulse_ci.engine.authorizer import Authorizer
    from pulse_ci.engine.resource_guard import Guard

Row = tuple[object, ...]

# The LIKE that the pragma puts in place is good for no index and no generated column: SQLite cannot read their schema.
_WITH_LIKE = "SELECT 1 FROM sqlite_master WHERE sql LIKE '%like%'"
_LIKE_TEXT = "The engine does not run PRAGMA case_sensitive_like where the schema has LIKE. Leave the pragma out."


class Request:
    """A request that is under way."""

    def __init__(self, connection: apsw.Connection, authorizer: Authorizer, guard: Guard, mode: RequestMode) -> None:
        self._connection = connection
        self._cursors: list[apsw.Cursor] = []
        self._authorizer = authorizer
        self._guard = guard
        self._mode = mode
        self._index = 0
        self._transaction = Transaction(connection, authorizer, guard)
        self._explains_write = False
        self.is_undone = False

    @property
    def broke_database(self) -> bool:
        """Whether D1 had to start the database anew."""
        return self._transaction.broke_database

    def undo(self) -> None:
        """Keep nothing of it: leaving it takes everything back."""
        self.is_undone = True

    def execute(self, sql: str) -> Access:
        """Run one statement; return what it touches. Raises D1Refused."""
        recorder = AccessRecorder()
        self._authorizer.begin(sql, recorder)
        self._run(Piece(sql, 0, read_all=True))
        return recorder.access()

    def run(self, sql: str) -> list[Row]:
        """Run all statements; return the rows of the last one. Raises D1Refused."""
        rows: list[Row] = []
        if self._mode is not RequestMode.IMPORT:
            self._transaction.prepare_for(sql)
        for piece in pieces(sql, self._mode):
            self._authorizer.begin(piece.sql)
            rows = self._run(piece)
        return rows

    def _run(self, piece: Piece) -> list[Row]:
        if len(piece.sql) * 4 > STATEMENT_BYTES and len(piece.sql.encode(errors="replace")) > STATEMENT_BYTES:
            raise self._d1_refused(TOO_LONG_TEXT, piece)
        if not self._guard.may_start():
            raise self._stopped(piece, str(self._guard.reason))
        try:
            rows = self._step(piece)
            if self._authorizer.analyzed:
                self._transaction.samples.drop(schema_stays=not self._authorizer.makes_statistics)
        except D1Refused as refused:
            raise self._d1_refused(str(refused), piece, type(refused)) from None
        except (apsw.Error, MemoryError, ValueError) as error:
            raise self._refused(error, piece) from None
        self._index += 1
        return rows

    def _step(self, piece: Piece) -> list[Row]:
        # To sqlite3_complete(), which cuts, these are code; to the parser they are space.
        if ("\ufeff" in piece.sql or "\v" in piece.sql) and not has_statement(piece.sql):
            raise D1Refused(NO_STATEMENT_TEXT)
        if "case_sensitive_like" in piece.sql.lower() and self._transaction.ask(_WITH_LIKE):
            raise BeyondEngine(_LIKE_TEXT)
        try:
            self._cursor.execute(piece.sql, can_cache=False)
        except apsw.SQLError as error:
            rewritten = self._without_limit(piece.sql) if is_limited(str(error)) else None
            if rewritten is None:
                raise
            self._cursor.execute(rewritten, can_cache=False)
        if piece.read_all:
            return self._rows()
        if self._mode is RequestMode.QUERY:
            self._leave_unfinished()
        return []

    def _without_limit(self, sql: str) -> str | None:
        # What looks for the key would end by itself the deferral of foreign keys, outside of a transaction.
        self._transaction.begin()
        return rewrite_limited(sql, partial(key_of, self._transaction.ask))

    def _leave_unfinished(self) -> None:
        """Keep a statement at its first row, as workerd does: a table that it reads cannot be dropped."""
        try:
            is_left = not self._cursor.is_readonly
        except apsw.ExecutionCompleteError:
            is_left = self._explains_write
        if is_left:
            raise D1Refused(UNFINISHED_TEXT)
        self._open_cursor()

    def _note_explained(self, cursor: apsw.Cursor, *_: object) -> bool:
        self._explains_write = bool(cursor.is_explain) and not cursor.is_readonly
        return True

    def _open_cursor(self) -> None:
        self._cursor = self._connection.cursor()
        if self._mode is RequestMode.IMPORT:
            self._cursor.exec_trace = self._begin_at_first_write
        elif self._mode is RequestMode.QUERY:
            self._cursor.exec_trace = self._note_explained
        self._cursors.append(self._cursor)

    def _close_cursors(self) -> None:
        while self._cursors:
            cursor = self._cursors.pop()
            cursor.exec_trace = None
            cursor.close(True)

    def _rows(self) -> list[Row]:
        rows: list[Row] = []
        while True:
            try:
                row = next(self._cursor, None)
            except UnicodeDecodeError as error:
                row = (bytes(error.object).decode(errors="replace"),)
            if row is None:
                return rows
            if not self._guard.take(row):
                raise apsw.InterruptError
            rows.append(row)

    def _refused(self, error: Exception, piece: Piece) -> D1Refused:
        # A caller may go on after a refusal, and a cursor whose statement failed is best not used again.
        self._cursors.remove(self._cursor)
        self._cursor.close(True)
        self._open_cursor()
        self._transaction.broke_database |= isinstance(error, apsw.CorruptError)
        reason = self._guard.why(error) or self._too_long_a_value(error)
        if reason is not None:
            return self._stopped(piece, reason)
        if isinstance(error, apsw.BindingsError) and not piece.read_all and self._mode is RequestMode.QUERY:
            message = PARAMETERS_TEXT
        elif isinstance(error, apsw.AuthError) and self._authorizer.refusal:
            message = self._authorizer.refusal
        elif isinstance(error, apsw.Error):
            message = d1_message(error)
        elif "null character" in str(error):
            message = NO_STATEMENT_TEXT
        else:
            message = f"The SQL is not text that SQLite can read: {error}."
        return self._d1_refused(message, piece)

    def _d1_refused(self, message: str, piece: Piece, kind: type[D1Refused] = D1Refused) -> D1Refused:
        return kind(message, sql=piece.sql, statement=self._index, start=piece.start)

    def _too_long_a_value(self, error: Exception) -> str | None:
        longest = self._authorizer.longest
        if not isinstance(error, apsw.TooBigError) or longest == VALUE_BYTES:
            return None
        return (
            f"a value has more than {longest:,} bytes, where the schema or the statement uses a function that is slow"
        )

    def _stopped(self, piece: Piece, reason: str) -> D1Refused:
        which = f"{self._index + 1} ({' '.join(piece.sql[:60].split())})"
        return self._d1_refused(f"The sandbox stopped statement {which}: {reason}.", piece, SandboxStopped)

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
        self._transaction.broke_database |= self._mode is RequestMode.IMPORT
        self._transaction.roll_back()
