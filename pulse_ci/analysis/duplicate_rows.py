"""Rows that repeat others, for a migration that makes keys unique or leaves out what is repeated."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from pulse_ci.analysis.statement_run import mentions
from pulse_ci.analysis.touched_tables import with_descendants
from pulse_ci.model import ChangeAction, ObjectKind
from pulse_ci.schema.schema import Index
from pulse_ci.sql.clauses import find_insert_select
from pulse_ci.sql.names import fold, quote
from pulse_ci.sql.operations import Create, Delete, Insert, Update
from pulse_ci.sql.tokens import TokenKind, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pulse_ci.analysis.replay import ReplayedMigration
    from pulse_ci.analysis.seed.default_values import Value
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.schema.schema import Schema, Table
    from pulse_ci.sql.split import Statement

_MAX_DUPLICATES = 4
# A copy with LIMIT leaves out rows of larger tables; more than these are not made to show it.
_MAX_LIMIT = 40
_MERGING = frozenset({"GROUP", "DISTINCT", "LIMIT", "IGNORE", "REPLACE", "EXISTS", "UNION", "MIN", "MAX", "PARTITION"})
_FOLDING = frozenset({"LOWER", "UPPER", "NOCASE", "TRIM"})


@dataclass(frozen=True, slots=True)
class UniqueKey:
    """Columns of a table that was there, which a migration makes unique; `index` is None where a rebuild does."""

    table: str
    columns: tuple[str, ...]
    index: str | None


def find_new_unique_keys(replayed: ReplayedMigration) -> tuple[UniqueKey, ...]:
    """Return the keys that are new on columns that are not."""
    return tuple(_find_index_keys(replayed)) + tuple(_find_table_keys(replayed))


def _find_index_keys(replayed: ReplayedMigration) -> Iterator[UniqueKey]:
    for change in replayed.changes:
        index, table = replayed.after.find(change.kind, change.name), replayed.before.find_table(change.table)
        if change.action is ChangeAction.REMOVED or not isinstance(index, Index) or table is None:
            continue
        columns = tuple(column.name for column in table.columns if _is_in(index, column.name))
        if index.unique and columns:
            yield UniqueKey(table.name, columns, index.name)


def _is_in(index: Index, column: str) -> bool:
    return any(
        fold(term.column) == fold(column) if term.column else mentions(str(term.expression), column)
        for term in index.indexed_columns
    )


def _find_table_keys(replayed: ReplayedMigration) -> Iterator[UniqueKey]:
    names = {change.table for change in replayed.changes if change.kind in (ObjectKind.TABLE, ObjectKind.COLUMN)}
    for name in sorted(names):
        before, after = replayed.before.find_table(name), replayed.after.find_table(name)
        for columns in sorted(_list_keys(after) - _list_keys(before), key=sorted) if before and after else ():
            if before and all(before.find_column(column) for column in columns):
                yield UniqueKey(before.name, tuple(sorted(columns)), None)


def _list_keys(table: Table) -> set[frozenset[str]]:
    keys = [key for key in (table.primary_key, *table.uniques) if key]
    return {frozenset(map(fold, key.columns)) for key in keys}


def find_repeated_tables(replayed: ReplayedMigration, reached: Collection[str]) -> tuple[str, ...]:
    """Return the names of the tables in which rows that repeat others may show a fault of the file."""
    names = {fold(key.table) for key in find_new_unique_keys(replayed)}
    folds = any("NOCASE" in statement.sql.upper() for statement in replayed.migration.statements)
    for statement in replayed.migration.statements:
        if _merges_rows(statement) or (folds and isinstance(statement.operation, Insert)):
            names |= {fold(table.name) for table in replayed.before.tables if mentions(statement.sql, table.name)}
        elif isinstance(statement.operation, Insert) and not find_insert_select(statement.sql):
            names.add(fold(statement.operation.table))
    found = (table for table in replayed.before.tables if fold(table.name) in names & set(reached))
    return tuple(table.name for table in found if not table.is_virtual)


def _merges_rows(statement: Statement) -> bool:
    match statement.operation:
        case Insert() | Delete() | Update() | Create("table", is_from_select=True):
            words = [token.keyword for token in tokenize_code(statement.sql)]
            merging = _MERGING | _FOLDING if isinstance(statement.operation, Update) else _MERGING
            return not merging.isdisjoint(words)
        case _:
            return False


def insert_duplicates(database: EmbeddedD1, replayed: ReplayedMigration, tables: Collection[str]) -> bool:
    """Add rows to the tables that repeat those that are there, and children to these.

    Return whether each table got such a row.
    """
    from pulse_ci.analysis.seed import WhereHints, seed

    repeated = True
    for name in tables:
        table = replayed.before.find_table(name)
        if table is None:
            continue
        hints = WhereHints({fold(name): list(_repeat_rows(database, table, replayed))})
        seed(database, replayed.before, only=sorted(with_descendants(name, replayed.before)), hints=hints)
        repeated = repeated and bool(hints.inserted.get(fold(name)))
    return repeated


def _repeat_rows(database: EmbeddedD1, table: Table, replayed: ReplayedMigration) -> Iterator[dict[str, Value]]:
    """Yield what rows should have in common with others: all but their keys, and what is to become unique."""
    from pulse_ci.analysis.seed import build_keyed_rows, list_unique_columns

    yield from build_keyed_rows(table, replayed.before, replayed.migration.statements)
    primary = table.primary_key.columns if table.primary_key else ()
    unique = {column for key in list_unique_columns(table, replayed.before) for column in key}
    free = tuple(column.name for column in table.columns if not column.generated and fold(column.name) not in unique)
    becoming = [key.columns for key in find_new_unique_keys(replayed) if fold(key.table) == fold(table.name)]
    words = {token.keyword for each in replayed.migration.statements for token in tokenize_code(each.sql)}
    repeats = 1 + max(_read_limits(replayed.migration.statements), default=0) // _MAX_DUPLICATES
    for columns in dict.fromkeys((free, *becoming)):
        for hint in read_values(database, table.name, columns) if columns else ():
            yield from [hint] * repeats
            if not _FOLDING.isdisjoint(words):
                yield _swap_case(hint)
    for key in map(sorted, list_unique_columns(table, replayed.before)):
        if not _FOLDING.isdisjoint(words):
            yield from map(_swap_case, read_values(database, table.name, key))
        optional = [name for name in key if (column := table.find_column(name)) and not column.not_null]
        if optional and not set(optional) & {fold(name) for name in primary}:
            yield from [dict.fromkeys(optional)] * 2


def _swap_case(hint: dict[str, Value]) -> dict[str, Value]:
    return {name: value.swapcase() if isinstance(value, str) else value for name, value in hint.items()}


def read_values(database: EmbeddedD1, table: str, columns: Sequence[str]) -> list[dict[str, Value]]:
    """Return some rows of a table in some of its columns, those that are NULL left out; none for no columns."""
    if not columns:
        return []  # a foreign key to a table without a primary key
    select = f"SELECT DISTINCT {', '.join(map(quote, columns))} FROM {quote(table)} LIMIT {_MAX_DUPLICATES}"
    with database.open_unrestricted() as connection:
        rows: list[tuple[Value, ...]] = connection.execute(select).fetchall()
    return [
        {fold(column): value for column, value in zip(columns, row, strict=True) if value is not None} for row in rows
    ]


def _read_limits(statements: Collection[Statement]) -> Iterator[int]:
    for statement in statements:
        code = list(tokenize_code(statement.sql)) if isinstance(statement.operation, Insert | Create) else []
        for token, following in pairwise(code):
            if token.keyword == "LIMIT" and following.kind is TokenKind.NUMBER and following.text.isdigit():
                yield min(int(following.text), _MAX_LIMIT)


def new_foreign_keys(before: Schema, after: Schema) -> Iterator[tuple[Table, tuple[str, ...], str, tuple[str, ...]]]:
    """Yield the keys that tables which were there get on columns that were there: table, columns, parent, its columns.

    The parent was there too, under the same name.
    """
    for table in before.tables:
        new = after.find_table(table.name)
        known = {(tuple(map(fold, key.columns)), fold(key.parent)) for key in table.foreign_keys}
        for key in new.foreign_keys if new else ():
            is_new = (tuple(map(fold, key.columns)), fold(key.parent)) not in known
            if is_new and before.find_table(key.parent) and all(table.find_column(column) for column in key.columns):
                yield table, key.columns, key.parent, key.parent_columns
