"""A migration run on rows: what fails only there, which rows are lost, and through which foreign key or trigger."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.engine.replay import Refusal, RequestUndone, Run, run_statements
from pulse_ci.engine.rows import quote_name
from pulse_ci.engine.schema import fold
from pulse_ci.errors import D1Refused
from pulse_ci.migrations.operations import (
    AddColumn,
    Delete,
    Drop,
    DropColumn,
    Insert,
    RenameColumn,
    RenameTable,
    Update,
    operation,
)
from pulse_ci.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import apsw

    from pulse_ci.engine.access import Access
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.engine.replay import Replayed
    from pulse_ci.engine.schema import ForeignKey, Schema, Table
    from pulse_ci.engine.seed import Unseeded
    from pulse_ci.sql.split import Statement

Row = tuple[object, ...]
Violation = tuple[str, object, str, int]


@dataclass(frozen=True, slots=True)
class TableRows:
    """The rows of a table at one moment, in the columns that it has had all along."""

    columns: tuple[str, ...]
    rows: Counter[Row]

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.rows.total()


@dataclass(frozen=True, slots=True)
class Loss:
    """A table that has fewer rows, or other values in its rows, than before the file.

    `target` is the table that the statement itself names; `path` leads from there to `table` by foreign keys, each
    with the table that holds it; it is empty where the rows went directly or through a trigger.
    """

    table: str
    before: int
    after: int
    altered: int
    statement: Statement | None
    target: str | None
    path: tuple[tuple[str, ForeignKey], ...]


@dataclass(frozen=True, slots=True)
class OnRows:
    """What came of running a migration on seeded tables."""

    run: Run
    losses: tuple[Loss, ...]
    counts: Mapping[str, tuple[int, int]]
    violations: tuple[Violation, ...]
    unseeded: tuple[Unseeded, ...]


def run_on_rows(
    database: EmbeddedD1, statements: Sequence[Statement], schema: Schema, unseeded: tuple[Unseeded, ...]
) -> OnRows:
    """Run `statements` as one request on a `database` that has `schema` and rows, and compare all rows.

    Where the file is refused, nothing is lost, as on D1: only the refusal is told.
    """
    tracker = _Tracker(schema)
    with database.trusted() as connection:
        tracker.look(connection, None)
        known = set(_violations(connection))
    run = _run(database, statements, tracker)
    with database.trusted() as connection:
        violations = tuple(each for each in _violations(connection) if each not in known)
    if run.refusals and not all(refusal.is_transaction for refusal in run.refusals):
        return OnRows(run, (), {}, (), unseeded)
    return OnRows(run, tuple(tracker.losses()), tracker.counts(), violations, unseeded)


class SeededRuns:
    """Runs migrations one after the other on rows; the rows stay from one to the next where they can."""

    def __init__(self, database: EmbeddedD1) -> None:
        self._database = database
        self._at: Schema | None = None

    def run(self, replayed: Replayed) -> OnRows:
        """Run one replayed migration on the schema that it meets, with rows in every table.

        One that leaves the tables alone that were there can neither lose a row nor fail on one: it is not run.
        """
        from pulse_ci.engine.seed import seed

        if not _reaches_rows(replayed):
            if self._at == replayed.before:
                run = run_statements(self._database, replayed.migration.statements)
                self._at = None if run.refusals else replayed.after
            return OnRows(Run((), ()), (), {}, (), ())
        if self._at != replayed.before:
            self._database.restore(replayed.origin)
        seeded = seed(self._database, replayed.before)
        result = run_on_rows(self._database, replayed.migration.statements, replayed.before, seeded.failures)
        clean = not (result.run.refusals or result.losses or result.violations)
        self._at = replayed.after if clean else None
        return result


def _reaches_rows(replayed: Replayed) -> bool:
    """Return whether a migration writes, alters or drops a table that was there, or makes a unique index on one."""
    there = {fold(table.name) for table in replayed.before.tables}
    for statement, access in replayed.run.touched:
        if access.drops or any(fold(name) in there for name in access.writes | access.alters):
            return True
        does = operation(statement.sql)
        if isinstance(does, AddColumn | DropColumn | RenameColumn | RenameTable):
            return True
    indexes = (replayed.after.index(change.name) for change in replayed.changes if change.kind is Kind.INDEX)
    return any(index.unique and fold(index.table) in there for index in indexes if index)


def _violations(connection: apsw.Connection) -> list[Violation]:
    import apsw

    try:
        return list(connection.execute("PRAGMA foreign_key_check"))
    except apsw.SQLError:  # a key whose parent is not unique: SQLite cannot tell
        return []


def _run(database: EmbeddedD1, statements: Sequence[Statement], tracker: _Tracker) -> Run:
    touched, refusals = list[tuple["Statement", "Access"]](), list[Refusal]()
    try:
        with database.request() as request:
            for statement in statements:
                try:
                    access = request.execute(statement.sql)
                except D1Refused as refused:
                    refusals.append(Refusal(statement, str(refused)))
                    if not refusals[-1].is_transaction:
                        raise RequestUndone from refused
                    continue
                touched.append((statement, access))
                tracker.follow(statement)
                if access.writes or access.drops or access.alters:
                    with database.trusted() as connection:
                        tracker.look(connection, statement)
    except RequestUndone:
        pass
    except D1Refused as refused:
        refusals.append(Refusal(None, str(refused)))
    return Run(tuple(touched), tuple(refusals))


class _Tracker:
    """Follows every table that was there before the file, under whatever name it goes."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._tables = {table.name: table for table in schema.tables if not table.virtual}
        self._names = {name: name for name in self._tables}
        self._columns = {
            table.name: {column.name: column.name for column in table.columns if not column.generated}
            for table in self._tables.values()
        }
        self._moments: list[tuple[Statement | None, dict[str, TableRows | None]]] = []
        self._written: set[str] = set()

    def follow(self, statement: Statement) -> None:
        """Note what a statement renames and what it writes directly."""
        match operation(statement.sql):
            case RenameTable(table, to):
                for name, current in self._names.items():
                    if fold(current) == fold(table):
                        self._names[name] = to
            case RenameColumn(table, column, to):
                self._rename_column(table, column, to)
            case Insert(table) | Update(table) | Delete(table) | Drop("table", table):
                self._written.add(fold(table))

    def _rename_column(self, table: str, column: str, to: str) -> None:
        for name, current in self._names.items():
            if fold(current) == fold(table):
                columns = self._columns[name]
                self._columns[name] = {old: to if fold(now) == fold(column) else now for old, now in columns.items()}

    def look(self, connection: apsw.Connection, statement: Statement | None) -> None:
        """Read the rows of every table as they are after `statement`."""
        there = {
            fold(str(name)): str(name)
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        last = self._moments[-1][1] if self._moments else {}
        moment = {}
        for name, current in self._names.items():
            found = there.get(fold(current)) or there.get(fold(name))
            rows = self._read(connection, name, found) if found else None
            moment[name] = last[name] if rows == last.get(name) and name in last else rows
        self._moments.append((statement, moment))

    def _read(self, connection: apsw.Connection, name: str, found: str) -> TableRows:
        info = connection.execute("SELECT name FROM pragma_table_xinfo(?)", (found,))
        have = {fold(str(column)) for (column,) in info}
        columns = {old: now for old, now in self._columns[name].items() if fold(now) in have}
        listed = ", ".join(map(quote_name, columns.values())) or "1"
        rows = Counter(connection.execute(f"SELECT {listed} FROM {quote_name(found)}"))
        return TableRows(tuple(columns), rows)

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return for each table how many rows it had before and has after the file."""
        first, last = self._moments[0][1], self._moments[-1][1]
        return {name: (_count(first[name]), _count(last[name])) for name in self._tables}

    def losses(self) -> Iterable[Loss]:
        """Yield a loss for each table that has fewer rows, or was altered without being written to."""
        first, last = self._moments[0][1], self._moments[-1][1]
        for name, table in self._tables.items():
            before, after = first[name], last[name]
            if before is None or before == after:
                continue
            gone = _lost(before, after)
            fewer = max(_count(before) - _count(after), 0)
            altered = 0 if fold(name) in self._written else gone - fewer
            if fewer or altered > 0:
                yield self._loss(table, _count(before), _count(after), max(altered, 0))

    def _loss(self, table: Table, before: int, after: int, altered: int) -> Loss:
        statement = self._cause(table.name)
        target = _target(statement)
        path = tuple(_path(self._schema, self._original(target), table.name)) if target else ()
        return Loss(table.name, before, after, altered, statement, target, path)

    def _original(self, name: str) -> str:
        return next((old for old, now in self._names.items() if fold(now) == fold(name)), name)

    def _cause(self, name: str) -> Statement | None:
        """Return the first statement after which the table is never again as it was before the file."""
        first = self._moments[0][1][name]
        cause = None
        for statement, moment in reversed(self._moments[1:]):
            if first is not None and _lost(first, moment[name]) == 0:
                break
            cause = statement
        return cause


def _count(rows: TableRows | None) -> int:
    return rows.count if rows else 0


def _lost(before: TableRows, after: TableRows | None) -> int:
    """Return how many of the rows before are not there after, in the columns that both have."""
    if after is None:
        return before.count
    kept = [index for index, column in enumerate(before.columns) if column in after.columns]
    order = [after.columns.index(before.columns[index]) for index in kept]
    old = Counter[Row]()
    for row, times in before.rows.items():
        old[tuple(row[index] for index in kept)] += times
    new = Counter[Row]()
    for row, times in after.rows.items():
        new[tuple(row[index] for index in order)] += times
    return (old - new).total()


def _target(statement: Statement | None) -> str | None:
    match operation(statement.sql) if statement else None:
        case Drop("table", table) | Delete(table) | Update(table) | Insert(table):
            return table
        case _:
            return None


def _path(schema: Schema, start: str, end: str) -> list[tuple[str, ForeignKey]]:
    """Return the shortest way from a parent to a descendant by foreign keys that act on its rows."""
    ways: dict[str, list[tuple[str, ForeignKey]]] = {fold(start): []}
    queue = [start]
    while queue:
        parent = queue.pop(0)
        for child, key in schema.children_of(parent):
            if fold(child.name) not in ways and _acts(key):
                ways[fold(child.name)] = [*ways[fold(parent)], (child.name, key)]
                queue.append(child.name)
    return ways.get(fold(end), []) if fold(start) != fold(end) else []


def _acts(key: ForeignKey) -> bool:
    return key.on_delete in ("CASCADE", "SET NULL", "SET DEFAULT") or key.on_update in ("CASCADE", "SET NULL")
