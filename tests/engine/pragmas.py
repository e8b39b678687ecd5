"""What SQLite's pragmas report of a table, and the same facts taken from a Schema."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulse_ci.sql.names import fold

if TYPE_CHECKING:
    import apsw

    from pulse_ci.schema.schema import ForeignKey, IndexedColumn, Schema, Table

Row = tuple[object, ...]
Facts = dict[str, object]


def reported(connection: apsw.Connection, table: str) -> Facts:
    """The facts by pragma."""
    indexes = _pragma(connection, "index_list", table)
    options = next(row for row in _pragma(connection, "table_list", table) if row[0] == "main")
    return {
        "columns": [
            (name, _type(type_), not_null, key, hidden)
            for _, name, type_, not_null, _, key, hidden in _pragma(connection, "table_xinfo", table)
        ],
        # Written twice, a foreign key is still one.
        "foreign keys": sorted(set(_reported_foreign_keys(connection, table))),
        "keys": sorted((origin, _terms(connection, name)) for _, name, _, origin, _ in indexes if origin != "c"),
        "indexes": sorted(
            (name, unique, partial, _terms(connection, name))
            for _, name, unique, origin, partial in indexes
            if origin == "c"
        ),
        "options": (bool(options[4]), bool(options[5])),
    }


def read(schema: Schema, table: Table) -> Facts:
    """The same facts from a Schema."""
    keys = [("u", key) for key in table.uniques]
    if table.primary_key and table.rowid_alias is None:
        keys.append(("pk", table.primary_key))
    return {
        "columns": [
            (
                each.name,
                _type(each.type),
                each.not_null,
                each.primary_key_position,
                (2 + each.stored) if each.generated else 0,
            )
            for each in table.columns
        ],
        "foreign keys": sorted({_read_foreign_key(key) for key in table.foreign_keys}),
        "keys": sorted((origin, _read_terms(table, key.indexed_columns)) for origin, key in keys),
        "indexes": sorted(
            (index.name, index.unique, index.where is not None, _read_terms(table, index.indexed_columns))
            for index in schema.list_indexes(table.name)
        ),
        "options": (table.without_rowid, table.strict),
    }


def _pragma(connection: apsw.Connection, pragma: str, name: object) -> list[Row]:
    return list(connection.execute(f"SELECT * FROM pragma_{pragma}(?)", (str(name),)))


def _type(text: object) -> str:
    return re.sub(r"[\s'\"`\[\]+]", "", str(text)).upper()


def _terms(connection: apsw.Connection, index: object) -> list[Row]:
    """Column or None, descending, collation; of the key alone."""
    return [
        (fold(str(name)), descending, str(collation).upper()) if name is not None else ("", descending, "")
        for _, _, name, descending, collation, in_key in _pragma(connection, "index_xinfo", index)
        if in_key
    ]


def _read_terms(table: Table, terms: tuple[IndexedColumn, ...]) -> list[Row]:
    return [(fold(term.column or ""), term.descending, _collation(table, term)) for term in terms]


def _collation(table: Table, term: IndexedColumn) -> str:
    if term.column is None:
        # An expression has the collation of what stands in it, which only SQLite knows.
        return ""
    column = table.find_column(term.column)
    return term.collation or (column.collation if column else None) or "BINARY"


def _reported_foreign_keys(connection: apsw.Connection, table: str) -> list[Row]:
    rows = sorted(_pragma(connection, "foreign_key_list", table), key=lambda row: (row[0], row[1]))
    keys: dict[object, list[Row]] = {}
    for row in rows:
        keys.setdefault(row[0], []).append(row)
    return sorted(
        (
            fold(str(parts[0][2])),
            tuple(fold(str(part[3])) for part in parts),
            tuple(fold(str(part[4])) for part in parts) if parts[0][4] else _key(connection, parts[0][2]),
            parts[0][5],
            parts[0][6],
        )
        for parts in keys.values()
    )


def _key(connection: apsw.Connection, table: object) -> Row:
    columns = _pragma(connection, "table_info", table)
    return tuple(fold(str(name)) for _, name, _, _, _, place in columns if place)


def _read_foreign_key(key: ForeignKey) -> Row:
    columns, targets = (tuple(map(fold, names)) for names in (key.columns, key.parent_columns))
    return (fold(key.parent), columns, targets, key.on_update, key.on_delete)
