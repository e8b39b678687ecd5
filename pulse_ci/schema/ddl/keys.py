"""The PRIMARY KEY and UNIQUE constraints of a table, as SQLite resolves them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.draft import is_same_name
from pulse_ci.schema.schema import IndexedColumn, KeyConstraint
from pulse_ci.sql.names import fold, quote_if_needed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulse_ci.schema.ddl.draft import KeyDraft, TableDraft


@dataclass(frozen=True, slots=True)
class TableKeys:
    """A table's keys; `rowid_alias` is the column that is the rowid itself."""

    primary: KeyConstraint | None
    uniques: tuple[KeyConstraint, ...]
    rowid_alias: str | None

    def find_position(self, column: str) -> int:
        """Return the place of a column in the primary key, from 1, or 0."""
        places = enumerate(self.primary.columns if self.primary else (), 1)
        return next((place for place, name in places if is_same_name(name, column)), 0)

    def find_column_keys(self, column: str) -> tuple[KeyConstraint | None, KeyConstraint | None]:
        """Return the primary and the unique key that a column's own definition can hold."""
        primary = self.primary if self.primary and _is_key_of_column(self.primary, column, descending=True) else None
        return primary, next((key for key in self.uniques if _is_key_of_column(key, column)), None)

    def format_table_constraints(self) -> list[str]:
        """Return the text of the keys that need a table constraint."""
        texts = [f"UNIQUE {_format_key(key)}" for key in self.uniques if not _fits_column_definition(key)]
        if self.primary and not _fits_column_definition(self.primary, descending=True):
            texts.append(f"PRIMARY KEY {_format_key(self.primary)}")
        return texts


NO_KEYS = TableKeys(None, (), None)


def resolve_keys(draft: TableDraft) -> TableKeys:
    """Return a table's keys: two on the same columns are one, and a rowid has no order."""
    alias = next((key for key in draft.keys if _is_rowid_alias(key, draft)), None)
    uniques: list[tuple[bool, KeyConstraint]] = []
    for key in draft.keys:
        if key is not alias or draft.without_rowid:
            _merge_key(uniques, key.is_primary, _build_key(key, draft))
    primary = next((key for is_primary, key in uniques if is_primary), None)
    others = tuple(key for is_primary, key in uniques if not is_primary)
    if alias is None or draft.without_rowid:
        return TableKeys(primary, others, None)
    name = alias.indexed_columns[0].column
    return TableKeys(KeyConstraint((IndexedColumn(name),), alias.on_conflict, alias.autoincrement), others, name)


def _format_key(key: KeyConstraint) -> str:
    text = f"({', '.join(map(format_indexed_column, key.indexed_columns))})"
    return f"{text} ON CONFLICT {key.on_conflict}" if key.on_conflict else text


def format_indexed_column(indexed_column: IndexedColumn) -> str:
    """Return one term of PRIMARY KEY, UNIQUE or CREATE INDEX."""
    column = indexed_column.column
    text = quote_if_needed(column) if column is not None else indexed_column.expression or ""
    if indexed_column.collation:
        text += f" COLLATE {quote_if_needed(indexed_column.collation)}"
    return f"{text} DESC" if indexed_column.descending else text


def drop_default_collation(collation: str | None, column: str, collations: dict[str, str | None]) -> str | None:
    """Return a term's collation, or None where it is its column's."""
    default = collations.get(fold(column)) or "BINARY"
    return None if collation is None or is_same_name(collation, default) else collation


def _is_rowid_alias(key: KeyDraft, draft: TableDraft) -> bool:
    if not key.is_primary or len(key.indexed_columns) != 1:
        return False
    types = {fold(column.name): column.type for column in draft.columns}
    is_integer = types.get(fold(key.indexed_columns[0].column or "")) == "INTEGER"
    # A bug that SQLite keeps: INTEGER PRIMARY KEY DESC is an ordinary key in a column, but not in the table.
    return is_integer and not (key.is_in_column and key.indexed_columns[0].descending)


def _build_key(key: KeyDraft, draft: TableDraft) -> KeyConstraint:
    names = {fold(column.name): column.name for column in draft.columns}
    collations = {fold(column.name): column.collation for column in draft.columns}
    terms = list[IndexedColumn]()
    for term in key.indexed_columns:
        column = term.column or ""
        collation = drop_default_collation(term.collation, column, collations)
        terms.append(IndexedColumn(names.get(fold(column), column), None, collation, term.descending))
    return KeyConstraint(tuple(terms), key.on_conflict, key.autoincrement)


def _merge_key(uniques: list[tuple[bool, KeyConstraint]], primary: bool, key: KeyConstraint) -> None:
    for position, (was_primary, present) in enumerate(uniques):
        if _list_columns(present.indexed_columns) == _list_columns(key.indexed_columns):
            merged = replace(present, on_conflict=present.on_conflict or key.on_conflict)
            uniques[position] = (was_primary or primary, merged)
            return
    uniques.append((primary, key))


def _list_columns(terms: Sequence[IndexedColumn]) -> list[tuple[str, str]]:
    return [(fold(term.column or ""), fold(term.collation or "")) for term in terms]


def _is_key_of_column(key: KeyConstraint, column: str, *, descending: bool = False) -> bool:
    return _fits_column_definition(key, descending=descending) and is_same_name(key.indexed_columns[0].column, column)


def _fits_column_definition(key: KeyConstraint, *, descending: bool = False) -> bool:
    if len(key.indexed_columns) != 1:
        return False
    return key.indexed_columns[0].collation is None and (descending or not key.indexed_columns[0].descending)
