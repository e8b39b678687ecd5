"""Changed tables to what a diagram of them shows: the tables, their neighbours, and the foreign keys between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.model import ChangeAction, ObjectKind
from pulse_ci.sql.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.model import Change
    from pulse_ci.report.models import Schemas
    from pulse_ci.schema.schema import Column, ForeignKey, Schema, Table

MAX_CHANGED_TABLES = 12
_MAX_NEIGHBOURS = 12
_MAX_ATTRIBUTES = 24


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column; `keys` are of PK, FK and UK."""

    name: str
    type: str
    keys: tuple[str, ...]
    change: ChangeAction | None


@dataclass(frozen=True, slots=True)
class Entity:
    """A table; `hidden` is how many of its columns are not listed."""

    name: str
    change: ChangeAction | None
    attributes: tuple[Attribute, ...]
    hidden_columns: int


@dataclass(frozen=True, slots=True)
class Relation:
    """A foreign key; `required` where the child cannot be without a parent, `single` where a parent has one at most."""

    parent: str
    child: str
    columns: tuple[str, ...]
    on_delete: str
    is_required: bool
    is_unique: bool
    change: ChangeAction | None


@dataclass(frozen=True, slots=True)
class ErModel:
    """What is drawn; `hidden` is how many neighbours found no room."""

    changed_tables: tuple[Entity, ...]
    neighbours: tuple[Entity, ...]
    relations: tuple[Relation, ...]
    hidden_neighbours: int


def find_changed_tables(changes: Iterable[Change]) -> tuple[str, ...]:
    """Return the folded names of the tables that change themselves, in order; an index of theirs does not count."""
    return tuple(
        dict.fromkeys(fold(each.table) for each in changes if each.kind in (ObjectKind.TABLE, ObjectKind.COLUMN))
    )


def build_er_model(changes: Iterable[Change], schemas: Schemas) -> ErModel:
    """Return the touched tables with all that a reader wants to see of them, and their neighbours with keys alone."""
    changed_tables = find_changed_tables(changes)
    relations = tuple(
        each
        for each in _find_relations(schemas)
        if fold(each.parent) in changed_tables or fold(each.child) in changed_tables
    )
    related = dict.fromkeys(fold(name) for each in relations for name in (each.parent, each.child))
    neighbours = [name for name in related if name not in changed_tables]
    shown = {*changed_tables, *neighbours[:_MAX_NEIGHBOURS]}
    return ErModel(
        changed_tables=tuple(_build_entity(name, schemas) for name in changed_tables),
        neighbours=tuple(_build_neighbour(name, schemas, relations) for name in neighbours[:_MAX_NEIGHBOURS]),
        relations=tuple(each for each in relations if {fold(each.parent), fold(each.child)} <= shown),
        hidden_neighbours=len(neighbours[_MAX_NEIGHBOURS:]),
    )


def _find_action(before: object, after: object) -> ChangeAction | None:
    if before is None:
        return ChangeAction.ADDED
    if after is None:
        return ChangeAction.REMOVED
    return None if before == after else ChangeAction.MODIFIED


def _build_entity(name: str, schemas: Schemas) -> Entity:
    before, after = schemas.before.find_table(name), schemas.after.find_table(name)
    attributes = tuple(_build_attributes(before, after))
    # Keys and what changes stay, whatever else has to go; the order is the table's.
    ranked = sorted(range(len(attributes)), key=lambda at: not (attributes[at].keys or attributes[at].change))
    kept = sorted(ranked[:_MAX_ATTRIBUTES])
    shown = tuple(attributes[at] for at in kept)
    table = after or before
    return Entity(table.name if table else name, _find_action(before, after), shown, len(attributes) - len(shown))


def _build_attributes(before: Table | None, after: Table | None) -> Iterator[Attribute]:
    old = before.columns if before else ()
    new = after.columns if after else ()
    for column in new:
        was = before.find_column(column.name) if before else column
        yield _build_attribute(column, after, _find_action(was, column))
    for column in old:
        if after is None or after.find_column(column.name) is None:
            yield _build_attribute(column, before, ChangeAction.REMOVED if after else None)


def _build_attribute(column: Column, table: Table | None, change: ChangeAction | None) -> Attribute:
    keys = ["PK"] if column.primary_key_position else []
    keys += ["FK"] if table and any(_includes_column(key, column.name) for key in table.foreign_keys) else []
    keys += ["UK"] if column.unique else []
    return Attribute(column.name, column.type, tuple(keys), change)


def _includes_column(key: ForeignKey, name: str) -> bool:
    return fold(name) in map(fold, key.columns)


def _build_neighbour(name: str, schemas: Schemas, relations: tuple[Relation, ...]) -> Entity:
    table = schemas.after.find_table(name) or schemas.before.find_table(name)
    if table is None:  # a foreign key may name a table that is not there
        missing = next(each.parent for each in relations if fold(each.parent) == name)
        return Entity(missing, None, (), 0)
    linking = {fold(column) for each in relations if fold(each.child) == name for column in each.columns}
    shown = [column for column in table.columns if column.primary_key_position or fold(column.name) in linking]
    attributes = tuple(_build_attribute(column, table, None) for column in shown[:_MAX_ATTRIBUTES])
    return Entity(table.name, None, attributes, 0)


def _find_relations(schemas: Schemas) -> list[Relation]:
    before, after = _index_foreign_keys(schemas.before), _index_foreign_keys(schemas.after)
    return [
        _build_relation(
            *(after.get(identity) or before[identity]), _find_action(before.get(identity), after.get(identity))
        )
        for identity in after | before
    ]


def _index_foreign_keys(schema: Schema) -> dict[tuple[str, ...], tuple[Table, ForeignKey]]:
    return {
        (fold(table.name), fold(key.parent), *map(fold, key.columns)): (table, key)
        for table in schema.tables
        for key in table.foreign_keys
    }


def _build_relation(child: Table, key: ForeignKey, change: ChangeAction | None) -> Relation:
    columns = [column for name in key.columns if (column := child.find_column(name))]
    unique = {frozenset(map(fold, each.columns)) for each in (*child.uniques, child.primary_key) if each}
    return Relation(
        parent=key.parent,
        child=child.name,
        columns=key.columns,
        on_delete=key.on_delete,
        is_required=all(column.not_null for column in columns),
        is_unique=frozenset(map(fold, key.columns)) in unique,
        change=None if change is ChangeAction.MODIFIED else change,
    )
