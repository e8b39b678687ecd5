"""A table to the plan of its rows: which values each column may get, and which columns an error is about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pulse_ci.analysis.seed.affinity import Affinity, affinity
from pulse_ci.analysis.seed.candidate_values import wanted_values
from pulse_ci.analysis.seed.clause import number, read_clause
from pulse_ci.analysis.seed.column_choices import Slot
from pulse_ci.analysis.seed.default_values import distinct_values, ordinary_values
from pulse_ci.analysis.seed.error_columns import Blame, unique_columns
from pulse_ci.analysis.table_rows import quote_name
from pulse_ci.schema.schema import Table, fold

if TYPE_CHECKING:
    from pulse_ci.analysis.seed.default_values import Value
    from pulse_ci.analysis.seed.table_order import Relations
    from pulse_ci.schema.schema import Column, Index, Trigger

_STORED = {"INT": "integer", "INTEGER": "integer", "REAL": "real", "TEXT": "text", "BLOB": "blob"}


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """A column that is written: its values, None not among them, and the slot that it has if it refers to nothing."""

    name: str
    values: tuple[Value, ...]
    nullable: bool
    slot: Slot


@dataclass(frozen=True, slots=True)
class Plan:
    """How to fill one table; `places` tells where a folded name stands among `columns`.

    `risky` if an insert that fails can leave something behind, or one that succeeds nothing.
    """

    table: Table
    insert: str
    columns: tuple[ColumnPlan, ...]
    places: dict[str, int]
    blame: Blame
    risky: bool

    def place(self, name: str) -> int | None:
        """Return where a column is written: a generated one where the only column is that it comes from."""
        source, *others = self.blame.sources.get(fold(name), ()) or ("",)
        return None if others else self.places.get(source)

    def places_of(self, names: tuple[str, ...]) -> list[int] | None:
        """Return where columns are written, None if one of them nowhere is."""
        places = [place for name in names if (place := self.place(name)) is not None]
        return places if names and len(places) == len(names) else None


def plan_table(relations: Relations, table: Table, count: int) -> Plan:
    """Return the plan for rows that may be as many as `count`."""
    name = fold(table.name)
    triggers = tuple(trigger for trigger in relations.triggers.get(name, ()) if trigger.event == "INSERT")
    indexes = tuple(relations.indexes.get(name, ()))
    return _plan(table, table.sql, indexes, triggers, _asked(relations, table), count)


def _asked(relations: Relations, table: Table) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return for each column that others refer to the conditions that those must meet."""
    found: dict[str, dict[str, None]] = {}
    for name, child, column in relations.referrers(table):
        found.setdefault(name, {}).update(dict.fromkeys(column.checks))
        stored = _STORED.get(column.type.upper()) if child.strict else None
        own = table.column(name)
        if stored and own and affinity(own.type, strict=table.strict) is not affinity(column.type, strict=True):
            found[name][f"typeof() = '{stored}'"] = None
    return tuple((name, tuple(checks)) for name, checks in found.items() if checks)


@lru_cache(512)
def _plan(
    table: Table,
    _: str,  # the text: tables are equal though names differ in case, and constraints in theirs
    indexes: tuple[Index, ...],
    triggers: tuple[Trigger, ...],
    asked_for: tuple[tuple[str, tuple[str, ...]], ...],
    count: int,
) -> Plan:
    written = [column for column in table.columns if not column.generated]
    names = ", ".join(quote_name(column.name) for column in written)
    marks = ", ".join("?" * len(written))
    blame = Blame(table, indexes, triggers)
    distinct = unique_columns(table, indexes)
    conditions = _conditions(table, indexes, blame.sources)
    remarks = _remarks(indexes, triggers, blame.sources)
    for name, others in _partners(table, blame.sources).items():
        remarks.setdefault(name, []).extend(text for other in others for text in conditions[other])
    asked = dict(asked_for)
    return Plan(
        table=table,
        insert=f"INSERT INTO {quote_name(table.name)} ({names}) VALUES ({marks})",
        columns=tuple(
            _column(
                table,
                column,
                [*asked.get(fold(column.name), ()), *conditions.get(fold(column.name), ())],
                remarks.get(fold(column.name), []),
                place,
                count if fold(column.name) in distinct else 0,
            )
            for place, column in enumerate(written)
        ),
        places={fold(column.name): place for place, column in enumerate(written)},
        blame=blame,
        risky=bool(triggers) or "ON CONFLICT" in table.canonical,
    )


def _conditions(table: Table, indexes: tuple[Index, ...], sources: dict[str, frozenset[str]]) -> dict[str, list[str]]:
    """Return for each column, by folded name, the expressions whose value must not be an error, nor false."""
    texts = [*table.checks, *(column.generated for column in table.columns if column.generated)]
    texts += [term.expression for index in indexes for term in index.terms if term.expression]
    return _by_column(texts, sources)


def _remarks(
    indexes: tuple[Index, ...], triggers: tuple[Trigger, ...], sources: dict[str, frozenset[str]]
) -> dict[str, list[str]]:
    """Return for each column the expressions that a row need not meet, though it is more of a row if it does."""
    texts = [index.where for index in indexes if index.where]
    texts += [trigger.when for trigger in triggers if trigger.when]
    texts += [text for trigger in triggers for text in trigger.body if "RAISE" in text]
    return _by_column(texts, sources)


def _partners(table: Table, sources: dict[str, frozenset[str]]) -> dict[str, dict[str, None]]:
    """Return for each column those that it is compared with, whose values may suit it too."""
    found: dict[str, dict[str, None]] = {}
    for check in table.checks:
        together = sorted({source for name in read_clause(check).names for source in sources.get(name, ())})
        for name in together if len(together) < 5 else ():
            found.setdefault(name, {}).update((other, None) for other in together if other != name)
    return found


def _by_column(texts: list[str], sources: dict[str, frozenset[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in texts:
        names = read_clause(text).names & sources.keys()
        for name in frozenset[str]().union(*(sources[each] for each in names)):
            found.setdefault(name, []).append(text)
    return found


def _column(
    table: Table, column: Column, conditions: list[str], remarks: list[str], place: int, count: int
) -> ColumnPlan:
    stored = affinity(column.type, strict=table.strict)
    name = fold(column.name)
    wanted = wanted_values(tuple(map(read_clause, conditions)), stored, count) if conditions else ()
    usual = _usual(column.type, stored, name if count else "", count)
    further = wanted_values(tuple(map(read_clause, remarks)), stored, count) if remarks else ()
    before = (*_default(column), *wanted)
    values = _distinct((*before, *usual, *further)) if before or further else usual
    nullable = not (column.not_null or column.primary_key or name == fold(table.rowid_alias or ""))
    full = tuple((value,) for value in values)
    slot = Slot((place,), full, ((None,),) if nullable else (), start=0 if wanted or count else place)
    return ColumnPlan(column.name, values, nullable, slot)


@lru_cache(2048)
def _usual(declared: str, stored: Affinity, name: str, count: int) -> tuple[Value, ...]:
    """Return values for a column on which there are no conditions; each once only if there is a name."""
    usual = ordinary_values(declared, stored)
    return _distinct((*distinct_values(name, stored, count), *usual)) if name else usual


def _distinct(values: tuple[Value, ...]) -> tuple[Value, ...]:
    # 1 and 1.0 are one to a dict, but two to SQLite.
    return tuple({(type(value), value): value for value in values}.values())


def _default(column: Column) -> tuple[Value, ...]:
    text = column.default or ""
    if text[:1] == "'":
        return (text[1:-1].replace("''", "'"),)
    value = number(text.replace(" ", ""))
    return () if value is None else (value,)
