"""Effects and row counts to what each statement will cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

from pulse_ci.analysis.cost import schema_changes
from pulse_ci.analysis.cost.cost import Cost
from pulse_ci.analysis.cost.rows_written import descendants, inserted, is_led_to, updated, visits_more
from pulse_ci.analysis.statement_run import spells
from pulse_ci.schema.schema import fold
from pulse_ci.sql.operations import (
    AddColumn,
    Create,
    Delete,
    Drop,
    DropColumn,
    Insert,
    RenameColumn,
    RenameTable,
    Update,
    operation,
)
from pulse_ci.sql.row_selection import columns_set
from pulse_ci.sql.tokens import tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulse_ci.analysis.cost.observed_changes import Effect
    from pulse_ci.schema.schema import Table
    from pulse_ci.sql.split import Statement

_NOTHING = Cost()
# workerd counts so many reads for each row that a foreign key changes: to look for it, to look again, to change it.
_VISITS_BY_KEY = 5
_NOT_ALL = {"WHERE", "LIMIT", "GROUP", "DISTINCT", "UNION", "JOIN", "EXCEPT", "INTERSECT"}


@dataclass(frozen=True, slots=True)
class StatementCost:
    """What one statement will cost; None where it depends on a table whose rows were not counted."""

    statement: Statement
    cost: Cost | None


def estimate(
    effects: Iterable[Effect], rows: Mapping[str, int], reached: Mapping[Statement, int]
) -> tuple[StatementCost, ...]:
    """Return what each statement will cost where the tables have so many `rows`, by folded name.

    `reached` has how many rows a statement's WHERE or SELECT finds, where that was asked; elsewhere all are counted.
    """
    ledger = _Ledger(dict(rows), reached)
    return tuple(StatementCost(effect.statement, ledger.enter(effect)) for effect in effects)


class _Uncounted(Exception):
    """A table whose rows nobody counted."""


@dataclass(slots=True)
class _Ledger:
    """Knows how many rows each table has as the statements go on."""

    rows: dict[str, int]
    reached: Mapping[Statement, int] = field(default_factory=dict)

    def enter(self, effect: Effect) -> Cost | None:
        """Return the cost of the next statement, and take in what it changes."""
        try:
            return self._cost(effect)
        except _Uncounted:
            return None

    def _cost(self, effect: Effect) -> Cost:
        before, objects = effect.before, effect.objects
        match operation(effect.statement.sql):
            case Create("table", name, _, from_select):
                return self._create_table(effect, name, from_select=from_select)
            case Create("index", name):
                return self._create_index(effect, name)
            case Create("view", name):
                return Cost(1, 2) if before.view(name) is None else _NOTHING
            case Create(_, name):
                return Cost(0, 1) if before.trigger(name) is None else _NOTHING
            case Drop("table", name) if table := before.table(name):
                return self._drop_table(effect, table)
            case Drop("index", name) if before.index(name):
                return Cost(objects.all + 1)
            case Drop(_, name) if fold(name) in before.names:
                return Cost(objects.all)
            case AddColumn(name, column):
                table = effect.after.table(name)
                return schema_changes.add_column(table.column(column) if table else None, objects)
            case RenameColumn(name) if table := before.table(name):
                return schema_changes.rename_column(table, objects)
            case DropColumn(name) if table := before.table(name):
                return schema_changes.drop_column(self._count(table.name), objects)
            case RenameTable(name, to) if table := before.table(name):
                if fold(name) in self.rows:
                    self.rows[fold(to)] = self.rows.pop(fold(name))
                return schema_changes.rename_table(table, before, objects)
            case Insert(name) if table := before.table(name):
                return self._insert(effect, table)
            case Update(name, bounded) if table := before.table(name):
                return self._update(effect, table, bounded=bounded)
            case Delete(name, bounded) if table := before.table(name):
                return self._delete(effect, table, bounded=bounded)
            case _:
                return _NOTHING

    def _count(self, table: str) -> int:
        if fold(table) not in self.rows:
            raise _Uncounted
        return self.rows[fold(table)]

    def _create_table(self, effect: Effect, name: str, *, from_select: bool) -> Cost:
        table = effect.after.table(name)
        if table is None or effect.before.table(name):
            return _NOTHING
        self.rows[fold(name)] = 0
        if not from_select:
            return schema_changes.create_table(table, effect.before)
        read, found, at_most = self._selected(effect, name)
        self.rows[fold(name)] = found
        return Cost(read + 1, found + 2, at_most)

    def _create_index(self, effect: Effect, name: str) -> Cost:
        index = effect.after.index(name)
        if index is None or effect.before.index(name):
            return _NOTHING
        rows = self._count(index.table)
        entries = self.reached.get(effect.statement, rows)
        made = schema_changes.create_index(rows, entries)
        return Cost(made.rows_read, made.rows_written, bool(rows and index.where and not self._asked(effect)))

    def _drop_table(self, effect: Effect, table: Table) -> Cost:
        dropped = schema_changes.drop_table(table, effect.before, effect.objects)
        rows = self.rows.pop(fold(table.name), 0)
        if all(fold(child.name) == fold(table.name) for child, _ in effect.before.children_of(table.name)):
            return dropped
        # Foreign keys lead here: SQLite deletes the rows one by one first.
        return dropped + Cost(rows + self._searched(effect, table, rows), rows) + self._followed(effect, table, rows)

    def _insert(self, effect: Effect, table: Table) -> Cost:
        if table.virtual:
            # What the module writes to its own tables is not counted.
            rows = max(effect.direct.get(fold(table.name), 0), 1)
            return Cost(rows, rows)
        read, found, at_most = self._selected(effect, table.name)
        self.rows[fold(table.name)] = self.rows.get(fold(table.name), 0) + found
        looked_up = found * (table.rowid_alias is not None)
        written = found * inserted(table, effect.before) + table.autoincrement
        return Cost(read + looked_up, written, at_most) + self._followed(effect, table, found)

    def _selected(self, effect: Effect, target: str) -> tuple[int, int, bool]:
        """Return how many rows a statement reads from other tables, how many it finds there, and if that is a bound."""
        sources = [
            name
            for name in sorted({fold(each) for each in effect.access.reads})
            if name in effect.rows and name != fold(target) and spells(effect.statement.sql, name)
        ]
        values = effect.direct.get(fold(target), 0)
        if not sources:
            return 0, values, False
        counts = [self._count(name) for name in sources]
        read, most = sum(counts), max(counts)
        if self._asked(effect):
            return read, self.reached[effect.statement], False
        return read, most, most > 0 and not _takes_all(effect.statement.sql, len(sources))

    def _update(self, effect: Effect, table: Table, *, bounded: bool) -> Cost:
        found, at_most = self._found(effect, table, bounded=bounded)
        columns = columns_set(effect.statement.sql)
        read = self._count(table.name) + found * visits_more(table, effect.before, columns)
        written = found * updated(table, effect.before, columns)
        return Cost(read, written, at_most) + self._followed(effect, table, found)

    def _delete(self, effect: Effect, table: Table, *, bounded: bool) -> Cost:
        rows = self._count(table.name)
        found, at_most = self._found(effect, table, bounded=bounded)
        self.rows[fold(table.name)] = rows if at_most else rows - found
        watched = effect.before.children_of(table.name) or effect.before.triggers_on(table.name)
        if not watched and found == rows and not at_most:
            return Cost(0, rows)
        cost = Cost(rows + self._searched(effect, table, found), found, at_most)
        return cost + self._followed(effect, table, found)

    def _found(self, effect: Effect, table: Table, *, bounded: bool) -> tuple[int, bool]:
        """Return how many rows of its table a statement takes, and whether that is no more than a bound."""
        rows = self._count(table.name)
        if self._asked(effect):
            return min(self.reached[effect.statement], rows), False
        return rows, bounded and rows > 0

    def _asked(self, effect: Effect) -> bool:
        return effect.statement in self.reached

    def _searched(self, effect: Effect, table: Table, deleted: int) -> int:
        """Return how many rows are read to find the children of deleted ones: all of them, where no index helps."""
        children = effect.before.children_of(table.name)
        unled = [child for child, key in children if not is_led_to(key.columns, child, effect.before)]
        return sum(deleted * self.rows.get(fold(child.name), 0) for child in unled)

    def _followed(self, effect: Effect, table: Table, changed: int) -> Cost:
        """Return what foreign keys and triggers write besides, where they did so on a few rows.

        A foreign key reaches all rows of a child, a trigger as many for each row as it did there.
        """
        total, direct = Cost(), effect.direct.get(fold(table.name), 0)
        family = descendants(table.name, effect.before)
        for (name, word), times in effect.followed.items():
            follower = effect.before.table(name)
            if follower is None or not direct or not changed:
                continue
            by_key = word != "INSERT" and name in family
            real = self._count(name) if by_key else ceil(times / direct * changed)
            written = real * (inserted(follower, effect.before) if word == "INSERT" else 1)
            if word == "DELETE" and name in self.rows:
                self.rows[name] = max(self.rows[name] - real, 0)
            read = _VISITS_BY_KEY * real + changed if by_key else real * (word != "INSERT")
            total += Cost(read, written)
        return total


def _takes_all(sql: str, sources: int) -> bool:
    """Return whether a SELECT finds each row of its one table once, as far as its words tell."""
    words = {token.keyword for token in tokenize_code(sql)}
    return sources == 1 and not words & _NOT_ALL
