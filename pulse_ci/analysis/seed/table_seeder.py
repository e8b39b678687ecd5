"""Tables that refer to one another to rows in each of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulse_ci.analysis.seed.column_choices import Own, Slot, fixed
from pulse_ci.analysis.seed.count import count_rows
from pulse_ci.analysis.seed.parents import parents_without_rows, reference_slot, references
from pulse_ci.analysis.seed.row_search import Failure, Known, Turn, find_row
from pulse_ci.analysis.seed.table_plan import plan_table
from pulse_ci.analysis.seed.value import SeededTable, Unseeded
from pulse_ci.analysis.table_rows import quote_name
from pulse_ci.schema.schema import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.seed.default_values import Value
    from pulse_ci.analysis.seed.row_search import Row
    from pulse_ci.analysis.seed.table_order import Relations
    from pulse_ci.analysis.seed.table_plan import Plan
    from pulse_ci.analysis.seed.where_hints import Hints
    from pulse_ci.analysis.seed.writer import Writer
    from pulse_ci.schema.constraints import ForeignKey
    from pulse_ci.schema.schema import Table

_ATTEMPTS = 2000
# A row that only shows one more column with or without a value is worth less.
_FEW_ATTEMPTS = 24
# Each try that fails teaches which values the rows to come cannot have.
_CIRCLE_TRIES = 6


@dataclass
class _Target:
    """A table that is being filled; `promised` are values that rows to come must have, by the row's number.

    `slots` are made anew for each row if the rows of the group itself can be referred to.
    """

    plan: Plan
    references: list[tuple[ForeignKey, ...]]
    existing: int
    known: Known = field(default_factory=Known)
    rows: list[Row] = field(default_factory=list)
    failure: Failure | None = None
    promised: dict[int, dict[int, Value]] = field(default_factory=dict)
    changing: bool = False
    slots: tuple[Slot, ...] | None = None


class Filling:
    """Fills one group of tables: a single one, or some whose foreign keys make a circle."""

    def __init__(self, writer: Writer, relations: Relations, group: tuple[Table, ...], rows: int, hints: Hints) -> None:
        self._writer = writer
        self._rows = rows
        self._hints = {fold(table.name): hints.of(table) for table in group} if len(group) == 1 else {}
        self._made = hints.made
        self._relations = relations
        self._targets = {fold(table.name): self._target(table, group) for table in group}
        self._promising = False

    def _target(self, table: Table, group: tuple[Table, ...]) -> _Target:
        plan = plan_table(self._relations, table, self._rows + 2 + len(self._hints.get(fold(table.name), ())))
        changing = len(group) > 1 or self._relations.refers_to_itself(table)
        existing = count_rows(self._writer.connection, table.name)
        return _Target(plan, references(plan), existing, changing=changing)

    def fill(self) -> list[SeededTable | Unseeded]:
        """Insert the rows; return what came of each table. Raises what the sandbox stops."""
        if all(target.existing >= self._rows for target in self._targets.values()) and not any(self._hints.values()):
            return [self._outcome(target, None) for target in self._targets.values()]
        for deferred in self._ways():
            if self._filled(deferred=deferred, whole=True):
                return [self._outcome(target, None) for target in self._targets.values()]
        message = None if self._filled(deferred=False, whole=False) else "A constraint does not hold at the end."
        return [self._outcome(target, message) for target in self._targets.values()]

    def _ways(self) -> tuple[bool, ...]:
        if len(self._targets) > 1:
            return (True,) * _CIRCLE_TRIES
        (target,) = self._targets.values()
        return (False, *(True,) * _CIRCLE_TRIES) if self._relations.refers_to_itself(target.plan.table) else ()

    def _filled(self, *, deferred: bool, whole: bool) -> bool:
        """Try to fill the tables; keep the rows only if every table got its own, or `whole` is false."""
        self._promising = deferred
        self._writer.begin(deferred=deferred)
        for target in self._targets.values():
            target.rows, target.failure, target.promised = [], None, {}
        for target in self._targets.values():
            self._fill_table(target)
        if whole and any(target.failure for target in self._targets.values()):
            self._writer.roll_back()
            return False
        self._promising = False
        if whole and not all(map(self._is_linked, self._targets.values())):
            self._writer.roll_back()
            return False
        for target in self._targets.values():
            self._cover(target)
            self._add_hinted(target)
        if deferred and not self._holds():
            self._writer.roll_back()
            return False
        return self._writer.commit() is None

    def _is_linked(self, target: _Target) -> bool:
        """Return whether some row refers to another one, in a table whose rows can."""
        keys = (key for key in target.plan.table.foreign_keys if fold(key.parent) == fold(target.plan.table.name))
        for key in keys:
            own = target.plan.places_of(key.columns) or []
            theirs = target.plan.places_of(key.parent_columns) or []
            pairs = ((row, other) for row in target.rows for other in target.rows if row is not other)
            if not any([row[at] for at in own] == [other[at] for at in theirs] for row, other in pairs):
                return target.existing > 0
        return True

    def _holds(self) -> bool:
        violations: list[Row] = []
        for target in self._targets.values():
            check = f"PRAGMA foreign_key_check({quote_name(target.plan.table.name)})"
            if self._writer.read(check, violations):
                return False
        return not violations

    def _fill_table(self, target: _Target) -> None:
        number = target.existing
        while number < max(self._rows, max(target.promised, default=-1) + 1):
            slots = tuple(fixed(slot, target.promised.get(number, {})) for slot in self._slots(target, number))
            lacking = self._lacking(slots)
            if lacking:
                target.failure = lacking
                return
            row = self._found(target, slots, Turn(number, nulls_first=number % 2 == 1), _ATTEMPTS)
            if isinstance(row, Failure):
                target.failure = row
                return
            self._promise(target, number, row)
            number += 1

    def _slots(self, target: _Target, number: int) -> tuple[Slot, ...]:
        if target.slots is None or target.changing:
            referring = tuple(self._references(target, number))
            taken = {place for slot in referring for place in slot.places}
            plain = (column.slot for place, column in enumerate(target.plan.columns) if place not in taken)
            target.slots = (*referring, *plain)
        return target.slots

    def _references(self, target: _Target, number: int) -> Iterator[Slot]:
        connection = self._writer.connection
        for keys in target.references:
            slot = reference_slot(
                connection, target.plan, keys, lambda key: self._promises(target, key, number), self._rows + 6
            )
            # Without a parent that could have rows, the insert itself tells best what is wrong.
            if slot.full or slot.empty or slot.last or parents_without_rows(connection, keys):
                yield slot

    def _promises(self, target: _Target, key: ForeignKey, number: int) -> list[tuple[Value, ...]]:
        """Return what a parent without rows will be given later, if it is of this group."""
        parent = self._targets.get(fold(key.parent))
        places = parent.plan.places_of(key.parent_columns) if parent and self._promising else None
        if parent is None or places is None:
            return []
        at = number + (parent is target)
        slots = [parent.plan.columns[place].slot for place in places]
        columns = [parent.known.kept(slot, slot.full) for slot in slots]
        values = [each[at % len(each)][0] for each in columns]
        return [tuple(value for value in values if not isinstance(value, Own))]

    def _promise(self, target: _Target, number: int, row: Row) -> None:
        """Note what rows to come must have, since this row refers to them."""
        for key in target.plan.table.foreign_keys:
            own = target.plan.places_of(key.columns)
            for promised in self._promises(target, key, number) if own else ():
                parent = self._targets[fold(key.parent)]
                at = number + (parent is target)
                if own and len(parent.rows) <= at and tuple(row[place] for place in own) == promised:
                    places = parent.plan.places_of(key.parent_columns) or []
                    parent.promised.setdefault(at, {}).update(zip(places, promised, strict=True))

    def _lacking(self, slots: tuple[Slot, ...]) -> Failure | None:
        for slot in slots:
            if not (slot.full or slot.empty or slot.last):
                parents = " and ".join(parents_without_rows(self._writer.connection, slot.keys))
                return Failure(f"It must refer to a row of {parents or 'another table'}, and there is none.")
        return None

    def _found(self, target: _Target, slots: tuple[Slot, ...], turn: Turn, attempts: int) -> Row | Failure:
        row = find_row(slots, turn, lambda row: self._writer.insert(target.plan, row), target.known, attempts)
        if not isinstance(row, Failure):
            target.rows.append(row)
        return row

    def _cover(self, target: _Target) -> None:
        """Add rows for columns that no row shows NULL, or none with a value."""
        if not target.rows or target.failure:
            return
        for place, column in enumerate(target.plan.columns):
            for null in (True, False) if column.nullable else ():
                shown = any((row[place] is None) == null for row in target.rows)
                if not shown and not self._is_there(target, column.name, null=null):
                    self._cover_column(target, place, null=null)

    def _is_there(self, target: _Target, column: str, *, null: bool) -> bool:
        """Return whether a row that was there before has the column NULL, or has a value in it."""
        condition = f"{quote_name(column)} IS {'NULL' if null else 'NOT NULL'}"
        select = f"SELECT 1 FROM {quote_name(target.plan.table.name)} WHERE {condition} LIMIT 1"
        return target.existing > 0 and bool(self._writer.connection.execute(select).fetchall())

    def _cover_column(self, target: _Target, place: int, *, null: bool) -> None:
        number = target.existing + len(target.rows)
        slots = self._slots(target, number)
        (index,) = (index for index, slot in enumerate(slots) if place in slot.places)
        only = {index: slots[index].with_null(place) if null else slots[index].with_value(place)}
        for nulls_first in (not null, null):
            row = self._found(target, slots, Turn(number, nulls_first, only), _FEW_ATTEMPTS)
            if not isinstance(row, Failure):
                return

    def _add_hinted(self, target: _Target) -> None:
        """Add the rows that statements look for, where the constraints let them be."""
        name, columns = fold(target.plan.table.name), target.plan.columns
        self._made.pop(name, None)
        for hint in self._hints.get(name, ()):
            values = {target.plan.places[each]: value for each, value in hint.items() if each in target.plan.places}
            number = target.existing + len(target.rows)
            slots = tuple(fixed(slot, values) for slot in self._slots(target, number))
            if values and self._lacking(slots) is None:
                row = self._found(target, slots, Turn(number, nulls_first=False), _FEW_ATTEMPTS)
                if not isinstance(row, Failure):
                    made = {fold(column.name): value for column, value in zip(columns, row, strict=True)}
                    self._made.setdefault(name, []).append(made)

    def _outcome(self, target: _Target, message: str | None) -> SeededTable | Unseeded:
        name = target.plan.table.name
        inserted = 0 if message else len(target.rows)
        reason = message or (target.failure.reason if target.failure else None)
        if target.existing + inserted == 0:
            return Unseeded(name, reason or "no row")
        return SeededTable(name, target.existing + inserted, inserted, reason)
