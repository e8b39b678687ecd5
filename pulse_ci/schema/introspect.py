"""Reads the schema of a connection, in one query."""

from __future__ import annotations

import secrets
from functools import lru_cache
from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.name_resolution import SchemaNames
from pulse_ci.schema.ddl.parse import (
    classify_names,
    list_collations,
    read_index,
    read_table,
    read_trigger,
    read_view,
)
from pulse_ci.schema.ddl.virtual import SHADOW_TABLE_SUFFIXES
from pulse_ci.schema.schema import MasterRow, Schema, Table
from pulse_ci.sql.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import apsw

    from pulse_ci.schema.schema import SchemaObject

SCHEMA_QUERY = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL"
HIDDEN_TABLE_MARK = f"/* {secrets.token_hex(8)} */"
"""Stands in the SQL of a table of our own, which no schema has; random, so that no file can hide a table."""
_NO_NAMES: frozenset[str] = frozenset()


def introspect(connection: apsw.Connection, hidden: frozenset[str] = frozenset()) -> Schema:
    """Return the schema of a connection's main database.

    SQLite's and D1's own tables, shadow tables and `hidden` ones are skipped, with their indexes and triggers.
    """
    return build_schema(connection.execute(SCHEMA_QUERY), hidden)


def build_schema(rows: Iterable[tuple[object, ...]], hidden: frozenset[str] = frozenset()) -> Schema:
    """Return the schema that rows of SCHEMA_QUERY describe, wherever they come from."""
    return _build_schema(tuple(rows), hidden)


def make_master_row(item: SchemaObject, sql: str | None = None) -> MasterRow:
    """Return the row of an object, with another text if one is given."""
    return MasterRow(item.kind, item.name, item.table, item.sql if sql is None else sql)


@lru_cache(64)
def _build_schema(found: tuple[tuple[object, ...], ...], hidden: frozenset[str]) -> Schema:
    rows = [MasterRow(*map(str, row)) for row in found]
    visible = _select_visible(rows, hidden)
    tables = _resolve_parent_keys([read_table(row.name, row.sql) for row in visible if row.type == "table"])
    by_name = {fold(table.name): table for table in tables}
    indexes = (
        read_index(row.name, row.table, row.sql, list_collations(by_name.get(fold(row.table))))
        for row in visible
        if row.type == "index"
    )
    resolved_names = _resolve_ambiguous_names(visible, tables)
    views = (read_view(row.name, row.sql, resolved_names.get(row, _NO_NAMES)) for row in visible if row.type == "view")
    triggers = (
        read_trigger(row.name, row.table, row.sql, resolved_names.get(row, _NO_NAMES))
        for row in visible
        if row.type == "trigger"
    )
    return Schema(tuple(tables), tuple(indexes), tuple(views), tuple(triggers))


def _select_visible(rows: list[MasterRow], hidden: frozenset[str]) -> list[MasterRow]:
    own = {fold(row.name) for row in rows if HIDDEN_TABLE_MARK in row.sql}
    hidden_names = set(map(fold, hidden)) | own | find_shadow_tables(rows)
    return sorted(
        (row for row in rows if not _is_hidden(row.name, hidden_names) and not _is_hidden(row.table, hidden_names)),
        key=lambda row: fold(row.name),
    )


def _is_hidden(name: str, hidden_names: set[str]) -> bool:
    folded = fold(name)
    return folded.startswith(("sqlite_", "_cf_")) or folded in hidden_names


def find_shadow_tables(rows: Iterable[MasterRow]) -> frozenset[str]:
    """Return the folded names of the shadow tables of virtual tables."""
    return frozenset(_iterate_shadow_tables(rows))


def _iterate_shadow_tables(rows: Iterable[MasterRow]) -> Iterator[str]:
    for row in rows:
        if row.sql.startswith("CREATE VIRTUAL"):
            table = read_table(row.name, row.sql)
            for suffix in SHADOW_TABLE_SUFFIXES.get(table.module or "", ()):
                yield f"{fold(row.name)}_{suffix}"


def _resolve_parent_keys(tables: list[Table]) -> list[Table]:
    keys = {fold(table.name): table.primary_key.columns for table in tables if table.primary_key}
    return [_fill_parent_columns(table, keys) for table in tables]


def _fill_parent_columns(table: Table, keys: dict[str, tuple[str, ...]]) -> Table:
    implied = {fold(key.parent) for key in table.foreign_keys if not key.parent_columns}
    parent_keys = tuple((parent, keys[parent]) for parent in sorted(implied) if parent in keys)
    return read_table(table.name, table.sql, parent_keys) if parent_keys else table


def _resolve_ambiguous_names(rows: list[MasterRow], tables: list[Table]) -> dict[MasterRow, frozenset[str]]:
    """Return, by row, which ambiguous names of a view or a trigger are names."""
    ambiguous = {row: classify_names(row.sql).ambiguous for row in rows if row.type in ("view", "trigger")}
    if not any(ambiguous.values()):
        return {}
    relations = SchemaNames.from_schema(rows, tables)
    return {row: relations.resolve_ambiguous_names(row.sql) for row in rows if ambiguous.get(row)}
