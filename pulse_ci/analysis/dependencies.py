"""What a migration touches to the earlier migrations that it needs, as the authorizer was asked."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from pulse_ci.errors import D1Refused
from pulse_ci.model import ChangeAction, ObjectKind
from pulse_ci.sql.clauses import find_insert_columns
from pulse_ci.sql.names import fold, quote
from pulse_ci.sql.operations import DropColumn, Insert, RenameColumn
from pulse_ci.sql.tokens import tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.analysis.replay import ReplayedMigration
    from pulse_ci.engine.access import Access, AccessedColumn
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.model import Change
    from pulse_ci.schema.schema import ForeignKey, Schema, Trigger
    from pulse_ci.sql.split import Statement

# An object comes behind all others in SQLite's list, and only these change those that are there: what a history of
# files adds is read once, not with each file anew.
_ALTERS = re.compile(r"\b(?:alter|drop)\b", re.IGNORECASE)
_OBJECTS = "SELECT name, sql, type, rowid FROM sqlite_master WHERE rowid >= ?"

# The name of an object, or of a table and one of its columns.
Name = tuple[str, ...]


class ObjectOrigins:
    """Remembers which migration made each object that is there, and each column that came to a table later."""

    def __init__(self) -> None:
        self._sql: dict[str, str] = {}
        self._columns: dict[str, frozenset[str]] = {}
        self._paths: dict[str, dict[Name, str]] = {}  # by object
        self._last_row = 0

    def record(self, database: EmbeddedD1, path: str, statements: Iterable[Statement] = ()) -> None:
        """Note that `path` has just run `statements`: what is new in the database is its work."""
        adds_alone = not any(_ALTERS.search(statement.sql) for statement in statements)
        with database.open_unrestricted() as connection:
            first = self._last_row + 1 if adds_alone else 0
            rows = connection.execute(_OBJECTS, (first,)).fetchall()
            there = {fold(str(name)): (str(name), str(sql), kind) for name, sql, kind, _ in rows}
            if not adds_alone:
                self._forget(self._sql.keys() - there.keys())
                self._last_row = 0
            self._last_row = max((int(str(row)) for *_, row in rows), default=self._last_row)
            for folded, (name, sql, kind) in there.items():
                if self._sql.get(folded) == sql:
                    continue
                if kind == "table":
                    found = connection.execute("SELECT name FROM pragma_table_xinfo(?)", (name,))
                    self._note_columns(folded, frozenset(fold(str(column)) for (column,) in found), path)
                self._sql[folded] = sql
                self._paths.setdefault(folded, {}).setdefault((folded,), path)

    def _forget(self, gone: Iterable[str]) -> None:
        for name in list(gone):
            del self._sql[name]
            self._columns.pop(name, None)
            self._paths.pop(name, None)

    def _note_columns(self, table: str, columns: frozenset[str], path: str) -> None:
        known = self._columns.get(table, columns)
        self._columns[table] = columns
        paths = self._paths.setdefault(table, {})
        for column in known - columns:
            paths.pop((table, column), None)
        for column in columns - known:
            paths[table, column] = path

    def find_migrations(self, names: Iterable[Name]) -> dict[str, tuple[str, ...]]:
        """Return the paths of the migrations that made any of `names`, each with those that it made."""
        found: dict[str, tuple[str, ...]] = {}
        for name in sorted(set(names)):
            if path := self._paths.get(name[0], {}).get(name):
                found[path] = (*found.get(path, ()), ".".join(name))
        return dict(sorted(found.items()))


def find_referenced_names(database: EmbeddedD1, replayed: ReplayedMigration) -> frozenset[Name]:
    """Return every name, folded, that the migration's statements, or the objects that they make, refer to.

    What foreign keys and triggers that were there do besides is no need of the file's.
    """
    used, there = set[Name](), replayed.before.names
    for statement, access in replayed.run.executed:
        touched = access.reads | access.writes | access.alters | access.drops
        if not there.isdisjoint(map(fold, touched)):
            used |= set(_list_statement_names(replayed, statement, access))
    for change in replayed.changes:
        if change.action is not ChangeAction.REMOVED:
            used |= set(_list_change_names(database, replayed, change))
    return frozenset(tuple(map(fold, name)) for name in used)


def _list_statement_names(replayed: ReplayedMigration, statement: Statement, access: Access) -> Iterator[Name]:
    yield from ((name,) for name in access.alters | access.drops)
    words = {token.name for token in tokenize_code(statement.sql)}
    spelled = set(map(fold, words))
    yield from ((name,) for name in access.reads | access.writes if fold(name) in spelled)
    for touch in access.columns:
        named = touch.column and ("*" in words or fold(touch.column) in spelled)
        if touch.trigger_or_view is None and touch.column and named and fold(touch.table) in spelled:
            yield touch.table, touch.column
    yield from _columns_of(replayed, statement)


def _columns_of(replayed: ReplayedMigration, statement: Statement) -> Iterator[Name]:
    """Yield the columns that the authorizer is not asked for."""
    match statement.operation:
        case Insert(name) if table := replayed.before.find_table(name):
            filled = find_insert_columns(statement.sql) or tuple(column.name for column in table.columns)
            yield from ((name, column) for column in filled)
        case DropColumn(name, column) | RenameColumn(name, column):
            yield name, column


def _list_change_names(database: EmbeddedD1, replayed: ReplayedMigration, change: Change) -> Iterator[Name]:
    yield (change.table,)
    match change.kind:
        case ObjectKind.TABLE | ObjectKind.COLUMN:
            table = replayed.after.find_table(change.table)
            for key in table.foreign_keys if table else ():
                if change.kind is ObjectKind.TABLE or fold(change.name) in map(fold, key.columns):
                    yield from _list_parent_names(key)
        case ObjectKind.VIEW:
            yield from _list_names_within(
                change.name, _list_accessed_columns(database, f"SELECT * FROM {quote(change.name)} LIMIT 0")
            )
        case ObjectKind.TRIGGER:
            trigger = replayed.after.find_trigger(change.name)
            fire = _build_firing_statement(trigger, replayed.after) if trigger else None
            yield from _list_names_within(change.name, _list_accessed_columns(database, fire)) if fire else ()
        case ObjectKind.INDEX:
            pass


def _list_parent_names(key: ForeignKey) -> Iterator[Name]:
    yield (key.parent,)
    yield from ((key.parent, column) for column in key.parent_columns)


def _list_names_within(name: str, touches: Iterable[AccessedColumn]) -> Iterator[Name]:
    for touch in touches:
        if touch.trigger_or_view and fold(touch.trigger_or_view) == fold(name):
            yield (touch.table,)
            if touch.column:
                yield touch.table, touch.column


def _build_firing_statement(trigger: Trigger, schema: Schema) -> str | None:
    """Return a statement that would fire a trigger, to compile its body: only then is the authorizer asked."""
    name, table = quote(trigger.table), schema.find_table(trigger.table)
    match trigger.event:
        case "DELETE":
            return f"EXPLAIN QUERY PLAN DELETE FROM {name}"
        case "INSERT":
            return f"EXPLAIN QUERY PLAN INSERT INTO {name} DEFAULT VALUES"
        case _ if table:
            columns = [quote(column.name) for column in table.columns if not column.generated]
            return f"EXPLAIN QUERY PLAN UPDATE {name} SET {', '.join(f'{column} = {column}' for column in columns)}"
        case _:
            return None


def _list_accessed_columns(database: EmbeddedD1, sql: str) -> frozenset[AccessedColumn]:
    with suppress(D1Refused), database.open_request() as request:
        return request.execute(sql).columns
    return frozenset()
