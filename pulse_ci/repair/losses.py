"""What a reverse copies, what it cannot bring back, and what can keep it from running."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.engine.canonical.words import meaning, quote_name
from pulse_ci.engine.schema import fold
from pulse_ci.engine.seed.affinity import Affinity, affinity
from pulse_ci.repair.columns import holds, is_addable
from pulse_ci.repair.rebuild import rowid_name
from pulse_ci.repair.spelling import shown
from pulse_ci.repair.virtual import content_of
from pulse_ci.sql.tokens import TokenKind, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pulse_ci.engine.schema import Column, ForeignKey, Key, Schema, Table
    from pulse_ci.repair.draft import Draft

_ZERO = {Affinity.TEXT: "''", Affinity.BLOB: "x''", Affinity.ANY: "''"}


@dataclass(frozen=True, slots=True)
class Restoring:
    """By folded table the copies that fill the earlier columns; the losses and conditions, in words."""

    copies: Mapping[str, Mapping[str, str]]
    losses: tuple[str, ...]
    conditions: tuple[str, ...]


@dataclass(slots=True)
class _Notes:
    copies: dict[str, dict[str, str]]
    losses: list[str]
    conditions: list[str]


def restoring(draft: Draft, before: Schema) -> Restoring:
    """Tell what restoring `before` from the draft's schema takes; renames are to be done before."""
    notes = _Notes({}, [], [])
    for table in before.tables:
        present = draft.schema.table(table.name)
        if present is None or present.virtual != table.virtual:
            notes.losses += [f"Rows of {shown(table.name)} cannot be restored."] * (not content_of(table))
        elif table.virtual:
            notes.losses += _of_virtual(present, table)
        elif present != table:
            notes.copies[fold(table.name)] = dict(_copied(draft, notes, present, table))
            notes.conditions += _conditions(present, table)
    notes.losses += _taken_along(draft.schema, before)
    notes.conditions += _unique_indexes(draft.schema, before)
    return Restoring(notes.copies, tuple(notes.losses), tuple(notes.conditions))


def _of_virtual(present: Table, before: Table) -> Iterator[str]:
    if present != before and not content_of(before) and (content_of(present), content_of(before)) != (None, None):
        yield f"Rows of {shown(before.name)} cannot be restored."
    elif present.columns != before.columns and not content_of(before):
        for column in before.columns:
            if present.column(column.name) is None:
                yield f"Values of {_shown(before, column)} cannot be restored."


def _copied(draft: Draft, notes: _Notes, present: Table, table: Table) -> Iterator[tuple[str, str]]:
    for column in table.columns:
        former = present.column(column.name)
        if column.generated:
            continue
        if former is None or former.generated:
            expression = _missing(draft, notes, present, table, column)
        else:
            expression = _kept(notes, table, column, former)
        if expression is not None:
            yield column.name, expression


def _kept(notes: _Notes, table: Table, column: Column, former: Column) -> str:
    name = quote_name(former.name)
    then, now = (affinity(each.type, strict=table.strict) for each in (column, former))
    if then is not now:
        notes.losses.append(
            f"Values of {_shown(table, column)} that became {former.type or 'ANY'} are turned back to "
            f"{column.type or 'ANY'}; what the first change took from them stays lost."
        )
    if not column.not_null or former.not_null or (column.primary_key and table.rowid_alias):
        return name
    if column.default is None:
        notes.conditions.append(f"NULLs in {_shown(table, column)} keep it from running.")
        return name
    notes.losses.append(f"NULLs in {_shown(table, column)} become {column.default}.")
    return f"coalesce({name}, {column.default})"


def _missing(draft: Draft, notes: _Notes, present: Table, table: Table, column: Column) -> str | None:
    """Return what fills a column whose values are gone, None where its default will do; note the loss."""
    gone = f"Values of {_shown(table, column)} cannot be restored"
    if is_addable(draft, column):
        notes.losses.append(f"{gone}.")
        return None
    value = _stand_in(draft, present, table, column)
    notes.losses.append(f"{gone}{f': {value} stands in for them' if value else ''}.")
    if value is None and column.default is None and column.not_null:
        notes.conditions.append(
            f"Rows of {shown(table.name)} keep it from running: {_shown(table, column)} needs a value."
        )
    return value


def _stand_in(draft: Draft, present: Table, table: Table, column: Column) -> str | None:
    rowid = rowid_name(present)
    is_number = affinity(column.type, strict=table.strict) not in _ZERO
    if (column.primary_key or column.unique) and rowid and column.not_null | column.primary_key:
        return rowid if is_number else f"CAST({rowid} AS TEXT)"
    if column.default is not None and holds(draft, column, column.default):
        return None
    literals = (
        token.text
        for check in column.checks
        for token in tokenize_code(check)
        if token.kind in (TokenKind.STRING, TokenKind.NUMBER)
    )
    candidates = (
        ["NULL"] if not column.not_null else [],
        [_ZERO.get(affinity(column.type, strict=table.strict), "0")],
        literals,
    )
    found = next((value for each in candidates for value in each if holds(draft, column, value)), None)
    return None if found == "NULL" and column.default is None else found


def _conditions(present: Table, table: Table) -> Iterator[str]:
    returning = [
        *(f"CHECK ({check})" for check in table.checks if meaning(check) not in map(meaning, present.checks)),
        *(f"UNIQUE {_listed(key)}" for key in _keys(table) if _listed(key) not in map(_listed, _keys(present))),
        *(_spelled(key) for key in table.foreign_keys if _spelled(key) not in map(_spelled, present.foreign_keys)),
        *["STRICT"] * (table.strict and not present.strict),
    ]
    for constraint in returning:
        yield f"Rows of {shown(table.name)} that break {shown(constraint)} keep it from running."


def _keys(table: Table) -> Iterable[Key]:
    return (*((table.primary_key,) if table.primary_key else ()), *table.uniques)


def _listed(key: Key) -> str:
    return f"({', '.join(fold(column) for column in key.columns)})"


def _spelled(key: ForeignKey) -> str:
    columns = ", ".join(map(fold, key.columns))
    return f"FOREIGN KEY ({columns}) REFERENCES {fold(key.parent)} ({', '.join(map(fold, key.parent_columns))})"


def _taken_along(present: Schema, before: Schema) -> Iterator[str]:
    """Tables that stay, and refer before and after to a table that goes."""
    for table in before.tables:
        now = present.table(table.name)
        for key in table.foreign_keys if now else ():
            parent = present.table(key.parent)
            if parent and before.table(key.parent) is None and now and key in now.foreign_keys:
                yield f"Rows of {shown(table.name)} that refer to {shown(parent.name)} follow its rows."


def _unique_indexes(present: Schema, before: Schema) -> Iterator[str]:
    for index in before.indexes:
        if index.unique and index != present.index(index.name) and present.table(index.table):
            yield f"Rows of {shown(index.table)} that break the unique index {shown(index.name)} keep it from running."


def _shown(table: Table, column: Column) -> str:
    return f"{shown(table.name)}.{shown(column.name)}"
