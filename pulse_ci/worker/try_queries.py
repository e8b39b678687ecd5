"""Queries tried on two schemas: which prepare before a change, which after it, and in which form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.analysis.worker_results import Reading
from pulse_ci.sql.split import split_statements
from pulse_ci.worker.forms import forms
from pulse_ci.worker.text import variants

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.engine.prepare import Preparer
    from pulse_ci.worker.queries import Query
    from pulse_ci.worker.text import Text


@dataclass(frozen=True, slots=True)
class Attempt:
    """One text that the code can send, as tried; the messages are None where it prepares."""

    sql: str
    before: str | None
    after: str | None

    @property
    def breaks(self) -> bool:
        """Whether it prepares before the change and not after it."""
        return self.before is None and self.after is not None

    @property
    def needs_change(self) -> bool:
        """Whether it prepares after the change and not before it."""
        return self.after is None and self.before is not None

    @property
    def prepares(self) -> bool:
        """Whether it prepares on either side."""
        return self.before is None or self.after is None


@dataclass(frozen=True, slots=True)
class TriedQuery:
    """A query with those of its texts that prepare on one side at least.

    Where there is none, `problem` says why it is not checked.
    """

    query: Query
    attempts: tuple[Attempt, ...]
    problem: str = ""

    @property
    def reading(self) -> Reading:
        """How much of the text is known."""
        if not self.attempts:
            return Reading.NOT_CHECKED
        return Reading.STATIC if self.query.text.is_static else Reading.FORMS

    @property
    def broken(self) -> Attempt | None:
        """The first text that prepares before the change and not after it."""
        return next((each for each in self.attempts if each.breaks), None)

    @property
    def needing(self) -> Attempt | None:
        """The first text that prepares after the change and not before it."""
        return next((each for each in self.attempts if each.needs_change), None)


def try_queries(queries: Iterable[Query], before: Preparer, after: Preparer) -> Iterator[TriedQuery]:
    """Try each query on both schemas; texts that several queries send are tried once."""
    known = dict[str, tuple[Attempt, ...]]()
    problems = dict[str, str]()
    for query in queries:
        if query.problem:
            yield TriedQuery(query, (), query.problem)
            continue
        key = repr(query.text)
        if key not in known:
            tried = [_try_text(each, before, after) for each in variants(query.text)]
            known[key] = tuple(each for each in tried if each.prepares)
            problems[key] = next((each.after or "" for each in tried), "it has no form that makes sense")
        yield TriedQuery(query, known[key], "" if known[key] else problems[key])


def _try_text(text: Text, before: Preparer, after: Preparer) -> Attempt:
    """Try the forms of a text; on each side one that prepares is enough, since nobody knows which one is sent."""
    found = _Side(), _Side()
    for sql in forms(text):
        for side, database in zip(found, (before, after), strict=True):
            side.take(sql, database)
        if all(side.sql is not None for side in found):
            break
    old, new = found
    sql = new.sql or old.sql or new.tried
    if old.message is None and new.message is None:
        return _try_quoted_names(sql, before, after)
    return Attempt(sql, old.message, new.message)


def _try_quoted_names(sql: str, before: Preparer, after: Preparer) -> Attempt:
    """Compare the names in double quotes: where one is no column, the query goes on with its text instead."""
    old, new = before.find_unknown_name(sql), after.find_unknown_name(sql)
    if (old is None) == (new is None):
        return Attempt(sql, None, None)
    return Attempt(sql, _describe_text(old), _describe_text(new))


def _describe_text(name: str | None) -> str | None:
    return (
        f'no such column: {name}; D1 takes "{name}" for a text and returns it in every row'
        if name is not None
        else None
    )


class _Side:
    """The forms tried on one side so far."""

    def __init__(self) -> None:
        self.sql: str | None = None
        self.tried = ""
        self.message: str | None = "it has no form that makes sense"

    def take(self, sql: str, database: Preparer) -> None:
        """Try one more form, unless one has prepared."""
        if self.sql is not None:
            return
        message = find_error(database, sql)
        if message is None:
            self.sql, self.message = sql, None
        elif not self.tried:
            self.tried, self.message = sql, message


def find_error(database: Preparer, sql: str) -> str | None:
    """Return the message of the first statement of `sql` that does not prepare."""
    if ";" not in sql.rstrip(" \n\t;"):
        return database.find_error(sql)
    messages = (database.find_error(each.sql) for each in split_statements(sql))
    return next((message for message in messages if message is not None), None)
