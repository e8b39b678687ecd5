"""What a reverse copies, what it cannot bring back, and what can keep it from running."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.analysis.seed.affinity import Affinity, affinity
from pulse_ci.rewrite.alter_table import holds, is_addable
from pulse_ci.rewrite.ddl_statements import shown
from pulse_ci.rewrite.preconditions import constraints_back, unique_indexes_back
from pulse_ci.rewrite.safe_rebuild import ROW_NUMBER, rowid_name
from pulse_ci.rewrite.virtual_tables import content_of
from pulse_ci.schema.ddl.keywords import quote_name
from pulse_ci.schema.schema import fold
from pulse_ci.sql.tokens import TokenKind, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulse_ci.rewrite.tested_script import Draft
    from pulse_ci.schema.schema import Column, Schema, Table

_ZERO = {Affinity.TEXT: "''", Affinity.BLOB: "x''", Affinity.ANY: "''"}


@dataclass(frozen=True, slots=True)
class Loss:
    """What cannot be brought back, in a sentence: of a table by folded name, rows (None) or values of a column."""

    table: str
    column: str | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Restoring:
    """By folded table the copies that fill the earlier columns; the losses and conditions, in words."""

    copies: Mapping[str, Mapping[str, str]]
    losses: tuple[Loss, ...]
    conditions: tuple[str, ...]


@dataclass(slots=True)
class _Notes:
    copies: dict[str, dict[str, str]]
    losses: list[Loss]
    conditions: list[str]

    def lose(self, table: Table, column: Column | None, sentence: str) -> None:
        self.losses.append(Loss(fold(table.name), fold(column.name) if column else None, sentence))


def restoring(draft: Draft, before: Schema) -> Restoring:
    """Tell what restoring `before` from the draft's schema takes; renames are to be done before."""
    notes = _Notes({}, [], [])
    for table in before.tables:
        present = draft.schema.table(table.name)
        if present is None or present.virtual or table.virtual:
            _note_rows(notes, present, table)
        elif present != table:
            notes.copies[fold(table.name)] = dict(_copied(draft, notes, present, table))
            notes.conditions += constraints_back(present, table)
    _note_taken_along(notes, draft.schema, before)
    notes.conditions += unique_indexes_back(draft.schema, before)
    return Restoring(notes.copies, tuple(notes.losses), tuple(notes.conditions))


def _note_rows(notes: _Notes, present: Table | None, table: Table) -> None:
    """Note what is lost of a table that is gone, or of a virtual one."""
    if present == table or content_of(table):
        return
    if present and present.module == table.module and content_of(present) is None and content_of(table) is None:
        for column in table.columns:
            if present.column(column.name) is None:
                notes.lose(table, column, f"Values of {_shown(table, column)} cannot be restored.")
    else:
        notes.lose(table, None, f"Rows of {shown(table.name)} cannot be restored.")


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
        notes.lose(
            table,
            column,
            f"Values of {_shown(table, column)} that became {former.type or 'ANY'} are turned back to "
            f"{column.type or 'ANY'}; what the first change took from them stays lost.",
        )
    if not column.not_null or former.not_null or (column.primary_key and table.rowid_alias):
        return name
    if column.default is None:
        notes.conditions.append(f"NULLs in {_shown(table, column)} keep it from running.")
        return name
    notes.lose(table, column, f"NULLs in {_shown(table, column)} become {column.default}.")
    return f"coalesce({name}, {column.default})"


def _missing(draft: Draft, notes: _Notes, present: Table, table: Table, column: Column) -> str | None:
    """Return what fills a column whose values are gone, None where its default will do; note the loss."""
    gone = f"Values of {_shown(table, column)} cannot be restored"
    if is_addable(draft, column):
        notes.lose(table, column, f"{gone}.")
        return None
    value = _stand_in(draft, present, table, column)
    notes.lose(table, column, f"{gone}{f': {value} stands in for them' if value else ''}.")
    if value is None and column.default is None and column.not_null:
        notes.conditions.append(
            f"Rows of {shown(table.name)} keep it from running: {_shown(table, column)} needs a value."
        )
    return value


def _stand_in(draft: Draft, present: Table, table: Table, column: Column) -> str | None:
    kind = affinity(column.type, strict=table.strict)
    if column.primary_key or (column.unique and column.not_null):
        number = rowid_name(present) or ROW_NUMBER
        return f"CAST({number} AS TEXT)" if kind in _ZERO else number
    if column.unique:
        return "NULL" if column.default else None
    candidates = [column.default or "NULL", _ZERO.get(kind, "0"), *_literals(column)]
    fitting = (value for value in candidates if not (column.not_null and value == "NULL"))
    found = next((value for value in fitting if holds(draft, column, value)), None)
    return None if found == (column.default or "NULL") else found


def _literals(column: Column) -> list[str]:
    literal = (TokenKind.STRING, TokenKind.NUMBER)
    return [token.text for check in column.checks for token in tokenize_code(check) if token.kind in literal]


def _note_taken_along(notes: _Notes, present: Schema, before: Schema) -> None:
    """Note the tables that stay, and refer before and after to a table that goes."""
    for table in before.tables:
        now = present.table(table.name)
        for key in table.foreign_keys if now else ():
            parent = present.table(key.parent)
            if parent and before.table(key.parent) is None and now and key in now.foreign_keys:
                sentence = f"Rows of {shown(table.name)} that refer to {shown(parent.name)} go as ON DELETE says."
                notes.lose(table, None, sentence)


def _shown(table: Table, column: Column) -> str:
    return f"{shown(table.name)}.{shown(column.name)}"
