"""Schema objects read from rows of sqlite_master, each different row once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from pulse_ci.schema.ddl.classify import NameScope, find_ambiguous_names, find_certain_names, find_redundant_qualifiers
from pulse_ci.schema.ddl.format import format_statement
from pulse_ci.schema.ddl.objects import Collations, parse_index, parse_trigger, parse_view
from pulse_ci.schema.ddl.table import ParentKeys, parse_table
from pulse_ci.schema.ddl.virtual import parse_virtual_table
from pulse_ci.schema.schema import Index, Table, Trigger, View, make_comparison_key
from pulse_ci.sql.cursor import UnreadableSqlError
from pulse_ci.sql.names import fold
from pulse_ci.sql.tokens import tokenize_code

_CACHE_SIZE = 4096


@dataclass(frozen=True, slots=True)
class ClassifiedNames:
    """The folded names in a text: certain ones, ambiguous ones, and qualifiers that change nothing."""

    certain: frozenset[str]
    ambiguous: frozenset[str]
    quoted_ambiguous: frozenset[str]
    redundant_qualifiers: frozenset[str]

    def build_scope(self, resolved: frozenset[str]) -> NameScope:
        """Return the scope in which the ambiguous names in `resolved` are names."""
        return NameScope(self.certain | resolved, self.redundant_qualifiers)


@lru_cache(_CACHE_SIZE)
def classify_names(sql: str) -> ClassifiedNames:
    """Return the names in a CREATE VIEW or a CREATE TRIGGER."""
    tokens = tuple(tokenize_code(sql))
    certain = find_certain_names(tokens)
    ambiguous = find_ambiguous_names(tokens) - certain
    quoted = frozenset(fold(token.name) for token in tokens if token.text[0] == '"')
    return ClassifiedNames(certain, ambiguous, ambiguous & quoted, find_redundant_qualifiers(tokens))


@lru_cache(_CACHE_SIZE)
def read_table(name: str, sql: str, parent_keys: ParentKeys = ()) -> Table:
    """Return a table, virtual or not."""
    try:
        words = [token.keyword for token in islice(tokenize_code(sql), 2)]
        if words == ["CREATE", "VIRTUAL"]:
            return parse_virtual_table(name, sql)
        return parse_table(name, sql, parent_keys)
    except UnreadableSqlError:
        text = _format_unread(sql)
        key = make_comparison_key(text)
        return Table(name, sql=sql, normalized_sql=text, comparison_key=key, table_level_key=key)


@lru_cache(_CACHE_SIZE)
def read_index(name: str, table: str, sql: str, collations: Collations) -> Index:
    """Return an index on a table with these columns."""
    try:
        return parse_index(name, table, sql, collations)
    except UnreadableSqlError:
        text = _format_unread(sql)
        return Index(name, table, False, (), None, sql, text, make_comparison_key(text))


@lru_cache(_CACHE_SIZE)
def read_view(name: str, sql: str, names: frozenset[str]) -> View:
    """Return a view; `names` are the ambiguous names that are names."""
    try:
        return parse_view(name, sql, classify_names(sql).build_scope(names))
    except UnreadableSqlError:
        text = _format_unread(sql)
        return View(name, (), sql, text, make_comparison_key(text))


@lru_cache(_CACHE_SIZE)
def read_trigger(name: str, table: str, sql: str, names: frozenset[str]) -> Trigger:
    """Return a trigger; `names` are the ambiguous names that are names."""
    try:
        return parse_trigger(name, table, sql, classify_names(sql).build_scope(names))
    except UnreadableSqlError:
        text = _format_unread(sql)
        return Trigger(name, table, "", "", (), None, (), sql, text, make_comparison_key(text))


@lru_cache(_CACHE_SIZE)
def list_collations(table: Table | None) -> Collations:
    """Return the folded columns of a table with their collations."""
    return tuple((fold(column.name), column.collation) for column in table.columns) if table else ()


def _format_unread(sql: str) -> str:
    return format_statement(tuple(tokenize_code(sql)), NameScope())
