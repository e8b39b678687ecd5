"""Statements run as one request, watched: what each touches, and what is refused, and by whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.errors import D1Refused, SandboxStopped, UnsupportedByEngine
from pulse_ci.model import ObjectKind, RejectedBy
from pulse_ci.sql.operations import Delete, Insert, TransactionControl, Update
from pulse_ci.sql.tokens import tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulse_ci.engine.connection import Access, EmbeddedD1
    from pulse_ci.model import Change
    from pulse_ci.sql.split import Statement

# What follows from a statement that was left out before, and says nothing of the statement itself.
_CONSEQUENCE = re.compile(
    r"no such (table|column|index|view|trigger)|has no column named|already exists|duplicate column name"
    r"|already another table or index|FOREIGN KEY constraint failed"
)

_MAX_SEARCHED, _MAX_SEARCHED_END = 2_000, 200


@dataclass(frozen=True, slots=True)
class Rejection:
    """A statement that was refused, or the end of the request (None), where deferred constraints are checked.

    The message is that of `by`: D1's own, or one that says nothing of D1.
    """

    statement: Statement | None
    message: str
    rejected_by: RejectedBy = RejectedBy.D1

    @classmethod
    def from_error(cls, statement: Statement | None, refused: D1Refused) -> Rejection:
        """Return what was said of a statement, and who said it."""
        match refused:
            case SandboxStopped():
                return cls(statement, str(refused), RejectedBy.SANDBOX)
            case UnsupportedByEngine():
                return cls(statement, str(refused), RejectedBy.ENGINE)
            case _:
                return cls(statement, str(refused))

    @property
    def searchable(self) -> str:
        """The message for pattern searches: a token in its middle can be as long as the statement."""
        if len(self.message) <= _MAX_SEARCHED:
            return self.message
        return f"{self.message[:_MAX_SEARCHED]}…{self.message[-_MAX_SEARCHED_END:]}"

    @property
    def is_transaction(self) -> bool:
        """Whether the statement is a BEGIN, COMMIT or the like, which the rest of the file does not depend on."""
        return self.statement is not None and isinstance(self.statement.operation, TransactionControl)

    @property
    def is_constraint_error(self) -> bool:
        """Whether D1 refuses rows and not the statement as such: with others in the database it may run."""
        of_rows = self.statement is None or writes_rows(self.statement)
        return self.rejected_by is RejectedBy.D1 and of_rows and "SQLITE_CONSTRAINT" in self.message

    @property
    def description(self) -> str:
        """The message as the end of a sentence, which does not take another's for D1's."""
        if self.rejected_by is RejectedBy.D1:
            return f"D1 answers `{self.message}`"
        return f"what D1 would do is not known, `{self.message.rstrip('.')}`"


@dataclass(frozen=True, slots=True)
class StatementRun:
    """What came of running statements as one request: what each touched, and what was refused."""

    executed: tuple[tuple[Statement, Access], ...]
    rejections: tuple[Rejection, ...]

    def find_statement_behind(self, change: Change) -> Statement | None:
        """Return the statement behind a schema change: of a column, the last on its table that spells its name."""
        if change.kind is ObjectKind.COLUMN:
            for statement, access in reversed(self.executed):
                if _holds(access.alters | access.creates, change.table) and mentions(statement.sql, change.name):
                    return statement
            return self.find_last_touching(change.table)
        return self.find_last_touching(change.name)

    def find_last_touching(self, name: str) -> Statement | None:
        """Return the last statement that made or changed the object `name`, or else wrote it, or None."""
        for statement, access in reversed(self.executed):
            if _holds(access.creates | access.alters | access.drops, name):
                return statement
        return self._last_writer(name)

    def find_last_writing(self, table: str) -> Statement | None:
        """Return the last statement that wrote rows of `table`, or else made or changed it, or None."""
        return self._last_writer(table) or self.find_last_touching(table)

    def _last_writer(self, table: str) -> Statement | None:
        writers = (statement for statement, access in reversed(self.executed) if _holds(access.writes, table))
        return next(writers, None)


def _holds(names: frozenset[str], name: str) -> bool:
    return name.casefold() in {each.casefold() for each in names}


def mentions(sql: str, name: str) -> bool:
    """Return whether `name` stands in a statement's text, bare or in any quotes."""
    folded = name.casefold()
    return any(token.name.casefold() == folded for token in tokenize_code(sql) if token.is_name)


def writes_rows(statement: Statement) -> bool:
    """Return whether a statement writes rows, and is neither of the schema nor a question."""
    return isinstance(statement.operation, Insert | Update | Delete)


def without_consequences(refusals: Iterable[Rejection]) -> tuple[Rejection, ...]:
    """Return the first refusal, and those that do not come from its statement's being left out."""
    kept = list[Rejection]()
    for refusal in refusals:
        follows = any(not each.is_transaction for each in kept) and _CONSEQUENCE.search(refusal.searchable)
        if refusal.is_transaction or not follows:
            kept.append(refusal)
    return tuple(kept)


def run_statements(database: EmbeddedD1, statements: Iterable[Statement], *, keep_going: bool = False) -> StatementRun:
    """Run `statements` as one request: what fails is rolled back whole.

    A BEGIN or COMMIT is noted as refused and passed over, so that the rest of the file is seen too.
    With `keep_going`, so is every other refused statement, and the request is then undone at its end; what the sandbox
    stops ends it, since nothing is left of what a request may use.
    """
    touched, refusals = list[tuple["Statement", "Access"]](), list[Rejection]()
    try:
        with database.open_request() as request:
            for statement in statements:
                try:
                    touched.append((statement, request.execute(statement.sql)))
                except D1Refused as refused:
                    refusals.append(Rejection.from_error(statement, refused))
                    goes_on = keep_going and refusals[-1].rejected_by is not RejectedBy.SANDBOX
                    if not (goes_on or refusals[-1].is_transaction):
                        request.mark_rollback_only()
                        break
            if keep_going and refusals:
                request.mark_rollback_only()
    except D1Refused as refused:
        refusals.append(Rejection.from_error(None, refused))
    return StatementRun(tuple(touched), tuple(refusals))
