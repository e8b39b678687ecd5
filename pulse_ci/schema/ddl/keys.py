"""The PRIMARY KEY and UNIQUE constraints of a table, as SQLite settles them among themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulse_ci.schema.constraints import Key, Term
from pulse_ci.schema.ddl.ddl_ast import same_name
from pulse_ci.schema.ddl.keywords import quote_name
from pulse_ci.schema.schema import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulse_ci.schema.ddl.ddl_ast import KeyDraft, TableDraft, TermDraft


@dataclass(frozen=True, slots=True)
class Keys:
    """A table's keys; `rowid_alias` is the column that is the rowid itself."""

    primary: Key | None
    uniques: tuple[Key, ...]
    rowid_alias: str | None

    def in_column(self, column: str) -> tuple[Key | None, Key | None]:
        """Return the primary and the unique key that a column's own definition can say."""
        primary = self.primary if self.primary and _alone(self.primary, column, descending=True) else None
        return primary, next((key for key in self.uniques if _alone(key, column)), None)

    def in_table(self) -> list[str]:
        """Return the text of those that take a table constraint."""
        texts = [f"UNIQUE {spell_key(key)}" for key in self.uniques if not _alone_somewhere(key)]
        if self.primary and not _alone_somewhere(self.primary, descending=True):
            texts.append(f"PRIMARY KEY {spell_key(self.primary)}")
        return texts


def settle_keys(draft: TableDraft) -> Keys:
    """Return a table's keys: two on the same columns are one, and a rowid has no order."""
    alias = next((key for key in draft.keys if _is_rowid(key, draft)), None)
    uniques: list[tuple[bool, Key]] = []
    for key in draft.keys:
        if key is not alias or draft.without_rowid:
            _merge(uniques, key.primary, _key(key, draft))
    primary = next((key for is_primary, key in uniques if is_primary), None)
    others = tuple(key for is_primary, key in uniques if not is_primary)
    if alias is None or draft.without_rowid:
        return Keys(primary, others, None)
    name = alias.terms[0].column
    return Keys(Key((Term(name),), alias.conflict, alias.autoincrement), others, name)


def spell_key(key: Key) -> str:
    """Return the columns of a key in parentheses, and its conflict clause."""
    text = f"({', '.join(map(spell_term, key.terms))})"
    return f"{text} ON CONFLICT {key.conflict}" if key.conflict else text


def spell_term(term: Term) -> str:
    """Return one term as PRIMARY KEY, UNIQUE and CREATE INDEX have it."""
    text = quote_name(term.column) if term.column is not None else term.expression or ""
    if term.collation:
        text += f" COLLATE {quote_name(term.collation)}"
    return f"{text} DESC" if term.descending else text


def own_collation(collation: str | None, column: str, collations: dict[str, str | None]) -> str | None:
    """Return a term's collation, or None where it is the one that its column has anyway."""
    usual = collations.get(fold(column)) or "BINARY"
    return None if collation is None or same_name(collation, usual) else collation


def _is_rowid(key: KeyDraft, draft: TableDraft) -> bool:
    if not key.primary or len(key.terms) != 1:
        return False
    types = {fold(column.name): column.type for column in draft.columns}
    is_integer = types.get(fold(key.terms[0].column or "")) == "INTEGER"
    # An old mistake that SQLite keeps: INTEGER PRIMARY KEY DESC is an ordinary key; in the table it is not.
    return is_integer and not (key.in_column and key.terms[0].descending)


def _key(key: KeyDraft, draft: TableDraft) -> Key:
    collations = {fold(column.name): column.collation for column in draft.columns}
    names = {fold(column.name): column.name for column in draft.columns}
    return Key(tuple(_term(term, names, collations) for term in key.terms), key.conflict, key.autoincrement)


def _term(term: TermDraft, names: dict[str, str], collations: dict[str, str | None]) -> Term:
    column = term.column or ""
    collation = own_collation(term.collation, column, collations)
    return Term(names.get(fold(column), column), None, collation, term.descending)


def _merge(uniques: list[tuple[bool, Key]], primary: bool, key: Key) -> None:
    for position, (was_primary, present) in enumerate(uniques):
        if _columns_of(present.terms) == _columns_of(key.terms):
            merged = replace(present, conflict=present.conflict or key.conflict)
            uniques[position] = (was_primary or primary, merged)
            return
    uniques.append((primary, key))


def _columns_of(terms: Sequence[Term]) -> list[tuple[str, str]]:
    return [(fold(term.column or ""), fold(term.collation or "")) for term in terms]


def _alone(key: Key, column: str, *, descending: bool = False) -> bool:
    return _alone_somewhere(key, descending=descending) and same_name(key.terms[0].column, column)


def _alone_somewhere(key: Key, *, descending: bool = False) -> bool:
    if len(key.terms) != 1:
        return False
    return key.terms[0].collation is None and (descending or not key.terms[0].descending)
