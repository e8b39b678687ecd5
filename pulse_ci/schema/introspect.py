"""A connection to its Schema, in one query."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pulse_ci.schema.ddl.identifier_scope import Relations
from pulse_ci.schema.ddl.parse import (
    column_collations,
    read_index,
    read_names,
    read_table,
    read_trigger,
    read_view,
)
from pulse_ci.schema.ddl.virtual import SHADOWS
from pulse_ci.schema.schema import Schema, Table, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import apsw

    from pulse_ci.schema.schema import Object

QUERY = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL"
_NONE: frozenset[str] = frozenset()


class Row(NamedTuple):
    """What QUERY gives of one object."""

    type: str
    name: str
    table: str
    sql: str


def introspect(connection: apsw.Connection, hidden: frozenset[str] = frozenset()) -> Schema:
    """Return the schema of a connection's main database.

    SQLite's and D1's own tables are left out, those behind virtual tables, and `hidden` ones, each with its
    indexes and triggers.
    """
    return schema_of(connection.execute(QUERY), hidden)


def schema_of(rows: Iterable[tuple[object, ...]], hidden: frozenset[str] = frozenset()) -> Schema:
    """Return the schema that the rows of QUERY describe, wherever they come from."""
    return _schema(tuple(rows), hidden)


def row_of(item: Object, sql: str | None = None) -> Row:
    """Return the row that stands for an object in QUERY's answer, with another text if one is given."""
    return Row(type(item).__name__.lower(), item.name, item.table, item.sql if sql is None else sql)


@lru_cache(64)
def _schema(found: tuple[tuple[object, ...], ...], hidden: frozenset[str]) -> Schema:
    rows = [Row(*map(str, row)) for row in found]
    shown = _shown(rows, hidden)
    tables = _linked([read_table(row.name, row.sql) for row in shown if row.type == "table"])
    by_name = {fold(table.name): table for table in tables}
    indexes = (
        read_index(row.name, row.table, row.sql, column_collations(by_name.get(fold(row.table))))
        for row in shown
        if row.type == "index"
    )
    meant = _meant_names(shown, tables)
    views = (read_view(row.name, row.sql, meant.get(row, _NONE)) for row in shown if row.type == "view")
    triggers = (
        read_trigger(row.name, row.table, row.sql, meant.get(row, _NONE)) for row in shown if row.type == "trigger"
    )
    return Schema(tuple(tables), tuple(indexes), tuple(views), tuple(triggers))


def _shown(rows: list[Row], hidden: frozenset[str]) -> list[Row]:
    unseen = set(map(fold, hidden)) | shadow_names(rows)
    return sorted(
        (row for row in rows if not _is_unseen(row.name, unseen) and not _is_unseen(row.table, unseen)),
        key=lambda row: fold(row.name),
    )


def _is_unseen(name: str, unseen: set[str]) -> bool:
    folded = fold(name)
    return folded.startswith(("sqlite_", "_cf_")) or folded in unseen


def shadow_names(rows: Iterable[Row]) -> frozenset[str]:
    """Return the folded names of the tables that virtual tables keep behind them."""
    return frozenset(_shadows(rows))


def _shadows(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        if row.sql.startswith("CREATE VIRTUAL"):
            table = read_table(row.name, row.sql)
            for suffix in SHADOWS.get(table.module or "", ()):
                yield f"{fold(row.name)}_{suffix}"


def _linked(tables: list[Table]) -> list[Table]:
    keys = {fold(table.name): table.primary_key.columns for table in tables if table.primary_key}
    return [_with_parents(table, keys) for table in tables]


def _with_parents(table: Table, keys: dict[str, tuple[str, ...]]) -> Table:
    implied = {fold(key.parent) for key in table.foreign_keys if not key.parent_columns}
    parent_keys = tuple((parent, keys[parent]) for parent in sorted(implied) if parent in keys)
    return read_table(table.name, table.sql, parent_keys) if parent_keys else table


def _meant_names(rows: list[Row], tables: list[Table]) -> dict[Row, frozenset[str]]:
    """Return the doubtful names of each view and trigger that name something."""
    doubtful = {row: read_names(row.sql).doubtful for row in rows if row.type in ("view", "trigger")}
    if not any(doubtful.values()):
        return {}
    relations = Relations.of(rows, tables)
    return {row: relations.meant(row.sql) for row in rows if doubtful.get(row)}
