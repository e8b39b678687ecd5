"""Keys that become unique, tried on rows that have equal values in them: a migration stumbles over the twins or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.analysis.statement_run import spells
from pulse_ci.model import ChangeAction, ObjectKind
from pulse_ci.schema.schema import Index
from pulse_ci.sql.names import fold, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.analysis.replay import Replayed
    from pulse_ci.analysis.seed.default_values import Value
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.schema.schema import Table

_MOST = 4


@dataclass(frozen=True, slots=True)
class UniqueKey:
    """Columns of a table that was there, which a migration makes unique; `index` is None where a rebuild does."""

    table: str
    columns: tuple[str, ...]
    index: str | None


def new_unique_keys(replayed: Replayed) -> tuple[UniqueKey, ...]:
    """Return the keys that are new on columns that are not; an index that leaves out rows is not among them."""
    return tuple(_of_indexes(replayed)) + tuple(_of_tables(replayed))


def _of_indexes(replayed: Replayed) -> Iterator[UniqueKey]:
    for change in replayed.changes:
        index, table = replayed.after.find(change.kind, change.name), replayed.before.find_table(change.table)
        if change.action is ChangeAction.REMOVED or not isinstance(index, Index) or table is None:
            continue
        columns = tuple(column.name for column in table.columns if _is_in(index, column.name))
        if index.unique and index.where is None and columns:
            yield UniqueKey(table.name, columns, index.name)


def _is_in(index: Index, column: str) -> bool:
    return any(
        fold(term.column) == fold(column) if term.column else spells(str(term.expression), column)
        for term in index.indexed_columns
    )


def _of_tables(replayed: Replayed) -> Iterator[UniqueKey]:
    names = {change.table for change in replayed.changes if change.kind in (ObjectKind.TABLE, ObjectKind.COLUMN)}
    for name in sorted(names):
        before, after = replayed.before.find_table(name), replayed.after.find_table(name)
        for columns in _keys(after) - _keys(before) if before and after else ():
            if before and all(before.find_column(column) for column in columns):
                yield UniqueKey(before.name, tuple(sorted(columns)), None)


def _keys(table: Table) -> set[frozenset[str]]:
    keys = [key for key in (table.primary_key, *table.uniques) if key]
    return {frozenset(map(fold, key.columns)) for key in keys}


def add_twins(database: EmbeddedD1, replayed: Replayed, keys: Iterable[UniqueKey]) -> bool:
    """Add rows that repeat those that are there in each of the keys; return whether there can be any for each."""
    from pulse_ci.analysis.seed import WhereHints, seed

    for key in keys:
        hints = WhereHints({fold(key.table): _twins(database, key)})
        seed(database, replayed.before, only=[key.table], hints=hints)
        if not hints.inserted.get(fold(key.table)):
            return False
    return True


def _twins(database: EmbeddedD1, key: UniqueKey) -> list[dict[str, Value]]:
    # Of several: a file that parts two rows of one value may leave those of another.
    names = [quote(column) for column in key.columns]
    present = " AND ".join(f"{name} IS NOT NULL" for name in names)
    select = f"SELECT DISTINCT {', '.join(names)} FROM {quote(key.table)} WHERE {present} LIMIT {_MOST}"
    with database.open_unrestricted() as connection:
        rows: list[tuple[Value, ...]] = connection.execute(select).fetchall()
    return [dict(zip(map(fold, key.columns), row, strict=True)) for row in rows]
