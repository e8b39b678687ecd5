"""What a reverse copies, what it cannot restore, and which rows make it fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulse_ci.analysis.seed.affinity import Affinity, determine_affinity
from pulse_ci.rewrite.alter_table import can_add_column, satisfies_checks
from pulse_ci.rewrite.ddl_statements import find_content_table, quote_for_comment
from pulse_ci.rewrite.safe_rebuild import ROW_NUMBER, find_rowid_name
from pulse_ci.schema.schema import make_comparison_key
from pulse_ci.sql.names import fold, quote_if_needed
from pulse_ci.sql.tokens import TokenKind, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.rewrite.script_builder import ScriptBuilder
    from pulse_ci.schema.schema import Column, Schema, Table

_ZERO_VALUES = {Affinity.TEXT: "''", Affinity.BLOB: "x''", Affinity.ANY: "''"}


@dataclass(frozen=True, slots=True)
class ReverseLoss:
    """What a reverse cannot restore: rows of a table (column None) or values of a column, by folded names."""

    table: str
    column: str | None
    sentence: str


@dataclass(slots=True)
class RestorePlan:
    """What a reverse copies and loses.

    copies       by folded table, the expressions that fill its earlier columns
    conditions   a sentence for each kind of rows, written since the migration, on which the reverse fails
    """

    copies: dict[str, dict[str, str]] = field(default_factory=dict)
    losses: list[ReverseLoss] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)

    def add_loss(self, table: Table, column: Column | None, sentence: str) -> None:
        """Note that rows of a table, or values of a column, cannot be restored."""
        self.losses.append(ReverseLoss(fold(table.name), fold(column.name) if column else None, sentence))


def plan_restore(script: ScriptBuilder, before: Schema) -> RestorePlan:
    """Return what it takes to restore `before` from the script's schema, once renames are undone."""
    plan = RestorePlan()
    for table in before.tables:
        present = script.schema.find_table(table.name)
        if present is None or present.is_virtual or table.is_virtual:
            _note_lost_rows(plan, present, table)
        elif present != table:
            plan.copies[fold(table.name)] = dict(_plan_copies(script, plan, present, table))
            plan.conditions += _describe_restored_constraints(present, table)
    _note_cascaded_rows(plan, script.schema, before)
    plan.conditions += _describe_restored_indexes(script.schema, before)
    return plan


def keeps_own_rows(present: Table, table: Table) -> bool:
    """Return whether two virtual tables of one module keep their rows themselves."""
    contents = {find_content_table(present), find_content_table(table)}
    return present.module == table.module and contents == {None}


def _note_lost_rows(plan: RestorePlan, present: Table | None, table: Table) -> None:
    """Note what is lost of a removed table, or of a virtual one."""
    if present == table or find_content_table(table):
        return
    if present is None or not keeps_own_rows(present, table):
        plan.add_loss(table, None, f"Rows of {quote_for_comment(table.name)} cannot be restored.")
        return
    for column in table.columns:
        if present.find_column(column.name) is None:
            plan.add_loss(table, column, f"Values of {_quote_column(table, column)} cannot be restored.")


def _plan_copies(script: ScriptBuilder, plan: RestorePlan, present: Table, table: Table) -> Iterator[tuple[str, str]]:
    for column in table.columns:
        former = present.find_column(column.name)
        if column.generated:
            continue
        if former is None or former.generated:
            expression = _fill_missing_column(script, plan, present, table, column)
        else:
            expression = _copy_kept_column(plan, table, column, former)
        if expression is not None:
            yield column.name, expression


def _copy_kept_column(plan: RestorePlan, table: Table, column: Column, former: Column) -> str:
    name, where = quote_if_needed(former.name), _quote_column(table, column)
    then, now = (determine_affinity(each.type, strict=table.strict) for each in (column, former))
    if then is not now:
        plan.add_loss(
            table,
            column,
            f"Values of {where} that became {former.type or 'ANY'} are converted back to {column.type or 'ANY'}; "
            "what the first conversion changed stays lost.",
        )
    if not column.not_null or former.not_null or (column.primary_key_position and table.rowid_alias):
        return name
    if column.default is None:
        plan.conditions.append(f"NULLs in {where} make the reverse fail.")
        return name
    plan.add_loss(table, column, f"NULLs in {where} become {column.default}.")
    return f"coalesce({name}, {column.default})"


def _fill_missing_column(
    script: ScriptBuilder, plan: RestorePlan, present: Table, table: Table, column: Column
) -> str | None:
    """Return what fills a column whose values are gone, None where its default does; note the loss."""
    where = _quote_column(table, column)
    gone = f"Values of {where} cannot be restored"
    if can_add_column(script, column):
        plan.add_loss(table, column, f"{gone}.")
        return None
    value = _find_placeholder_value(script, present, table, column)
    plan.add_loss(table, column, f"{gone}{f'; they become {value}' if value else ''}.")
    if value is None and column.default is None and column.not_null:
        rows = f"Rows of {quote_for_comment(table.name)}"
        plan.conditions.append(f"{rows} make the reverse fail: {where} needs a value.")
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


def _note_cascaded_rows(plan: RestorePlan, present: Schema, before: Schema) -> None:
    """Note the kept tables that refer, before and after, to a table that is removed."""
    for table in before.tables:
        now = present.find_table(table.name)
        for key in table.foreign_keys if now else ():
            parent = present.find_table(key.parent)
            if parent and before.find_table(key.parent) is None and now and key in now.foreign_keys:
                rows = f"Rows of {quote_for_comment(table.name)} that refer to {quote_for_comment(parent.name)}"
                plan.add_loss(table, None, f"{rows} are deleted or changed by ON DELETE.")


def _describe_restored_constraints(present: Table, table: Table) -> Iterator[str]:
    """Yield a sentence for each constraint that the table had before and lacks at present."""
    kept = {make_comparison_key(text) for text in _list_constraints(present)}
    for text in _list_constraints(table):
        if make_comparison_key(text) not in kept:
            rows = f"Rows of {quote_for_comment(table.name)}"
            yield f"{rows} that violate {quote_for_comment(text)} make the reverse fail."


def _describe_restored_indexes(present: Schema, before: Schema) -> Iterator[str]:
    """Yield a sentence for each unique index that existed before and does not at present."""
    for index in before.indexes:
        if index.unique and index != present.find_index(index.name) and present.find_table(index.table):
            rows, name = f"Rows of {quote_for_comment(index.table)}", quote_for_comment(index.name)
            yield f"{rows} that violate the unique index {name} make the reverse fail."


def _list_constraints(table: Table) -> Iterator[str]:
    yield from (f"CHECK ({check})" for check in table.checks)
    keys = (*((table.primary_key,) if table.primary_key else ()), *table.uniques)
    yield from (f"UNIQUE ({_join_folded(key.columns)})" for key in keys)
    for key in table.foreign_keys:
        parent = f"{fold(key.parent)} ({_join_folded(key.parent_columns)})"
        yield f"FOREIGN KEY ({_join_folded(key.columns)}) REFERENCES {parent}"
    if table.strict:
        yield "STRICT"


def _join_folded(names: Iterable[str]) -> str:
    return ", ".join(map(fold, names))


def _quote_column(table: Table, column: Column) -> str:
    return f"{quote_for_comment(table.name)}.{quote_for_comment(column.name)}"
