"""A table altered in place: ADD, RENAME and DROP COLUMN, where these serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.keywords import quote_name
from pulse_ci.schema.schema import fold
from pulse_ci.sql.tokens import TokenKind, tokenize_code, unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pulse_ci.rewrite.tested_script import Draft
    from pulse_ci.schema.schema import Column, Schema, Table

_CLOCK_WORDS = ("CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP")


def alter(draft: Draft, target: Table, copy: Mapping[str, str]) -> bool:
    """Write down what alters the table of that name into `target`; False, and nothing written, if that cannot be.

    `copy` gives the expression over the old columns that fills a new one; a new column that it has not is left to
    its default.
    """
    current = draft.schema.table(target.name)
    if current is None or current.virtual or target.virtual:
        return False
    planned = _alterations(draft, current, target, {fold(name): sql for name, sql in copy.items()})
    if planned is None:
        return False
    if not planned[1]:
        return draft.add_past([target.name], planned[0], becomes(target))
    # An UPDATE would fire the table's triggers.
    return not draft.schema.triggers_on(target.name) and draft.add_past(
        [target.name], [*planned[0], *planned[1]], becomes(target)
    )


def becomes(target: Table) -> Callable[[Schema], bool]:
    """Return the test whether a schema has exactly this table."""
    return lambda schema: schema.table(target.name) == target


def plain_column(expression: str) -> str | None:
    """Return the folded name of the column that an expression is, or None where it is more than that."""
    tokens = list(tokenize_code(expression))
    if len(tokens) == 1 and tokens[0].kind in (TokenKind.WORD, TokenKind.QUOTED):
        return fold(unquote(tokens[0].text))
    return None


def _alterations(
    draft: Draft, current: Table, target: Table, copy: Mapping[str, str]
) -> tuple[list[str], list[str]] | None:
    """Return the statements in two parts, the second one empty where no row is written."""
    renamed = _renamed(current, target, copy)
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
    if not all(is_addable(draft, column) for column in added):
        return None
    head, filled = f"ALTER TABLE {quote_name(target.name)}", list(_updates(target, added, copy))
    renamed |= _recased(current, target)
    first = [f"{head} RENAME COLUMN {_name(current, old)} TO {_name(target, new)};" for new, old in renamed.items()]
    first += [f"{head} ADD COLUMN {column.canonical};" for column in added]
    last = [f"{head} DROP COLUMN {quote_name(column.name)};" for column in dropped]
    return (first, [*filled, *last]) if filled else ([*first, *last], [])


def _renamed(current: Table, target: Table, copy: Mapping[str, str]) -> dict[str, str]:
    """Return the columns that are a former one under another name: new to old, folded."""
    sources = [plain_column(sql) for sql in copy.values()]
    found = {}
    for column in target.columns:
        new, old = fold(column.name), plain_column(copy.get(fold(column.name), ""))
        is_former = old is not None and current.column(old) and not target.column(old) and not current.column(new)
        if old and is_former and sources.count(old) == 1:
            found[new] = old
    return found


def _recased(current: Table, target: Table) -> dict[str, str]:
    """Return the columns whose names differ in their case alone, folded."""
    spelled = {column.name for column in current.columns}
    names = (fold(column.name) for column in target.columns if column.name not in spelled)
    return {name: name for name in names if current.column(name)}


def _is_kept(column: Column, current: Table, copy: Mapping[str, str]) -> bool:
    name = fold(column.name)
    if column.generated or current.column(name) is None:
        return True
    return plain_column(copy.get(name, "")) == name


def _name(table: Table, folded: str) -> str:
    column = table.column(folded)
    return quote_name(column.name if column else folded)


def _updates(target: Table, added: list[Column], copy: Mapping[str, str]) -> Iterator[str]:
    settings = [
        f"{quote_name(column.name)} = {copy[fold(column.name)]}" for column in added if fold(column.name) in copy
    ]
    if settings:
        yield f"UPDATE {quote_name(target.name)} SET {', '.join(settings)};"


def is_addable(draft: Draft, column: Column) -> bool:
    """Tell whether ADD COLUMN takes a column also where the table has rows (https://sqlite.org/lang_altertable.html)."""
    if column.primary_key or column.unique or column.stored:
        return False
    if column.generated:
        return not column.checks and not column.not_null
    if column.default is None:
        return not column.not_null and holds(draft, column, "NULL")
    return not column.references and is_constant(column.default) and holds(draft, column, column.default)


def is_constant(default: str) -> bool:
    """Tell whether a default is one value for all rows, as ADD COLUMN asks."""
    return not default.startswith("(") and default not in _CLOCK_WORDS


def holds(draft: Draft, column: Column, value: str) -> bool:
    """Tell whether a value satisfies the column's own CHECKs."""
    source = f"(SELECT {value} AS {quote_name(column.name)})"
    return all(draft.is_true(f"SELECT coalesce(({check}), 1) FROM {source}") for check in column.checks)
