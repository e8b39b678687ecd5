"""Changes of a table in place, by ADD, RENAME and DROP COLUMN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.sql.names import fold, quote_if_needed
from pulse_ci.sql.tokens import TokenKind, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pulse_ci.rewrite.script_builder import ScriptBuilder
    from pulse_ci.schema.schema import Column, Schema, Table

_CLOCK_KEYWORDS = ("CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP")


def alter_in_place(script: ScriptBuilder, target: Table, copy: Mapping[str, str]) -> bool:
    """Add the statements that alter the table of that name into `target`; return False, and add nothing, if none do.

    `copy` gives the expression over the old columns that fills a new one; a new column without one gets its default.
    """
    current = script.schema.find_table(target.name)
    if current is None or current.is_virtual or target.is_virtual:
        return False
    planned = _plan_alterations(script, current, target, {fold(name): sql for name, sql in copy.items()})
    if planned is None:
        return False
    if not planned[1]:
        return script.add_with_drops([target.name], planned[0], expect_table(target))
    # An UPDATE would fire the table's triggers.
    return not script.schema.list_triggers(target.name) and script.add_with_drops(
        [target.name], [*planned[0], *planned[1]], expect_table(target)
    )


def expect_table(target: Table) -> Callable[[Schema], bool]:
    """Return a test whether a schema has exactly this table."""
    return lambda schema: schema.find_table(target.name) == target


def find_plain_column(expression: str) -> str | None:
    """Return the folded name of the column that an expression is, or None where it is more than a column."""
    tokens = list(tokenize_code(expression))
    if len(tokens) == 1 and tokens[0].kind in (TokenKind.WORD, TokenKind.QUOTED):
        return fold(tokens[0].name)
    return None


def _plan_alterations(
    script: ScriptBuilder, current: Table, target: Table, copy: Mapping[str, str]
) -> tuple[list[str], list[str]] | None:
    """Return the statements in two parts; the second is empty where no row is written."""
    renamed = _find_renamed(current, target, copy)
    if not all(_is_kept(column, current, copy) for column in target.columns if fold(column.name) not in renamed):
        return None
    taken = {fold(column.name) for column in current.columns} | renamed.keys()
    added = [column for column in target.columns if fold(column.name) not in taken]
    wanted = {fold(column.name) for column in target.columns}
    dropped = [
        column
        for column in current.columns
        if fold(column.name) not in wanted and fold(column.name) not in renamed.values()
    ]
    if not all(can_add_column(script, column) for column in added):
        return None
    head, filled = f"ALTER TABLE {quote_if_needed(target.name)}", list(_build_update(target, added, copy))
    renamed |= _find_case_changes(current, target)
    first = [
        f"{head} RENAME COLUMN {_quote_column(current, old)} TO {_quote_column(target, new)};"
        for new, old in renamed.items()
    ]
    first += [f"{head} ADD COLUMN {column.normalized_sql};" for column in added]
    last = [f"{head} DROP COLUMN {quote_if_needed(column.name)};" for column in dropped]
    return (first, [*filled, *last]) if filled else ([*first, *last], [])


def _find_renamed(current: Table, target: Table, copy: Mapping[str, str]) -> dict[str, str]:
    """Return the columns that are a former one under another name: new to old, folded."""
    sources = [find_plain_column(sql) for sql in copy.values()]
    found = {}
    for column in target.columns:
        new, old = fold(column.name), find_plain_column(copy.get(fold(column.name), ""))
        is_former = (
            old is not None
            and current.find_column(old)
            and not target.find_column(old)
            and not current.find_column(new)
        )
        if old and is_former and sources.count(old) == 1:
            found[new] = old
    return found


def _find_case_changes(current: Table, target: Table) -> dict[str, str]:
    """Return the columns whose names differ only in case, folded."""
    spelled = {column.name for column in current.columns}
    names = (fold(column.name) for column in target.columns if column.name not in spelled)
    return {name: name for name in names if current.find_column(name)}


def _is_kept(column: Column, current: Table, copy: Mapping[str, str]) -> bool:
    name = fold(column.name)
    if column.generated or current.find_column(name) is None:
        return True
    return find_plain_column(copy.get(name, "")) == name


def _quote_column(table: Table, folded: str) -> str:
    column = table.find_column(folded)
    return quote_if_needed(column.name if column else folded)


def _build_update(target: Table, added: list[Column], copy: Mapping[str, str]) -> Iterator[str]:
    settings = [
        f"{quote_if_needed(column.name)} = {copy[fold(column.name)]}" for column in added if fold(column.name) in copy
    ]
    if settings:
        yield f"UPDATE {quote_if_needed(target.name)} SET {', '.join(settings)};"


def can_add_column(script: ScriptBuilder, column: Column) -> bool:
    """Return whether ADD COLUMN accepts a column on a table with rows (https://sqlite.org/lang_altertable.html)."""
    if column.primary_key_position or column.unique or column.stored:
        return False
    if column.generated:
        return not column.checks and not column.not_null
    if column.default is None:
        return not column.not_null and satisfies_checks(script, column, "NULL")
    return not column.references and is_constant(column.default) and satisfies_checks(script, column, column.default)


def is_constant(default: str) -> bool:
    """Return whether a default is one value for all rows, as ADD COLUMN requires."""
    return not default.startswith("(") and default not in _CLOCK_KEYWORDS


def satisfies_checks(script: ScriptBuilder, column: Column, value: str) -> bool:
    """Return whether a value satisfies the column's own CHECKs."""
    source = f"(SELECT {value} AS {quote_if_needed(column.name)})"
    return all(script.evaluates_true(f"SELECT coalesce(({check}), 1) FROM {source}") for check in column.checks)
