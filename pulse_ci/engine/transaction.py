"""The transaction of a request, and what D1's database is like behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import apsw

from pulse_ci.engine.d1_errors import COMMIT_TEXT, d1_message
from pulse_ci.engine.stat4 import Samples
from pulse_ci.errors import D1Refused

if TYPE_CHECKING:
    from pulse_ci.engine.authorizer import Authorizer
    from pulse_ci.engine.resource_guard import Guard


class Transaction:
    """All or nothing; `broke_database` tells that D1 had to start the database anew."""

    def __init__(self, connection: apsw.Connection, authorizer: Authorizer, guard: Guard) -> None:
        self._connection = connection
        self._authorizer = authorizer
        self._guard = guard
        self._has_savepoint = False
        self.samples = Samples(self.ask)
        self.broke_database = False

    @property
    def is_open(self) -> bool:
        """Whether there is one: an import has none at first, and an error can end it."""
        return self._connection.in_transaction

    def begin(self) -> None:
        """Open it, unless it is open."""
        if not self.is_open:
            self._run("BEGIN")

    def prepare_for(self, sql: str) -> None:
        """Do as workerd where that shows: it puts every request into a savepoint.

        FTS5 does not survive the way back where it has yet to write to a table that is gone again.
        """
        if "fts5" in sql.lower() and not self._has_savepoint:
            self._run("SAVEPOINT request")
            self._has_savepoint = True

    def commit(self) -> None:
        """End it, which checks deferred constraints; raises D1Refused."""
        if self.samples.remain:
            with self._guard.aside():
                self.samples.drop(schema_stays=True)
        try:
            if self.is_open:
                self._run("COMMIT")
        except apsw.Error as error:
            self.broke_database = True
            raise D1Refused(COMMIT_TEXT + d1_message(error)) from None

    def roll_back(self) -> None:
        """Undo it; where an error has done so already, as ON CONFLICT ROLLBACK does, D1 starts the database anew."""
        if not self.is_open:
            self.broke_database = True
        elif self._has_savepoint:
            self._roll_back_to_savepoint()
        elif self.samples.schema_changes:
            self._roll_back_without_samples()
        else:
            self._run("ROLLBACK")

    def _roll_back_to_savepoint(self) -> None:
        self._run("ROLLBACK TO request")
        try:
            self._run("COMMIT")
        except apsw.Error:
            self.broke_database = True
            if self.is_open:
                self._run("ROLLBACK")

    def _roll_back_without_samples(self) -> None:
        with self._guard.aside():
            self._connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 0)
            try:
                self.samples.forget()
            finally:
                self._connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
            self._run("ROLLBACK")
            # SQLite looks only when a statement runs whether the schema is still the one that it knows.
            self.ask("SELECT 1 FROM sqlite_master")

    def ask(self, sql: str, bindings: tuple[str, ...] = ()) -> list[tuple[object, ...]]:
        """Run SQL of our own, which the authorizer need not see."""
        self._connection.authorizer = None
        try:
            return self._connection.execute(sql, bindings).fetchall()
        finally:
            self._connection.authorizer = self._authorizer.answer

    def _run(self, sql: str) -> None:
        self._authorizer.own_transaction = True
        try:
            self._connection.execute(sql)
        finally:
            self._authorizer.own_transaction = False
