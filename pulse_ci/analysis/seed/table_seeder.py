"""Tables that refer to one another to rows in each of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulse_ci.analysis.seed.column_choices import ColumnChoices, SameRowValue, restrict_choices
from pulse_ci.analysis.seed.count import count_rows
from pulse_ci.analysis.seed.parents import build_reference_choices, find_empty_parents, group_foreign_keys
from pulse_ci.analysis.seed.row_search import InsertFailure, RejectedValues, RowRequest, find_row
from pulse_ci.analysis.seed.table_plan import plan_table
from pulse_ci.analysis.seed.value import SeededTable, SeedFailure
from pulse_ci.sql.names import fold, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.seed.default_values import Value
    from pulse_ci.analysis.seed.row_search import Row
    from pulse_ci.analysis.seed.table_order import TableGraph
    from pulse_ci.analysis.seed.table_plan import TablePlan
    from pulse_ci.analysis.seed.where_hints import WhereHints
    from pulse_ci.analysis.seed.writer import RowWriter
    from pulse_ci.schema.schema import ForeignKey, Table

_ATTEMPTS = 2000
# A row that only shows one more column with or without a value is worth less.
_FEW_ATTEMPTS = 24
# Each try that fails teaches which values the rows to come cannot have.
_CIRCLE_ATTEMPTS = 6


@dataclass
class _TableState:
    """A table that is being filled; `promised` are values that rows to come must have, by the row's number.

    `slots` are made anew for each row if the rows of the group itself can be referred to.
    """

    plan: TablePlan
    references: list[tuple[ForeignKey, ...]]
    existing: int
    rejected: RejectedValues = field(default_factory=RejectedValues)
    rows: list[Row] = field(default_factory=list)
    failure: InsertFailure | None = None
    planned_values: dict[int, dict[int, Value]] = field(default_factory=dict)
    choices_change: bool = False
    choices: tuple[ColumnChoices, ...] | None = None


class TableSeeder:
    """Fills one group of tables: a single one, or some whose foreign keys make a circle."""

    def __init__(
        self, writer: RowWriter, graph: TableGraph, group: tuple[Table, ...], rows: int, hints: WhereHints
    ) -> None:
        self._writer = writer
        self._rows = rows
        self._hints = {fold(table.name): hints.list_hints(table) for table in group} if len(group) == 1 else {}
        self._hinted_rows = hints.inserted
        self._graph = graph
        self._tables = {fold(table.name): self._start_table(table, group) for table in group}
        self._plans_ahead = False

    def _start_table(self, table: Table, group: tuple[Table, ...]) -> _TableState:
        plan = plan_table(self._graph, table, self._rows + 2 + len(self._hints.get(fold(table.name), ())))
        changing = len(group) > 1 or self._graph.refers_to_itself(table)
        existing = count_rows(self._writer.connection, table.name)
        return _TableState(plan, group_foreign_keys(plan), existing, choices_change=changing)

    def fill(self) -> list[SeededTable | SeedFailure]:
        """Insert the rows; return what came of each table. Raises what the sandbox stops."""
        if all(state.existing >= self._rows for state in self._tables.values()) and not any(self._hints.values()):
            return [self._make_outcome(state, None) for state in self._tables.values()]
        for deferred in self._list_deferral_attempts():
            if self._try_to_fill(deferred=deferred, require_all=True):
                return [self._make_outcome(state, None) for state in self._tables.values()]
        message = (
            None if self._try_to_fill(deferred=False, require_all=False) else "A constraint does not hold at the end."
        )
        return [self._make_outcome(state, message) for state in self._tables.values()]

    def _list_deferral_attempts(self) -> tuple[bool, ...]:
        if len(self._tables) > 1:
            return (True,) * _CIRCLE_ATTEMPTS
        (state,) = self._tables.values()
        return (False, *(True,) * _CIRCLE_ATTEMPTS) if self._graph.refers_to_itself(state.plan.table) else ()

    def _try_to_fill(self, *, deferred: bool, require_all: bool) -> bool:
        """Try to fill the tables; keep the rows only if every table got its own, or `whole` is false."""
        self._plans_ahead = deferred
        self._writer.begin(deferred=deferred)
        for state in self._tables.values():
            state.rows, state.failure, state.planned_values = [], None, {}
        for state in self._tables.values():
            self._fill_table(state)
        if require_all and any(state.failure for state in self._tables.values()):
            self._writer.roll_back()
            return False
        self._plans_ahead = False
        if require_all and not all(map(self._is_linked, self._tables.values())):
            self._writer.roll_back()
            return False
        for state in self._tables.values():
            self._add_null_and_value_rows(state)
            self._add_hinted_rows(state)
        if deferred and not self._satisfies_foreign_keys():
            self._writer.roll_back()
            return False
        return self._writer.commit() is None

    def _is_linked(self, state: _TableState) -> bool:
        """Return whether some row refers to another one, in a table whose rows can."""
        keys = (key for key in state.plan.table.foreign_keys if fold(key.parent) == fold(state.plan.table.name))
        for key in keys:
            own = state.plan.find_positions(key.columns) or []
            theirs = state.plan.find_positions(key.parent_columns) or []
            pairs = ((row, other) for row in state.rows for other in state.rows if row is not other)
            if not any([row[at] for at in own] == [other[at] for at in theirs] for row, other in pairs):
                return state.existing > 0
        return True

    def _satisfies_foreign_keys(self) -> bool:
        violations: list[Row] = []
        for state in self._tables.values():
            check = f"PRAGMA foreign_key_check({quote(state.plan.table.name)})"
            if self._writer.read_into(check, violations):
                return False
        return not violations

    def _fill_table(self, state: _TableState) -> None:
        number = state.existing
        while number < max(self._rows, max(state.planned_values, default=-1) + 1):
            all_choices = tuple(
                restrict_choices(choices, state.planned_values.get(number, {}))
                for choices in self._build_choices(state, number)
            )
            missing_parent = self._find_missing_parent(all_choices)
            if missing_parent:
                state.failure = missing_parent
                return
            row = self._insert_row(state, all_choices, RowRequest(number, nulls_first=number % 2 == 1), _ATTEMPTS)
            if isinstance(row, InsertFailure):
                state.failure = row
                return
            self._plan_referenced_rows(state, number, row)
            number += 1

    def _build_choices(self, state: _TableState, number: int) -> tuple[ColumnChoices, ...]:
        if state.choices is None or state.choices_change:
            referring = tuple(self._build_reference_choices(state, number))
            taken = {position for choices in referring for position in choices.positions}
            plain = (column.choices for position, column in enumerate(state.plan.columns) if position not in taken)
            state.choices = (*referring, *plain)
        return state.choices

    def _build_reference_choices(self, state: _TableState, number: int) -> Iterator[ColumnChoices]:
        connection = self._writer.connection
        for keys in state.references:
            choices = build_reference_choices(
                connection, state.plan, keys, lambda key: self._find_planned_rows(state, key, number), self._rows + 6
            )
            # Without a parent that could have rows, the insert itself tells best what is wrong.
            if choices.values or choices.nulls or choices.fallback or find_empty_parents(connection, keys):
                yield choices

    def _find_planned_rows(self, state: _TableState, key: ForeignKey, number: int) -> list[tuple[Value, ...]]:
        """Return what a parent without rows will be given later, if it is of this group."""
        parent = self._tables.get(fold(key.parent))
        positions = parent.plan.find_positions(key.parent_columns) if parent and self._plans_ahead else None
        if parent is None or positions is None:
            return []
        at = number + (parent is state)
        all_choices = [parent.plan.columns[position].choices for position in positions]
        columns = [parent.rejected.filter_options(choices, choices.values) for choices in all_choices]
        values = [each[at % len(each)][0] for each in columns]
        return [tuple(value for value in values if not isinstance(value, SameRowValue))]

    def _plan_referenced_rows(self, state: _TableState, number: int, row: Row) -> None:
        """Note what rows to come must have, since this row refers to them."""
        for key in state.plan.table.foreign_keys:
            own = state.plan.find_positions(key.columns)
            for planned in self._find_planned_rows(state, key, number) if own else ():
                parent = self._tables[fold(key.parent)]
                at = number + (parent is state)
                if own and len(parent.rows) <= at and tuple(row[position] for position in own) == planned:
                    positions = parent.plan.find_positions(key.parent_columns) or []
                    parent.planned_values.setdefault(at, {}).update(zip(positions, planned, strict=True))

    def _find_missing_parent(self, all_choices: tuple[ColumnChoices, ...]) -> InsertFailure | None:
        for choices in all_choices:
            if not (choices.values or choices.nulls or choices.fallback):
                parents = " and ".join(find_empty_parents(self._writer.connection, choices.foreign_keys))
                return InsertFailure(f"It must refer to a row of {parents or 'another table'}, and there is none.")
        return None

    def _insert_row(
        self, state: _TableState, all_choices: tuple[ColumnChoices, ...], request: RowRequest, attempts: int
    ) -> Row | InsertFailure:
        row = find_row(all_choices, request, lambda row: self._writer.insert(state.plan, row), state.rejected, attempts)
        if not isinstance(row, InsertFailure):
            state.rows.append(row)
        return row

    def _add_null_and_value_rows(self, state: _TableState) -> None:
        """Add rows for columns that no row shows NULL, or none with a value."""
        if not state.rows or state.failure:
            return
        for position, column in enumerate(state.plan.columns):
            for null in (True, False) if column.nullable else ():
                shown = any((row[position] is None) == null for row in state.rows)
                if not shown and not self._has_existing_row(state, column.name, null=null):
                    self._add_row_for_column(state, position, null=null)

    def _has_existing_row(self, state: _TableState, column: str, *, null: bool) -> bool:
        """Return whether a row that was there before has the column NULL, or has a value in it."""
        condition = f"{quote(column)} IS {'NULL' if null else 'NOT NULL'}"
        select = f"SELECT 1 FROM {quote(state.plan.table.name)} WHERE {condition} LIMIT 1"
        return state.existing > 0 and bool(self._writer.connection.execute(select).fetchall())

    def _add_row_for_column(self, state: _TableState, position: int, *, null: bool) -> None:
        number = state.existing + len(state.rows)
        all_choices = self._build_choices(state, number)
        (index,) = (index for index, choices in enumerate(all_choices) if position in choices.positions)
        only = {
            index: all_choices[index].select_null_options(position)
            if null
            else all_choices[index].select_value_options(position)
        }
        for nulls_first in (not null, null):
            row = self._insert_row(state, all_choices, RowRequest(number, nulls_first, only), _FEW_ATTEMPTS)
            if not isinstance(row, InsertFailure):
                return

    def _add_hinted_rows(self, state: _TableState) -> None:
        """Add the rows that statements look for, where the constraints let them be."""
        name, columns = fold(state.plan.table.name), state.plan.columns
        self._hinted_rows.pop(name, None)
        for hint in self._hints.get(name, ()):
            values = {state.plan.positions[each]: value for each, value in hint.items() if each in state.plan.positions}
            number = state.existing + len(state.rows)
            all_choices = tuple(restrict_choices(choices, values) for choices in self._build_choices(state, number))
            if values and self._find_missing_parent(all_choices) is None:
                row = self._insert_row(state, all_choices, RowRequest(number, nulls_first=False), _FEW_ATTEMPTS)
                if not isinstance(row, InsertFailure):
                    inserted = {fold(column.name): value for column, value in zip(columns, row, strict=True)}
                    self._hinted_rows.setdefault(name, []).append(inserted)

    def _make_outcome(self, state: _TableState, message: str | None) -> SeededTable | SeedFailure:
        name = state.plan.table.name
        inserted = 0 if message else len(state.rows)
        reason = message or (state.failure.reason if state.failure else None)
        if state.existing + inserted == 0:
            return SeedFailure(name, reason or "no row")
        return SeededTable(name, state.existing + inserted, inserted, reason)
