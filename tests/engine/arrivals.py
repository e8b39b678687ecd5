"""A meant schema to the statements of one history that ends in it."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, TypeVar, cast

from tests.engine.specs import ColumnSpec, SchemaSpec, TableSpec
from tests.engine.spellings import (
    Speller,
    spell_column,
    spell_index,
    spell_table,
    spell_trigger,
    spell_view,
    speller_for,
)

if TYPE_CHECKING:
    from random import Random

Value = TypeVar("Value")


def written(schema: SchemaSpec, chance: Random) -> list[str]:
    """Statements that make the schema, independent ones in any order."""
    speller = speller_for(schema, chance)
    return [*_shuffled([spell_table(table, speller) for table in schema.tables], speller), *_dependent(schema, speller)]


def altered(schema: SchemaSpec, chance: Random) -> list[str]:
    """Statements that make another schema and then alter it to this one."""
    speller = speller_for(schema, chance)
    renamings, first = [], schema
    for table in schema.tables:
        first, statements = _before_renaming(first, table, speller)
        renamings += statements
    creations = [statement for table in first.tables for statement in _grown(table, speller)]
    dependent = (
        [*renamings, *_dependent(schema, speller)] if speller.maybe() else [*_dependent(first, speller), *renamings]
    )
    return [*creations, *dependent]


def _dependent(schema: SchemaSpec, speller: Speller) -> list[str]:
    return [
        *_shuffled([spell_index(index, speller) for index in schema.indexes], speller),
        *_shuffled([spell_view(view, speller) for view in schema.views], speller),
        *_shuffled([spell_trigger(trigger, speller) for trigger in schema.triggers], speller),
    ]


def _shuffled(statements: list[str], speller: Speller) -> list[str]:
    return speller.chance.sample(statements, len(statements))


def _grown(table: TableSpec, speller: Speller) -> list[str]:
    """The table made with fewer columns at its end and one too many, then put right."""
    kept, added = list(table.columns), list[ColumnSpec]()
    while len(kept) > 1 and _can_come_later(kept[-1], table) and speller.maybe():
        added.insert(0, kept.pop())
    gone = [ColumnSpec("gone", "TEXT", not_null=True, default=("'x'",))] if speller.maybe() else []
    place = speller.chance.randint(0, len(kept))
    first = replace(table, columns=(*kept[:place], *gone, *kept[place:]))
    alter = f"{speller.word('ALTER TABLE')} {speller.name(table.name)}"
    return [
        spell_table(first, speller),
        *(f"{alter} {speller.word('DROP COLUMN')} {speller.name(column.name)}" for column in gone),
        *(f"{alter} {speller.word('ADD COLUMN')} {spell_column(column, table, speller)}" for column in added),
    ]


def _can_come_later(column: ColumnSpec, table: TableSpec) -> bool:
    used = {token for check in table.checks for token in check}
    in_key = column.name in table.key or any(column.name in names for names in table.uniques)
    return not (in_key or column.unique or f"@{column.name}" in used)


def _before_renaming(schema: SchemaSpec, table: TableSpec, speller: Speller) -> tuple[SchemaSpec, list[str]]:
    name, statements = table.name, list[str]()
    if speller.maybe():
        name = f"old {table.name}"
        schema = _with_table_renamed(schema, table.name, name)
        statements.append(f"ALTER TABLE {speller.name(name)} RENAME TO {speller.name(table.name)}")
    if speller.maybe():
        column = speller.chance.choice(table.names)
        schema = _with_column_renamed(schema, name, column, "was_" + column)
        target = speller.given(column)
        statements.insert(0, f"ALTER TABLE {speller.name(name)} RENAME {speller.name('was_' + column)} TO {target}")
    return schema, statements


def _with_table_renamed(schema: SchemaSpec, old: str, new: str) -> SchemaSpec:
    # No column has the name of a table.
    return _renamed(schema, old, new)


def _with_column_renamed(schema: SchemaSpec, table: str, old: str, new: str) -> SchemaSpec:
    def of_table(each: TableSpec) -> TableSpec:
        columns = tuple(pointing(column) for column in each.columns)
        each = replace(each, columns=tuple(replace(column, reference=None) for column in columns))
        each = _renamed(each, old, new) if each.name == table else each
        restored = zip(each.columns, columns, strict=True)
        return replace(each, columns=tuple(replace(new, reference=old.reference) for new, old in restored))

    def pointing(column: ColumnSpec) -> ColumnSpec:
        reference = column.reference
        if reference is None or reference.parent != table:
            return column
        return replace(
            column, reference=replace(reference, parent_columns=_renamed(reference.parent_columns, old, new))
        )

    return SchemaSpec(
        tuple(map(of_table, schema.tables)),
        tuple(_renamed(each, old, new) if each.table == table else each for each in schema.indexes),
        tuple(
            replace(each, select=_renamed(each.select, old, new)) if f"@{table}" in each.select else each
            for each in schema.views
        ),
        tuple(_renamed(each, old, new) if each.table == table else each for each in schema.triggers),
    )


def _renamed(value: Value, old: str, new: str) -> Value:
    """The value with the name changed wherever it stands in it."""
    changed: object = value
    if isinstance(value, str):
        changed = {old: new, f"@{old}": f"@{new}"}.get(value, value)
    elif isinstance(value, tuple):
        changed = tuple(_renamed(each, old, new) for each in value)
    elif is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: _renamed(getattr(value, field.name), old, new) for field in fields(value)}
        changed = replace(value, **parts)
    return cast("Value", changed)
