"""Single changes of a meant schema, each of which matters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.engine.specs import ColumnSpec, IndexSpec, SchemaSpec, TableSpec, TermSpec, TriggerSpec, ViewSpec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.engine.specs import Tokens

FLIPPED = {"BINARY": "NOCASE", "NOCASE": "RTRIM", "RTRIM": "BINARY", "": "RTRIM"}


def mutants(schema: SchemaSpec, chance: Random) -> dict[str, SchemaSpec]:
    """One changed schema for each kind of change that this one has room for, by the name of the change."""
    table = chance.choice(schema.tables)
    changed = {f"table {name}": _with_table(schema, table, new) for name, new in _tables(table, chance)}
    for kind, change in (("indexes", _index), ("views", _view), ("triggers", _trigger)):
        for position, each in enumerate(getattr(schema, kind)):
            for name, new in change(each):
                old = getattr(schema, kind)
                changed[f"{kind} {name}"] = replace(schema, **{kind: (*old[:position], *new, *old[position + 1 :])})
    return changed


def _with_table(schema: SchemaSpec, old: TableSpec, new: TableSpec) -> SchemaSpec:
    return replace(schema, tables=tuple(new if table is old else table for table in schema.tables))


def _tables(table: TableSpec, chance: Random) -> Iterator[tuple[str, TableSpec]]:
    column = chance.choice(table.columns)
    for name, new in _columns(column, table):
        yield name, replace(table, columns=tuple(new if each is column else each for each in table.columns))
    yield "column added", replace(table, columns=(*table.columns, ColumnSpec("extra", "TEXT")))
    yield "columns reversed", replace(table, columns=table.columns[::-1]) if len(table.columns) > 1 else _strange(table)
    yield "check added", replace(table, checks=(*table.checks, (f"@{column.name}", "<>", "4711")))
    if set(table.checks) - {each.check for each in table.columns}:
        yield "check removed", replace(table, checks=())
    if table.checks:
        yield "check changed", replace(table, checks=tuple(map(_otherwise, table.checks)))
    if table.autoincrement:
        yield "autoincrement", replace(table, autoincrement=False)
    if table.key and not table.autoincrement and not any(each.generated for each in table.columns):
        yield "without rowid", replace(table, without_rowid=not table.without_rowid)
    if len(table.key) > 1:
        yield "key reversed", replace(table, key=table.key[::-1])
    if set(table.uniques) - {table.key}:
        yield "unique removed", replace(table, uniques=())
    if table.strict:
        yield "strict", replace(table, strict=False)


def _strange(table: TableSpec) -> TableSpec:
    return replace(table, columns=(*table.columns, ColumnSpec("strange", "TEXT")))


def _columns(column: ColumnSpec, table: TableSpec) -> Iterator[tuple[str, ColumnSpec]]:
    in_key = column.name in table.key
    if not (in_key and table.autoincrement):
        yield "type", replace(column, type={"TEXT": "BLOB", "INTEGER": "INT"}.get(column.type, "TEXT"))
    yield "collation", replace(column, collation=FLIPPED[column.collation])
    if not (in_key and (table.strict or table.without_rowid)):
        yield "not null", replace(column, not_null=not column.not_null)
    if not in_key:
        yield "unique", replace(column, unique=not column.unique)
    if not column.generated:
        yield "default", replace(column, default=("'mutant'",) if column.default else ("5",))
    else:
        yield "stored", replace(column, stored=not column.stored)
        yield "generated", replace(column, generated=_otherwise(column.generated))
    if column.check:
        yield "column check", replace(column, check=_otherwise(column.check))
    if column.reference:
        yield from _references(column)


def _references(column: ColumnSpec) -> Iterator[tuple[str, ColumnSpec]]:
    old = column.reference
    if old is None:
        return
    yield "reference removed", replace(column, reference=None)
    yield "reference parent", replace(column, reference=replace(old, parent="nowhere", is_key=False))
    yield "reference column", replace(column, reference=replace(old, parent_columns=("nothing",), is_key=False))
    yield "on delete", replace(column, reference=replace(old, on_delete=_other_action(old.on_delete)))
    yield "on update", replace(column, reference=replace(old, on_update=_other_action(old.on_update)))
    yield "deferred", replace(column, reference=replace(old, deferred=not old.deferred))


def _other_action(action: str) -> str:
    return "CASCADE" if action == "NO ACTION" else "NO ACTION"


def _otherwise(tokens: Tokens) -> Tokens:
    return ("NOT", "(", *tokens, ")")


def _index(index: IndexSpec) -> Iterator[tuple[str, tuple[IndexSpec, ...]]]:
    first = index.terms[0]
    yield "removed", ()
    yield "unique", (replace(index, unique=not index.unique),)
    yield "where", (replace(index, where=() if index.where else ("TRUE",)),)
    yield "order", (_first_term(index, replace(first, descending=not first.descending)),)
    yield "expression", (_first_term(index, replace(first, tokens=("hex", "(", *first.tokens, ")"))),)
    if len(first.tokens) > 1:
        yield "collation", (_first_term(index, replace(first, collation=FLIPPED[first.collation])),)


def _first_term(index: IndexSpec, term: TermSpec) -> IndexSpec:
    return replace(index, terms=(term, *index.terms[1:]))


def _view(view: ViewSpec) -> Iterator[tuple[str, tuple[ViewSpec, ...]]]:
    yield "removed", ()
    yield "columns", (replace(view, columns=("p", "q")),)
    yield "body", (replace(view, select=("SELECT", "*", "FROM", "(", *view.select, ")")),)


def _trigger(trigger: TriggerSpec) -> Iterator[tuple[str, tuple[TriggerSpec, ...]]]:
    other = {"INSERT": "UPDATE", "UPDATE": "INSERT", "DELETE": "UPDATE"}[trigger.event]
    yield "removed", ()
    yield "time", (replace(trigger, time="AFTER" if trigger.time == "BEFORE" else "BEFORE"),)
    yield "event", (replace(trigger, event=other, columns=(), when=(), body=(("SELECT", "1"),)),)
    yield "when", (replace(trigger, when=("1", ">", "0")),)
    yield "body", (replace(trigger, body=(*trigger.body, ("SELECT", "'Mutant'"))),)
    if trigger.columns:
        yield "columns", (replace(trigger, columns=()),)
