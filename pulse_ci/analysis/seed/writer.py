"""Rows to SQLite, under D1's rules, in a transaction that survives an error."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import apsw

from pulse_ci.analysis.seed.error_columns import is_row_independent
from pulse_ci.analysis.seed.row_search import InsertFailure
from pulse_ci.engine.authorizer import Authorizer
from pulse_ci.engine.d1_errors import format_d1_message
from pulse_ci.engine.limits import D1_LIMITS, set_limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.analysis.seed.budget import Allotment
    from pulse_ci.analysis.seed.row_search import Row
    from pulse_ci.analysis.seed.table_plan import TablePlan
    from pulse_ci.engine.connection import EmbeddedD1

# What a migration may have left otherwise; recursive triggers are off in D1 unless a request turns them on.
_PRAGMAS = (("foreign_keys", 1), ("ignore_check_constraints", 0), ("recursive_triggers", 0))
# Longer than any statement, and so than any text of the schema; short, since nothing can stop one call of replace() or
# trim() in a CHECK, whose work grows with the square.
_MAX_LENGTH = 200_000
_NOT_RETRYABLE = ("no such ", "foreign key mismatch", "not authorized", "unsafe use", "near ", "error in ", "table ")


class RowWriter:
    """Inserts rows; constraints, triggers and limits are D1's."""

    def __init__(self, connection: apsw.Connection, allotment: Allotment) -> None:
        self.connection = connection
        self._allotment = allotment
        self._log: list[tuple[str, Row]] = []
        self._deferred = False

    def begin(self, *, deferred: bool) -> None:
        """Open a transaction, `deferred` if foreign keys are to be checked at its end only."""
        self._log.clear()
        self._deferred = deferred
        self._open()

    def commit(self) -> str | None:
        """End the transaction; return why SQLite does not keep it, None if it does."""
        try:
            self.connection.execute("COMMIT")
        except apsw.Error as error:
            self.roll_back()
            return format_d1_message(error)
        return None

    def roll_back(self) -> None:
        """Undo the transaction."""
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def insert(self, plan: TablePlan, row: Row) -> InsertFailure | None:
        """Insert a row, or leave everything as it was and return why not. Raises what the sandbox stops."""
        if not self._allotment.use_insert():
            return InsertFailure("The search for rows took all the work that there is for seeding.")
        failure = self._insert_in_savepoint(plan, row) if plan.needs_savepoint else self._execute_insert(plan, row)
        if failure is None:
            self._log.append((plan.insert_sql, row))
        return failure

    def run(self, sql: str, row: Row = ()) -> str | None:
        """Run a statement of our own; return SQLite's message if it fails. Raises what the sandbox stops."""
        try:
            self.connection.execute(sql, row)
        except apsw.Error as error:
            return self._recover(error)
        self._log.append((sql, row))
        return None

    def read_into(self, sql: str, into: list[Row]) -> str | None:
        """Put the rows of a query at the end of a list; return SQLite's message if it fails, as run() does."""
        try:
            into += self.connection.execute(sql).fetchall()
        except apsw.Error as error:
            return self._recover(error)
        return None

    def _open(self) -> None:
        self.connection.execute("BEGIN")
        if self._deferred:
            self.connection.execute("PRAGMA defer_foreign_keys=ON")

    def _insert_in_savepoint(self, plan: TablePlan, row: Row) -> InsertFailure | None:
        # RAISE(FAIL) and ON CONFLICT FAIL leave what was done so far.
        self.connection.execute("SAVEPOINT attempt")
        failure = self._execute_insert(plan, row)
        if failure and self.connection.in_transaction:
            self._undo_attempt()
        elif failure is None:
            self.connection.execute("RELEASE attempt")
        return failure

    def _undo_attempt(self) -> None:
        try:
            self.connection.execute("ROLLBACK TO attempt; RELEASE attempt")
        except apsw.SQLError:
            # The transaction was rolled back and opened again: its savepoints are gone.
            return

    def _execute_insert(self, plan: TablePlan, row: Row) -> InsertFailure | None:
        try:
            self.connection.execute(plan.insert_sql, row)
        except apsw.Error as error:
            return self._make_failure(plan, error, self._recover(error))
        if plan.needs_savepoint and self.connection.changes() == 0:
            names = plan.error_columns.find_columns(apsw.Error("")) or plan.positions.keys()
            return InsertFailure(
                "the row is passed over: ON CONFLICT IGNORE or RAISE(IGNORE)", _find_positions(plan, names)
            )
        return None

    def _make_failure(self, plan: TablePlan, error: apsw.Error, message: str) -> InsertFailure:
        if isinstance(error, apsw.SQLError) and str(error).startswith(_NOT_RETRYABLE):
            return InsertFailure(message)
        names = plan.error_columns.find_columns(error) or plan.positions.keys()
        return InsertFailure(message, _find_positions(plan, names), is_row_independent(error))

    def _recover(self, error: apsw.Error) -> str:
        """Return D1's message, after restoring the rows of this transaction if the error undid it."""
        if isinstance(error, (apsw.InterruptError, apsw.NoMemError, apsw.FullError)):
            self.roll_back()
            raise error
        if not self.connection.in_transaction:
            self._open()
            for sql, row in self._log:
                self.connection.execute(sql, row)
        return format_d1_message(error)


def describe_stop(error: Exception) -> str:
    """Return what to say of an error that ended the seeding of a table."""
    match error:
        case apsw.InterruptError():
            return "The sandbox stopped the insert: it takes too much work."
        case apsw.NoMemError() | MemoryError():
            return "The sandbox stopped the insert: it needs too much memory."
        case apsw.FullError():
            return "The sandbox stopped the insert: the database would be too large."
        case apsw.Error():
            return format_d1_message(error)
        case _:
            return str(error)


def _find_positions(plan: TablePlan, names: Iterable[str]) -> frozenset[int]:
    return frozenset(plan.positions[name] for name in names if name in plan.positions)


@contextmanager
def open_writer(database: EmbeddedD1, allotment: Allotment) -> Iterator[RowWriter]:
    """Give a writer on the trusted connection, though with D1's rules for what triggers and CHECKs may do."""
    with database.open_unrestricted() as connection:
        set_limits(connection, D1_LIMITS)
        connection.limit(apsw.SQLITE_LIMIT_LENGTH, _MAX_LENGTH)
        before = {name: connection.pragma(name) for name, _ in _PRAGMAS}
        changed = [(name, value) for name, value in _PRAGMAS if before[name] != value]
        for name, value in changed:
            connection.pragma(name, value)
        authorizer = Authorizer()
        authorizer.allows_transaction = True
        connection.authorizer = authorizer.authorize
        writer = RowWriter(connection, allotment)
        try:
            yield writer
        finally:
            writer.roll_back()
            connection.authorizer = None
            for name, _ in changed:
                connection.pragma(name, before[name])
