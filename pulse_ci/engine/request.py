"""One request to D1: its statements run in one transaction, all or nothing."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import apsw

from pulse_ci.engine.access import Access, AccessRecorder
from pulse_ci.engine.limits import STATEMENT_BYTES
from pulse_ci.engine.refusal import COMMIT_TEXT, TOO_LONG_TEXT, d1_message
from pulse_ci.errors import D1Refused, SandboxStopped
from pulse_ci.sql.split import cut

if TYPE_CHECKING:
    from pulse_ci.engine.authorizer import Authorizer
    from pulse_ci.engine.guard import Guard

Row = tuple[object, ...]


class RequestMode(Enum):
    """How D1 is sent the SQL.

    BATCH    statement by statement in one transaction: what `wrangler d1 migrations apply` means
    QUERY    one string, which workerd cuts: a comment or a stray `;` behind the last statement is refused
    IMPORT   `wrangler d1 execute --remote --file`: no transaction, so `PRAGMA foreign_keys=OFF` counts
    """

    BATCH = "batch"
    QUERY = "query"
    IMPORT = "import"


class Request:
    """A request that is under way."""

    def __init__(self, connection: apsw.Connection, authorizer: Authorizer, guard: Guard) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self._authorizer = authorizer
        self._guard = guard
        self._index = 0

    def execute(self, sql: str) -> Access:
        """Run one statement; return what it touches. Raises D1Refused."""
        recorder = AccessRecorder()
        self._authorizer.begin(sql, recorder)
        self._run(sql, 0, None)
        return recorder.access()

    def run(self, sql: str, statements: int) -> list[Row]:
        """Run at most so many statements; return the rows of the last one. Raises D1Refused."""
        rows: list[Row] = []
        for start, end, _ in cut(sql):
            if self._index >= statements:
                raise SandboxStopped(
                    f"The sandbox stopped the request: it has more than {statements:,} statements.",
                    sql=sql[start:end],
                    statement=self._index,
                    start=start,
                )
            piece = sql[start:end]
            self._authorizer.begin(piece)
            rows = []
            self._run(piece, start, rows)
        return rows

    def _run(self, sql: str, start: int, rows: list[Row] | None) -> None:
        try:
            self._step(sql, rows)
        except (apsw.Error, MemoryError, ValueError) as error:
            raise self._refused(error, sql, start) from None
        if self._authorizer.analyzed:
            self._drop_samples()
        self._index += 1

    def _step(self, sql: str, rows: list[Row] | None) -> None:
        if len(sql) * 4 > STATEMENT_BYTES and len(sql.encode()) > STATEMENT_BYTES:
            raise D1Refused(TOO_LONG_TEXT)
        for row in self._cursor.execute(sql, can_cache=False):
            if not self._guard.take(row):
                raise apsw.InterruptError
            if rows is not None:
                rows.append(row)

    def _refused(self, error: Exception, sql: str, start: int) -> D1Refused:
        self._cursor.close(True)
        reason = self._guard.why(error)
        if reason is not None:
            first_line = " ".join(sql[:80].split())
            message = f"The sandbox stopped statement {self._index + 1} ({first_line}): {reason}."
            return SandboxStopped(message, sql=sql, statement=self._index, start=start)
        if isinstance(error, apsw.Error):
            message = self._authorizer.refusal or d1_message(error)
        else:
            message = str(error)
        return D1Refused(message, sql=sql, statement=self._index, start=start)

    def _drop_samples(self) -> None:
        """Drop what ANALYZE leaves here and not in D1, whose SQLite has no STAT4."""
        self._connection.authorizer = None
        try:
            self._cursor.execute("DROP TABLE IF EXISTS sqlite_stat4")
        finally:
            self._connection.authorizer = self._authorizer

    def begin(self) -> None:
        """Open the transaction."""
        self._transact("BEGIN")

    def commit(self) -> None:
        """End the transaction, which checks deferred constraints; raises D1Refused."""
        try:
            self._transact("COMMIT")
        except apsw.Error as error:
            raise D1Refused(COMMIT_TEXT + d1_message(error)) from None

    def roll_back(self) -> None:
        """Undo the transaction, if an error has not done so already."""
        if self._connection.in_transaction:
            self._transact("ROLLBACK")

    def _transact(self, sql: str) -> None:
        self._authorizer.own_transaction = True
        try:
            self._connection.execute(sql)
        finally:
            self._authorizer.own_transaction = False
