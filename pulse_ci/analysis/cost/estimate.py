"""Effects and row counts to what each statement will cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

from pulse_ci.analysis.cost import schema_changes
from pulse_ci.analysis.cost.cost import Cost
from pulse_ci.analysis.cost.rows_written import (
    count_extra_visits,
    count_insert_writes,
    count_update_writes,
    has_index_on,
)
from pulse_ci.analysis.statement_run import mentions
from pulse_ci.sql.clauses import find_set_columns
from pulse_ci.sql.names import fold
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
)
from pulse_ci.sql.tokens import tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulse_ci.analysis.cost.observed_changes import StatementEffect
    from pulse_ci.schema.schema import Table
    from pulse_ci.sql.split import Statement

_NO_COST = Cost()
# workerd counts so many reads for each row that a foreign key changes: to look for it, to look again, to change it.
_READS_PER_CASCADED_ROW = 5
_FILTER_KEYWORDS = {"WHERE", "LIMIT", "GROUP", "DISTINCT", "UNION", "JOIN", "EXCEPT", "INTERSECT"}


@dataclass(frozen=True, slots=True)
class StatementCost:
    """What one statement will cost; None where it depends on a table whose rows were not counted."""

    statement: Statement
    cost: Cost | None


def estimate(
    effects: Iterable[StatementEffect], rows: Mapping[str, int], matched_rows: Mapping[Statement, int]
) -> tuple[StatementCost, ...]:
    """Return what each statement will cost where the tables have so many `rows`, by folded name.

    `reached` has how many rows a statement's WHERE or SELECT finds, where that was asked; elsewhere all are counted.
    """
    row_counts = _RowCounts(dict(rows), matched_rows)
    return tuple(StatementCost(effect.statement, row_counts.apply(effect)) for effect in effects)


class _UnknownRowCount(Exception):
    """A table whose rows nobody counted."""


@dataclass(slots=True)
class _RowCounts:
    """Knows how many rows each table has as the statements go on."""

    counts: dict[str, int]
    matched_rows: Mapping[Statement, int] = field(default_factory=dict)

    def apply(self, effect: StatementEffect) -> Cost | None:
        """Return the cost of the next statement, and take in what it changes."""
        try:
            return self._estimate_cost(effect)
        except _UnknownRowCount:
            return None

    def _estimate_cost(self, effect: StatementEffect) -> Cost:  # noqa: C901 - one case for each operation
        before, objects = effect.before, effect.objects
        match effect.statement.operation:
            case Create("table", name, _, from_select):
                return self._estimate_create_table(effect, name, from_select=from_select)
            case Create("index", name):
                return self._estimate_create_index(effect, name)
            case Create("view", name):
                return Cost(1, 2) if before.find_view(name) is None else _NO_COST
            case Create(_, name):
                return Cost(0, 1) if before.find_trigger(name) is None else _NO_COST
            case Drop("table", name) if table := before.find_table(name):
                return self._estimate_drop_table(effect, table)
            case Drop("index", name) if before.find_index(name):
                return Cost(objects.total + 1)
            case Drop(_, name) if fold(name) in before.names:
                return Cost(objects.total)
            case AddColumn(name, column):
                table = effect.after.find_table(name)
                return schema_changes.estimate_add_column(table.find_column(column) if table else None, objects)
            case RenameColumn(name) if table := before.find_table(name):
                return schema_changes.estimate_rename_column(table, objects)
            case DropColumn(name) if table := before.find_table(name):
                return schema_changes.estimate_drop_column(self._get_count(table.name), objects)
            case RenameTable(name, to) if table := before.find_table(name):
                if fold(name) in self.counts:
                    self.counts[fold(to)] = self.counts.pop(fold(name))
                return schema_changes.estimate_rename_table(table, before, objects)
            case Insert(name) if table := before.find_table(name):
                return self._estimate_insert(effect, table)
            case Update(name, bounded) if table := before.find_table(name):
                return self._estimate_update(effect, table, has_where=bounded)
            case Delete(name, bounded) if table := before.find_table(name):
                return self._estimate_delete(effect, table, has_where=bounded)
            case _:
                return _NO_COST

    def _get_count(self, table: str) -> int:
        if fold(table) not in self.counts:
            raise _UnknownRowCount
        return self.counts[fold(table)]

    def _estimate_create_table(self, effect: StatementEffect, name: str, *, from_select: bool) -> Cost:
        table = effect.after.find_table(name)
        if table is None or effect.before.find_table(name):
            return _NO_COST
        self.counts[fold(name)] = 0
        if not from_select:
            return schema_changes.estimate_create_table(table, effect.before)
        read, selected, at_most = self._estimate_select(effect, name)
        self.counts[fold(name)] = selected
        return Cost(read + 1, selected + 2, at_most)

    def _estimate_create_index(self, effect: StatementEffect, name: str) -> Cost:
        index = effect.after.find_index(name)
        if index is None or effect.before.find_index(name):
            return _NO_COST
        rows = self._get_count(index.table)
        entries = self.matched_rows.get(effect.statement, rows)
        created = schema_changes.estimate_create_index(rows, entries)
        return Cost(
            created.rows_read, created.rows_written, bool(rows and index.where and not self._has_matched_rows(effect))
        )

    def _estimate_drop_table(self, effect: StatementEffect, table: Table) -> Cost:
        dropped = schema_changes.estimate_drop_table(table, effect.before, effect.objects)
        rows = self.counts.pop(fold(table.name), 0)
        if all(fold(child.name) == fold(table.name) for child, _ in effect.before.list_children(table.name)):
            return dropped
        # Foreign keys lead here: SQLite deletes the rows one by one first.
        return (
            dropped
            + Cost(rows + self._count_child_reads(effect, table, rows), rows)
            + self._estimate_cascades(effect, table, rows)
        )

    def _estimate_insert(self, effect: StatementEffect, table: Table) -> Cost:
        if table.is_virtual:
            # What the module writes to its own tables is not counted.
            rows = max(effect.direct.get(fold(table.name), 0), 1)
            return Cost(rows, rows)
        read, found, at_most = self._estimate_select(effect, table.name)
        self.counts[fold(table.name)] = self.counts.get(fold(table.name), 0) + found
        looked_up = found * (table.rowid_alias is not None)
        written = found * count_insert_writes(table, effect.before) + table.autoincrement
        return Cost(read + looked_up, written, at_most) + self._estimate_cascades(effect, table, found)

    def _estimate_select(self, effect: StatementEffect, target: str) -> tuple[int, int, bool]:
        """Return how many rows a statement reads from other tables, how many it finds there, and if that is a bound."""
        sources = [
            name
            for name in sorted({fold(each) for each in effect.access.reads})
            if name in effect.rows_before and name != fold(target) and mentions(effect.statement.sql, name)
        ]
        values = effect.direct.get(fold(target), 0)
        if not sources:
            return 0, values, False
        counts = [self._get_count(name) for name in sources]
        read, most = sum(counts), max(counts)
        if self._has_matched_rows(effect):
            return read, self.matched_rows[effect.statement], False
        return read, most, most > 0 and not _selects_all_rows(effect.statement.sql, len(sources))

    def _estimate_update(self, effect: StatementEffect, table: Table, *, has_where: bool) -> Cost:
        found, at_most = self._count_matches(effect, table, has_where=has_where)
        columns = find_set_columns(effect.statement.sql)
        read = self._get_count(table.name) + found * count_extra_visits(table, effect.before, columns)
        written = found * count_update_writes(table, effect.before, columns)
        return Cost(read, written, at_most) + self._estimate_cascades(effect, table, found)

    def _estimate_delete(self, effect: StatementEffect, table: Table, *, has_where: bool) -> Cost:
        rows = self._get_count(table.name)
        found, at_most = self._count_matches(effect, table, has_where=has_where)
        self.counts[fold(table.name)] = rows if at_most else rows - found
        watched = effect.before.list_children(table.name) or effect.before.list_triggers(table.name)
        if not watched and found == rows and not at_most:
            return Cost(0, rows)
        cost = Cost(rows + self._count_child_reads(effect, table, found), found, at_most)
        return cost + self._estimate_cascades(effect, table, found)

    def _count_matches(self, effect: StatementEffect, table: Table, *, has_where: bool) -> tuple[int, bool]:
        """Return how many rows of its table a statement takes, and whether that is no more than a bound."""
        rows = self._get_count(table.name)
        if self._has_matched_rows(effect):
            return min(self.matched_rows[effect.statement], rows), False
        return rows, has_where and rows > 0

    def _has_matched_rows(self, effect: StatementEffect) -> bool:
        return effect.statement in self.matched_rows

    def _count_child_reads(self, effect: StatementEffect, table: Table, deleted: int) -> int:
        """Return how many rows are read to find the children of deleted ones: all of them, where no index helps."""
        children = effect.before.list_children(table.name)
        unindexed = [child for child, key in children if not has_index_on(key.columns, child, effect.before)]
        return sum(deleted * self.counts.get(fold(child.name), 0) for child in unindexed)

    def _estimate_cascades(self, effect: StatementEffect, table: Table, changed: int) -> Cost:
        """Return what foreign keys and triggers write besides, where they did so on a few rows.

        A foreign key reaches all rows of a child, a trigger as many for each row as it did there.
        """
        total, direct = Cost(), effect.direct.get(fold(table.name), 0)
        descendants_of_table = effect.before.find_descendants([table.name])
        for (name, word), times in effect.cascaded.items():
            follower = effect.before.find_table(name)
            if follower is None or not direct or not changed:
                continue
            by_key = word != "INSERT" and name in descendants_of_table
            changed_rows = self._get_count(name) if by_key else ceil(times / direct * changed)
            written = changed_rows * (count_insert_writes(follower, effect.before) if word == "INSERT" else 1)
            if word == "DELETE" and name in self.counts:
                self.counts[name] = max(self.counts[name] - changed_rows, 0)
            read = _READS_PER_CASCADED_ROW * changed_rows + changed if by_key else changed_rows * (word != "INSERT")
            total += Cost(read, written)
        return total


def _selects_all_rows(sql: str, sources: int) -> bool:
    """Return whether a SELECT finds each row of its one table once, as far as its words tell."""
    words = {token.keyword for token in tokenize_code(sql)}
    return sources == 1 and not words & _FILTER_KEYWORDS
