"""Changes of a table in place, by ADD, RENAME and DROP COLUMN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.rewrite.ddl_statements import build_rename_column
from pulse_ci.sql.names import CLOCK_WORDS, fold, quote_if_needed
from pulse_ci.sql.tokens import tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulse_ci.rewrite.script_builder import ScriptBuilder
    from pulse_ci.schema.schema import Column, Table


def alter_in_place(script: ScriptBuilder, target: Table, copy: Mapping[str, str]) -> bool:
    """Add the statements that alter the table of that name into `target`; return False, and add nothing, if none do.

    `copy` gives the expression over the old columns that fills a new one; a new column without one gets its default.
    """
    current = script.schema.find_table(target.name)
    if current is None or current.is_virtual or target.is_virtual:
        return False
    statements = _plan_alterations(script, current, target, {fold(name): sql for name, sql in copy.items()})
    if statements is None:
        return False
    # An UPDATE would fire the table's triggers.
    has_update = any(statement.startswith("UPDATE") for statement in statements)
    if has_update and script.schema.list_triggers(target.name):
        return False
    return script.add_with_drops([target.name], statements, lambda schema: schema.find_table(target.name) == target)


def find_plain_column(expression: str) -> str | None:
    """Return the folded name of the column that an expression is, or None where it is more than a column."""
    tokens = list(tokenize_code(expression))
    if len(tokens) == 1 and tokens[0].is_identifier:
        return fold(tokens[0].name)
    return None


def _plan_alterations(
    script: ScriptBuilder, current: Table, target: Table, copy: Mapping[str, str]
) -> tuple[str, ...] | None:
    """Return the statements; None where ALTER TABLE cannot do it."""
    renamed = _find_renamed(current, target, copy)
    had, wanted = ({fold(column.name): column for column in table.columns} for table in (current, target))
    added = [column for name, column in wanted.items() if name not in had and name not in renamed]
    kept = (column for name, column in wanted.items() if name in had and name not in renamed)
    if not all(column.generated or _is_copied(column, copy) for column in kept):
        return None
    if not all(can_add_column(script, column) for column in added):
        return None
    dropped = [column for name, column in had.items() if name not in wanted and name not in renamed.values()]
    renamed |= {name: name for name in wanted if name in had and wanted[name].name != had[name].name}
    head = f"ALTER TABLE {quote_if_needed(target.name)}"
    return (
        *(build_rename_column(target.name, had[old].name, wanted[new].name) for new, old in renamed.items()),
        *(f"{head} ADD COLUMN {column.normalized_sql};" for column in added),
        *_build_update(target, added, copy),
        *(f"{head} DROP COLUMN {quote_if_needed(column.name)};" for column in dropped),
    )


def _find_renamed(current: Table, target: Table, copy: Mapping[str, str]) -> dict[str, str]:
    """Return the columns that are a former one under another name: new to old, folded."""
    sources = [find_plain_column(sql) for sql in copy.values()]
    found = {}
    for column in target.columns:
        new, old = fold(column.name), find_plain_column(copy.get(fold(column.name), ""))
        if old is None or sources.count(old) > 1 or target.find_column(old):
            continue
        if current.find_column(old) and not current.find_column(new):
            found[new] = old
    return found


def _is_copied(column: Column, copy: Mapping[str, str]) -> bool:
    name = fold(column.name)
    return find_plain_column(copy.get(name, "")) == name


def _build_update(target: Table, added: list[Column], copy: Mapping[str, str]) -> Iterator[str]:
    filled = {column.name: copy[fold(column.name)] for column in added if fold(column.name) in copy}
    settings = [f"{quote_if_needed(name)} = {value}" for name, value in filled.items()]
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
    return not column.references and _is_constant(column.default) and satisfies_checks(script, column, column.default)


def _is_constant(default: str) -> bool:
    """Return whether a default is one value for all rows, as ADD COLUMN requires."""
    return not default.startswith("(") and default not in CLOCK_WORDS


def satisfies_checks(script: ScriptBuilder, column: Column, value: str) -> bool:
    """Return whether a value satisfies the column's own CHECKs."""
    source = f"(SELECT {value} AS {quote_if_needed(column.name)})"
    return all(script.evaluates_true(f"SELECT coalesce(({check}), 1) FROM {source}") for check in column.checks)
