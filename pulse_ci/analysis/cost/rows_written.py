"""How many rows D1 counts for a row that is written: it, and its entry in each index that changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.cost.schema_changes import count_indexes
from pulse_ci.analysis.statement_run import mentions
from pulse_ci.sql.names import fold

if TYPE_CHECKING:
    from pulse_ci.schema.schema import Schema, Table


def count_insert_writes(table: Table, schema: Schema) -> int:
    """Return what a row costs that is inserted: all indexes have an entry for it."""
    return 1 if table.is_virtual else 1 + count_indexes(table, schema)


def count_update_writes(table: Table, schema: Schema, columns: frozenset[str]) -> int:
    """Return what a row costs whose `columns` are set: the indexes that name one of them are written too."""
    if table.is_virtual:
        return 1
    names = {fold(name) for name in columns}
    keys = [key.columns for key in table.uniques]
    if table.primary_key and table.rowid_alias is None and not table.without_rowid:
        keys.append(table.primary_key.columns)
    of_keys = sum(not names.isdisjoint(map(fold, key)) for key in keys)
    others = (
        index
        for index in schema.list_indexes(table.name)
        if any(mentions(_read_index_terms(index.sql), each) for each in names)
    )
    return 1 + of_keys + sum(1 for _ in others)


def count_extra_visits(table: Table, schema: Schema, columns: frozenset[str]) -> int:
    """Return how often an UPDATE of `columns` comes back to each row: rows are listed first if that could move them."""
    names = {fold(name) for name in columns}
    for trigger in schema.list_triggers(table.name):
        if trigger.event == "UPDATE" and (not trigger.columns or not names.isdisjoint(map(fold, trigger.columns))):
            return 2
    key = table.primary_key.columns if table.primary_key and (table.without_rowid or table.rowid_alias) else ()
    return int(not names.isdisjoint(map(fold, key)))


def _read_index_terms(sql: str) -> str:
    """Return the part of a CREATE INDEX that names columns."""
    return sql[sql.index("(") :]


def has_index_on(columns: tuple[str, ...], table: Table, schema: Schema) -> bool:
    """Return whether an index or a key of a table begins with these columns, in any order."""
    wanted = {fold(column) for column in columns}
    keys = [key.columns for key in (table.primary_key, *table.uniques) if key]
    keys += [tuple(term.column or "" for term in index.indexed_columns) for index in schema.list_indexes(table.name)]
    return any({fold(each) for each in key[: len(columns)]} == wanted for key in keys)
