"""The rows of every table followed through a migration: which are lost, and through which foreign key or trigger."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulse_ci.analysis.fk_path import find_fk_path
from pulse_ci.analysis.table_rows import read_table_rows
from pulse_ci.sql.clauses import find_set_columns
from pulse_ci.sql.names import fold
from pulse_ci.sql.operations import Delete, Drop, Insert, RenameColumn, RenameTable, Update

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    import apsw

    from pulse_ci.engine.access import Access
    from pulse_ci.schema.schema import ForeignKey, Schema
    from pulse_ci.sql.operations import Operation
    from pulse_ci.sql.split import Statement

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class TableRows:
    """The rows of a table at one moment; its columns go by the folded names that they had first."""

    columns: tuple[str, ...]
    rows: Counter[Row]

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.rows.total()


@dataclass(frozen=True, slots=True)
class RowLoss:
    """A table that has fewer rows, or other values in its rows, than before the file.

    `lost` counts the rows that are gone, also where the file then brought others, and `altered` those that a statement
    on another table overwrote. `target` is the table that the statement itself
    names; `path` leads from there to `table` by foreign keys, each with the table that holds it, and `action` is what
    the last of them says: "ON DELETE CASCADE". Both are empty where the rows went directly or through a trigger.
    """

    table: str
    before: int
    after: int
    lost: int
    altered: int
    statement: Statement | None
    target: str | None
    path: tuple[tuple[str, ForeignKey], ...]
    action: str


@dataclass(frozen=True, slots=True)
class Overwritten:
    """An UPDATE after which columns that it does not set have other values, since a trigger fired."""

    statement: Statement
    table: str
    columns: tuple[str, ...]


@dataclass
class _TrackedTable:
    """One table under whatever name it goes; `name` is None once it is dropped.

    `renamed` has the columns' present names with the first ones. `moments` are its rows after each statement that
    touched it; `reached` are the statements on other tables that cost it rows, or values in rows, with how many.
    """

    name: str | None
    renamed: dict[str, str] = field(default_factory=dict)
    moments: list[tuple[Statement | None, TableRows | None]] = field(default_factory=list)
    reached: list[tuple[Statement, int, int]] = field(default_factory=list)

    @property
    def rows(self) -> TableRows | None:
        """Its rows as they are now, None once it is dropped."""
        return self.moments[-1][1] if self.moments else None


class RowTracker:
    """Follows those tables of a schema that the file reaches, by folded name, and those that the file makes."""

    def __init__(self, schema: Schema, connection: apsw.Connection, reached: Collection[str]) -> None:
        self._schema = schema
        self._tables = [table for table in schema.tables if not table.is_virtual and fold(table.name) in reached]
        self._originals = {
            table.name: _TrackedTable(table.name, moments=[(None, read_rows(connection, table.name, {}))])
            for table in self._tables
        }
        self._followed = list(self._originals.values())
        self._targets: dict[Statement, str] = {}
        self.overwritten: list[Overwritten] = []

    def follow(self, statement: Statement, access: Access, connection: apsw.Connection) -> None:
        """Read again what a statement touched, as it is now."""
        does = statement.operation
        self._rename(does)
        touched = set(map(fold, access.writes | access.alters | access.drops | access.creates))
        there = {fold(name): name for name in _list_ordinary_tables(connection)}
        target = self._note_target(statement, does)
        for each in self._followed:
            if each.name is not None and fold(each.name) in touched:
                self._read_table(each, statement, connection, alive=fold(each.name) in there, direct=each is target)
        known = {fold(each.name) for each in self._followed if each.name is not None}
        for name in touched & there.keys() - known:
            self._followed.append(_TrackedTable(there[name]))
            self._read_table(self._followed[-1], statement, connection, alive=True, direct=True)

    def _note_target(self, statement: Statement, does: Operation) -> _TrackedTable | None:
        match does:
            case Drop("table", name) | Delete(name) | Update(name) | Insert(name):
                target = self._find_named(name)
                self._targets[statement] = next((each for each, it in self._originals.items() if it is target), name)
                return target
            case _:
                return None

    def _read_table(
        self, table: _TrackedTable, statement: Statement, connection: apsw.Connection, *, alive: bool, direct: bool
    ) -> None:
        last = table.rows
        now = read_rows(connection, table.name, table.renamed) if alive and table.name else None
        table.moments.append((statement, now))
        if direct and last and now:
            self._note_overwritten(table, statement, last, now)
        if not alive:
            table.name = None
        if last and not direct and (gone := _count_lost(last, now)):
            fewer = max(last.count - _count(now), 0)
            table.reached.append((statement, fewer, gone - fewer))

    def _note_overwritten(self, table: _TrackedTable, statement: Statement, last: TableRows, now: TableRows) -> None:
        original = next((each for each, it in self._originals.items() if it is table), "")
        found = self._schema.find_table(original)
        if found is None or found.primary_key is None or not isinstance(statement.operation, Update):
            return
        written = {table.renamed.get(fold(name), fold(name)) for name in find_set_columns(statement.sql)}
        others = find_changed_columns(last, now, found.primary_key.columns) - written
        if others:
            self.overwritten.append(Overwritten(statement, original, tuple(sorted(others))))

    def _rename(self, does: Operation) -> None:
        match does:
            case RenameTable(name, to) if table := self._find_named(name):
                table.name = to
            case RenameColumn(name, column, to) if table := self._find_named(name):
                first = table.renamed.pop(fold(column), fold(column))
                table.renamed[fold(to)] = first

    def _find_named(self, name: str) -> _TrackedTable | None:
        return next((each for each in self._followed if each.name and fold(each.name) == fold(name)), None)

    def _find_last(self, name: str) -> _TrackedTable:
        """Return the table of that name before the file as it is after it: itself, or the one made in its place."""
        original = self._originals[name]
        return original if original.name else self._find_named(name) or original

    def before(self) -> dict[str, TableRows]:
        """Return the rows of each table before the file."""
        return {name: rows for name, each in self._originals.items() if (rows := each.moments[0][1])}

    def count_rows(self) -> dict[str, tuple[int, int]]:
        """Return for each table how many rows it had before and has after the file."""
        return {
            name: (_count(original.moments[0][1]), _count(self._find_last(name).rows))
            for name, original in self._originals.items()
        }

    def find_losses(self) -> Iterator[RowLoss]:
        """Yield a loss for each table that has fewer rows, or that a statement on another table has altered."""
        for table in self._tables:
            original, last = self._originals[table.name], self._find_last(table.name)
            before, after = original.moments[0][1], last.rows
            if before is None or before == after:
                continue
            reached = [*original.reached, *(last.reached if last is not original else ())]
            gone, fewer = _count_lost(before, after), max(before.count - _count(after), 0)
            lost = max(fewer, min(gone, sum(rows for _, rows, _ in reached)))
            altered = max(min(gone - lost, sum(rows for _, _, rows in reached)), 0)
            if lost or altered:
                statement = reached[0][0] if reached else _find_cause(original)
                target = self._targets.get(statement) if statement else None
                reach = find_fk_path(self._schema, statement, target, table.name, deletes=lost > 0)
                if lost or reach.action != "ON UPDATE CASCADE":  # which lets children follow, and loses nothing
                    yield RowLoss(table.name, before.count, _count(after), lost, altered, statement, target, *reach)


def find_changed_columns(
    before: TableRows, after: TableRows, key: Collection[str], *, loosely: bool = False
) -> set[str]:
    """Return the columns, by folded name, whose values differ in rows of the same key.

    `loosely`, a value is the same where it spells the same text or is the same number.
    """
    names = [fold(name) for name in key]
    if not names or not set(names) <= set(before.columns) & set(after.columns):
        return set()
    common = [name for name in before.columns if name in after.columns and name not in names]
    old, new = _by_key(before, names, common), _by_key(after, names, common)
    is_same = _is_same_value if loosely else _is_equal
    return {
        name
        for at, name in enumerate(common)
        if any(each in new and not is_same(row[at], new[each][at]) for each, row in old.items())
    }


def _by_key(table: TableRows, key: Sequence[str], columns: Sequence[str]) -> dict[Row, Row]:
    keys = [table.columns.index(name) for name in key]
    values = [table.columns.index(name) for name in columns]
    return {tuple(str(row[at]) for at in keys): tuple(row[at] for at in values) for row in table.rows}


def _is_equal(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def _is_same_value(one: object, other: object) -> bool:
    return one == other or str(one) == str(other)


def list_changed_columns(before: TableRows, after: TableRows) -> tuple[str, ...]:
    """Return the columns that have not the same values at both moments."""
    found = []
    for index, column in enumerate(before.columns):
        if column not in after.columns or _count_values(before, index) != _count_values(
            after, after.columns.index(column)
        ):
            found.append(column)
    return tuple(found)


def _count_values(table: TableRows, index: int) -> Counter[object]:
    values = Counter[object]()
    for row, times in table.rows.items():
        values[row[index]] += times
    return values


def _list_ordinary_tables(connection: apsw.Connection) -> Iterator[str]:
    found = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' "
        "AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    )
    return (str(name) for (name,) in found)


def read_rows(connection: apsw.Connection, name: str, renamed: Mapping[str, str]) -> TableRows:
    """Return the rows of a table that is there; `renamed` has columns' first names by their present ones."""
    info = connection.execute("SELECT name, hidden FROM pragma_table_xinfo(?)", (name,))
    columns = [str(name) for name, hidden in info if hidden == 0]
    rows = Counter(read_table_rows(connection, name, columns))
    return TableRows(tuple(renamed.get(fold(column), fold(column)) for column in columns), rows)


def _find_cause(table: _TrackedTable) -> Statement | None:
    """Return the first statement after which the table is never again as it was before the file."""
    first = table.moments[0][1]
    cause = None
    for statement, rows in reversed(table.moments[1:]):
        if first is not None and _count_lost(first, rows) == 0:
            break
        cause = statement
    return cause


def _count(rows: TableRows | None) -> int:
    return rows.count if rows else 0


def _count_lost(before: TableRows, after: TableRows | None) -> int:
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
