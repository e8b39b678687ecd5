"""The transaction of a request, and what D1's database is like behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import apsw

from pulse_ci.engine.d1_errors import COMMIT_FAILED_MESSAGE, format_d1_message
from pulse_ci.engine.stat4 import Stat4Cleaner
from pulse_ci.errors import D1Refused

if TYPE_CHECKING:
    from pulse_ci.engine.authorizer import Authorizer
    from pulse_ci.engine.resource_guard import ResourceGuard


class RequestTransaction:
    """All or nothing; `broke_database` tells that D1 had to start the database anew."""

    def __init__(self, connection: apsw.Connection, authorizer: Authorizer, guard: ResourceGuard) -> None:
        self._connection = connection
        self._authorizer = authorizer
        self._guard = guard
        self._has_savepoint = False
        self.stat4 = Stat4Cleaner(self.query)
        self.must_restart = False

    @property
    def is_open(self) -> bool:
        """Whether there is one: an import has none at first, and an error can end it."""
        return self._connection.in_transaction

    def begin(self) -> None:
        """Open it, unless it is open."""
        if not self.is_open:
            self._run_control("BEGIN")

    def open_savepoint_for_fts5(self, sql: str) -> None:
        """Do as workerd where that shows: it puts every request into a savepoint.

        FTS5 does not survive the way back where it has yet to write to a table that is gone again.
        """
        if "fts5" in sql.lower() and not self._has_savepoint:
            self._run_control("SAVEPOINT request")
            self._has_savepoint = True

    def commit(self) -> None:
        """End it, which checks deferred constraints; raises D1Refused."""
        if self.stat4.is_pending:
            with self._guard.suspend():
                self.stat4.drop(schema_unchanged=True)
        try:
            if self.is_open:
                self._run_control("COMMIT")
        except apsw.Error as error:
            self.must_restart = True
            raise D1Refused(COMMIT_FAILED_MESSAGE + format_d1_message(error)) from None

    def roll_back(self) -> None:
        """Undo it; where an error has done so already, as ON CONFLICT ROLLBACK does, D1 starts the database anew."""
        if not self.is_open:
            self.must_restart = True
        elif self._has_savepoint:
            self._roll_back_to_savepoint()
        elif self.stat4.extra_schema_changes:
            self._roll_back_without_stat4()
        else:
            self._run_control("ROLLBACK")

    def _roll_back_to_savepoint(self) -> None:
        self._run_control("ROLLBACK TO request")
        try:
            self._run_control("COMMIT")
        except apsw.Error:
            self.must_restart = True
            if self.is_open:
                self._run_control("ROLLBACK")

    def _roll_back_without_stat4(self) -> None:
        with self._guard.suspend():
            self._connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 0)
            try:
                self.stat4.reset_schema_version()
            finally:
                self._connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
            self._run_control("ROLLBACK")
            # SQLite looks only when a statement runs whether the schema is still the one that it knows.
            self.query("SELECT 1 FROM sqlite_master")

    def query(self, sql: str, bindings: tuple[str, ...] = ()) -> list[tuple[object, ...]]:
        """Run SQL of our own, which the authorizer need not see."""
        self._connection.authorizer = None
        try:
            return self._connection.execute(sql, bindings).fetchall()
        finally:
            self._connection.authorizer = self._authorizer.authorize

    def _run_control(self, sql: str) -> None:
        self._authorizer.allows_transaction = True
        try:
            self._connection.execute(sql)
        finally:
            self._authorizer.allows_transaction = False
