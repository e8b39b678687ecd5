"""What a reverse copies, what it cannot bring back, and which rows would stop it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.analysis.seed.affinity import Affinity, determine_affinity
from pulse_ci.rewrite.alter_table import can_add_column, satisfies_checks
from pulse_ci.rewrite.ddl_statements import find_content_table, quote_for_comment
from pulse_ci.rewrite.safe_rebuild import ROW_NUMBER, find_rowid_name
from pulse_ci.schema.schema import make_comparison_key
from pulse_ci.sql.names import fold, quote_if_needed
from pulse_ci.sql.tokens import TokenKind, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pulse_ci.rewrite.script_builder import ScriptBuilder
    from pulse_ci.schema.schema import Column, ForeignKey, KeyConstraint, Schema, Table

_ZERO_VALUES = {Affinity.TEXT: "''", Affinity.BLOB: "x''", Affinity.ANY: "''"}


@dataclass(frozen=True, slots=True)
class ReverseLoss:
    """What cannot be brought back, in a sentence: of a table by folded name, rows (None) or values of a column."""

    table: str
    column: str | None
    sentence: str


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """By folded table the copies that fill the earlier columns; the losses and conditions, in words."""

    copies: Mapping[str, Mapping[str, str]]
    losses: tuple[ReverseLoss, ...]
    conditions: tuple[str, ...]


@dataclass(slots=True)
class _RestoreNotes:
    copies: dict[str, dict[str, str]]
    losses: list[ReverseLoss]
    conditions: list[str]

    def add_loss(self, table: Table, column: Column | None, sentence: str) -> None:
        self.losses.append(ReverseLoss(fold(table.name), fold(column.name) if column else None, sentence))


def plan_restore(script: ScriptBuilder, before: Schema) -> RestorePlan:
    """Tell what restoring `before` from the draft's schema takes; renames are to be done before."""
    notes = _RestoreNotes({}, [], [])
    for table in before.tables:
        present = script.schema.find_table(table.name)
        if present is None or present.is_virtual or table.is_virtual:
            _note_lost_rows(notes, present, table)
        elif present != table:
            notes.copies[fold(table.name)] = dict(_plan_copies(script, notes, present, table))
            notes.conditions += describe_restored_constraints(present, table)
    _note_cascaded_rows(notes, script.schema, before)
    notes.conditions += describe_restored_unique_indexes(script.schema, before)
    return RestorePlan(notes.copies, tuple(notes.losses), tuple(notes.conditions))


def _note_lost_rows(notes: _RestoreNotes, present: Table | None, table: Table) -> None:
    """Note what is lost of a table that is gone, or of a virtual one."""
    if present == table or find_content_table(table):
        return
    if (
        present
        and present.module == table.module
        and find_content_table(present) is None
        and find_content_table(table) is None
    ):
        for column in table.columns:
            if present.find_column(column.name) is None:
                notes.add_loss(table, column, f"Values of {_quote_column(table, column)} cannot be restored.")
    else:
        notes.add_loss(table, None, f"Rows of {quote_for_comment(table.name)} cannot be restored.")


def _plan_copies(
    script: ScriptBuilder, notes: _RestoreNotes, present: Table, table: Table
) -> Iterator[tuple[str, str]]:
    for column in table.columns:
        former = present.find_column(column.name)
        if column.generated:
            continue
        if former is None or former.generated:
            expression = _fill_missing_column(script, notes, present, table, column)
        else:
            expression = _copy_kept_column(notes, table, column, former)
        if expression is not None:
            yield column.name, expression


def _copy_kept_column(notes: _RestoreNotes, table: Table, column: Column, former: Column) -> str:
    name = quote_if_needed(former.name)
    then, now = (determine_affinity(each.type, strict=table.strict) for each in (column, former))
    if then is not now:
        notes.add_loss(
            table,
            column,
            f"Values of {_quote_column(table, column)} that became {former.type or 'ANY'} are turned back to "
            f"{column.type or 'ANY'}; what the first change took from them stays lost.",
        )
    if not column.not_null or former.not_null or (column.primary_key_position and table.rowid_alias):
        return name
    if column.default is None:
        notes.conditions.append(f"NULLs in {_quote_column(table, column)} keep it from running.")
        return name
    notes.add_loss(table, column, f"NULLs in {_quote_column(table, column)} become {column.default}.")
    return f"coalesce({name}, {column.default})"


def _fill_missing_column(
    script: ScriptBuilder, notes: _RestoreNotes, present: Table, table: Table, column: Column
) -> str | None:
    """Return what fills a column whose values are gone, None where its default will do; note the loss."""
    gone = f"Values of {_quote_column(table, column)} cannot be restored"
    if can_add_column(script, column):
        notes.add_loss(table, column, f"{gone}.")
        return None
    value = _find_placeholder_value(script, present, table, column)
    notes.add_loss(table, column, f"{gone}{f': {value} stands in for them' if value else ''}.")
    if value is None and column.default is None and column.not_null:
        notes.conditions.append(
            f"Rows of {quote_for_comment(table.name)} keep it from running: "
            f"{_quote_column(table, column)} needs a value."
        )
    return value


def _find_placeholder_value(script: ScriptBuilder, present: Table, table: Table, column: Column) -> str | None:
    kind = determine_affinity(column.type, strict=table.strict)
    if column.primary_key_position or (column.unique and column.not_null):
        number = find_rowid_name(present) or ROW_NUMBER
        return f"CAST({number} AS TEXT)" if kind in _ZERO_VALUES else number
    if column.unique:
        return "NULL" if column.default else None
    candidates = [column.default or "NULL", _ZERO_VALUES.get(kind, "0"), *_find_literals(column)]
    fitting = (value for value in candidates if not (column.not_null and value == "NULL"))
    found = next((value for value in fitting if satisfies_checks(script, column, value)), None)
    return None if found == (column.default or "NULL") else found


def _find_literals(column: Column) -> list[str]:
    literal = (TokenKind.STRING, TokenKind.NUMBER)
    return [token.text for check in column.checks for token in tokenize_code(check) if token.kind in literal]


def _note_cascaded_rows(notes: _RestoreNotes, present: Schema, before: Schema) -> None:
    """Note the tables that stay, and refer before and after to a table that goes."""
    for table in before.tables:
        now = present.find_table(table.name)
        for key in table.foreign_keys if now else ():
            parent = present.find_table(key.parent)
            if parent and before.find_table(key.parent) is None and now and key in now.foreign_keys:
                sentence = (
                    f"Rows of {quote_for_comment(table.name)} that refer to "
                    f"{quote_for_comment(parent.name)} go as ON DELETE says."
                )
                notes.add_loss(table, None, sentence)


def _quote_column(table: Table, column: Column) -> str:
    return f"{quote_for_comment(table.name)}.{quote_for_comment(column.name)}"


def describe_restored_constraints(present: Table, table: Table) -> Iterator[str]:
    """Yield a sentence for each constraint that the table had before and has not at present."""
    returning = [
        *(
            f"CHECK ({check})"
            for check in table.checks
            if make_comparison_key(check) not in map(make_comparison_key, present.checks)
        ),
        *(
            f"UNIQUE {_format_columns(key)}"
            for key in _list_keys(table)
            if _format_columns(key) not in map(_format_columns, _list_keys(present))
        ),
        *(
            _format_foreign_key(key)
            for key in table.foreign_keys
            if _format_foreign_key(key) not in map(_format_foreign_key, present.foreign_keys)
        ),
        *["STRICT"] * (table.strict and not present.strict),
    ]
    for constraint in returning:
        yield (
            f"Rows of {quote_for_comment(table.name)} that break {quote_for_comment(constraint)} keep it from running."
        )


def describe_restored_unique_indexes(present: Schema, before: Schema) -> Iterator[str]:
    """Yield a sentence for each unique index that was there before and is not at present."""
    for index in before.indexes:
        if index.unique and index != present.find_index(index.name) and present.find_table(index.table):
            yield (
                f"Rows of {quote_for_comment(index.table)} that break the unique index "
                f"{quote_for_comment(index.name)} keep it from running."
            )


def _list_keys(table: Table) -> Iterable[KeyConstraint]:
    return (*((table.primary_key,) if table.primary_key else ()), *table.uniques)


def _format_columns(key: KeyConstraint) -> str:
    return f"({', '.join(fold(column) for column in key.columns)})"


def _format_foreign_key(key: ForeignKey) -> str:
    columns = ", ".join(map(fold, key.columns))
    return f"FOREIGN KEY ({columns}) REFERENCES {fold(key.parent)} ({', '.join(map(fold, key.parent_columns))})"
