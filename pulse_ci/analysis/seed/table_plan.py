"""A table to the plan of its rows: which values each column may get, and which columns an error is about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pulse_ci.analysis.seed.affinity import Affinity, determine_affinity
from pulse_ci.analysis.seed.candidate_values import find_candidate_values
from pulse_ci.analysis.seed.clause import parse_number, read_clause
from pulse_ci.analysis.seed.column_choices import ColumnChoices
from pulse_ci.analysis.seed.default_values import list_default_values, list_distinct_values
from pulse_ci.analysis.seed.error_columns import ConstraintErrorColumns, find_unique_columns
from pulse_ci.sql.names import fold, quote

if TYPE_CHECKING:
    from pulse_ci.analysis.seed.default_values import Value
    from pulse_ci.analysis.seed.table_order import TableGraph
    from pulse_ci.schema.schema import Column, Index, Table, Trigger

_STORAGE_CLASSES = {"INT": "integer", "INTEGER": "integer", "REAL": "real", "TEXT": "text", "BLOB": "blob"}


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """A column that is written: its values, None not among them, and the slot that it has if it refers to nothing."""

    name: str
    values: tuple[Value, ...]
    nullable: bool
    choices: ColumnChoices


@dataclass(frozen=True, slots=True)
class TablePlan:
    """How to fill one table; `places` tells where a folded name stands among `columns`.

    `risky` if an insert that fails can leave something behind, or one that succeeds nothing.
    """

    table: Table
    insert_sql: str
    columns: tuple[ColumnPlan, ...]
    positions: dict[str, int]
    error_columns: ConstraintErrorColumns
    needs_savepoint: bool

    def find_position(self, name: str) -> int | None:
        """Return where a column is written: a generated one where the only column is that it comes from."""
        source, *others = self.error_columns.source_columns.get(fold(name), ()) or ("",)
        return None if others else self.positions.get(source)

    def find_positions(self, names: tuple[str, ...]) -> list[int] | None:
        """Return where columns are written, None if one of them nowhere is."""
        positions = [position for name in names if (position := self.find_position(name)) is not None]
        return positions if names and len(positions) == len(names) else None


def plan_table(graph: TableGraph, table: Table, count: int) -> TablePlan:
    """Return the plan for rows that may be as many as `count`."""
    name = fold(table.name)
    triggers = tuple(trigger for trigger in graph.triggers.get(name, ()) if trigger.event == "INSERT")
    indexes = tuple(graph.indexes.get(name, ()))
    return _build_plan(table, table.sql, indexes, triggers, _find_child_conditions(graph, table), count)


def _find_child_conditions(graph: TableGraph, table: Table) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return for each column that others refer to the conditions that those must meet."""
    found: dict[str, dict[str, None]] = {}
    for name, child, column in graph.find_referencing_columns(table):
        found.setdefault(name, {}).update(dict.fromkeys(column.checks))
        stored = _STORAGE_CLASSES.get(column.type.upper()) if child.strict else None
        own = table.find_column(name)
        if (
            stored
            and own
            and determine_affinity(own.type, strict=table.strict) is not determine_affinity(column.type, strict=True)
        ):
            found[name][f"typeof() = '{stored}'"] = None
    return tuple((name, tuple(checks)) for name, checks in found.items() if checks)


@lru_cache(512)
def _build_plan(
    table: Table,
    _: str,  # the text: tables are equal though names differ in case, and constraints in theirs
    indexes: tuple[Index, ...],
    triggers: tuple[Trigger, ...],
    child_conditions: tuple[tuple[str, tuple[str, ...]], ...],
    count: int,
) -> TablePlan:
    written = [column for column in table.columns if not column.generated]
    names = ", ".join(quote(column.name) for column in written)
    placeholders = ", ".join("?" * len(written))
    error_columns = ConstraintErrorColumns(table, indexes, triggers)
    distinct = find_unique_columns(table, indexes)
    conditions = _find_conditions(table, indexes, error_columns.source_columns)
    optional_conditions = _find_optional_conditions(indexes, triggers, error_columns.source_columns)
    for name, others in _find_compared_columns(table, error_columns.source_columns).items():
        optional_conditions.setdefault(name, []).extend(text for other in others for text in conditions[other])
    conditions_by_column = dict(child_conditions)
    return TablePlan(
        table=table,
        insert_sql=f"INSERT INTO {quote(table.name)} ({names}) VALUES ({placeholders})",
        columns=tuple(
            _plan_column(
                table,
                column,
                [*conditions_by_column.get(fold(column.name), ()), *conditions.get(fold(column.name), ())],
                optional_conditions.get(fold(column.name), []),
                position,
                count if fold(column.name) in distinct else 0,
            )
            for position, column in enumerate(written)
        ),
        positions={fold(column.name): position for position, column in enumerate(written)},
        error_columns=error_columns,
        needs_savepoint=bool(triggers) or "ON CONFLICT" in table.normalized_sql,
    )


def _find_conditions(
    table: Table, indexes: tuple[Index, ...], sources: dict[str, frozenset[str]]
) -> dict[str, list[str]]:
    """Return for each column, by folded name, the expressions whose value must not be an error, nor false."""
    texts = [*table.checks, *(column.generated for column in table.columns if column.generated)]
    texts += [term.expression for index in indexes for term in index.indexed_columns if term.expression]
    return _group_by_column(texts, sources)


def _find_optional_conditions(
    indexes: tuple[Index, ...], triggers: tuple[Trigger, ...], sources: dict[str, frozenset[str]]
) -> dict[str, list[str]]:
    """Return for each column the expressions that a row need not meet, though it is more of a row if it does."""
    texts = [index.where for index in indexes if index.where]
    texts += [trigger.when for trigger in triggers if trigger.when]
    texts += [text for trigger in triggers for text in trigger.body if "RAISE" in text]
    return _group_by_column(texts, sources)


def _find_compared_columns(table: Table, sources: dict[str, frozenset[str]]) -> dict[str, dict[str, None]]:
    """Return for each column those that it is compared with, whose values may suit it too."""
    found: dict[str, dict[str, None]] = {}
    for check in table.checks:
        together = sorted({source for name in read_clause(check).names for source in sources.get(name, ())})
        for name in together if len(together) < 5 else ():
            found.setdefault(name, {}).update((other, None) for other in together if other != name)
    return found


def _group_by_column(texts: list[str], sources: dict[str, frozenset[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in texts:
        names = read_clause(text).names & sources.keys()
        for name in frozenset[str]().union(*(sources[each] for each in names)):
            found.setdefault(name, []).append(text)
    return found


def _plan_column(
    table: Table, column: Column, conditions: list[str], optional_conditions: list[str], position: int, count: int
) -> ColumnPlan:
    stored = determine_affinity(column.type, strict=table.strict)
    name = fold(column.name)
    wanted = find_candidate_values(tuple(map(read_clause, conditions)), stored, count) if conditions else ()
    usual = _list_usual_values(column.type, stored, name if count else "", count)
    further = (
        find_candidate_values(tuple(map(read_clause, optional_conditions)), stored, count)
        if optional_conditions
        else ()
    )
    preferred = (*_read_default(column), *wanted)
    values = _remove_duplicates((*preferred, *usual, *further)) if preferred or further else usual
    nullable = not (column.not_null or column.primary_key_position or name == fold(table.rowid_alias or ""))
    full = tuple((value,) for value in values)
    choices = ColumnChoices((position,), full, ((None,),) if nullable else (), start=0 if wanted or count else position)
    return ColumnPlan(column.name, values, nullable, choices)


@lru_cache(2048)
def _list_usual_values(declared_type: str, stored: Affinity, name: str, count: int) -> tuple[Value, ...]:
    """Return values for a column on which there are no conditions; each once only if there is a name."""
    usual = list_default_values(declared_type, stored)
    return _remove_duplicates((*list_distinct_values(name, stored, count), *usual)) if name else usual


def _remove_duplicates(values: tuple[Value, ...]) -> tuple[Value, ...]:
    # 1 and 1.0 are one to a dict, but two to SQLite.
    return tuple({(type(value), value): value for value in values}.values())


def _read_default(column: Column) -> tuple[Value, ...]:
    text = column.default or ""
    if text[:1] == "'":
        return (text[1:-1].replace("''", "'"),)
    value = parse_number(text.replace(" ", ""))
    return () if value is None else (value,)
