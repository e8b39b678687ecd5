"""One row of sqlite_master to one schema object, each different row read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from pulse_ci.schema.ddl.classify import NameScope, find_ambiguous_names, find_certain_names, find_redundant_qualifiers
from pulse_ci.schema.ddl.format import format_statement, list_code_tokens
from pulse_ci.schema.ddl.index import Collations, parse_index
from pulse_ci.schema.ddl.reader import UnreadableDdlError
from pulse_ci.schema.ddl.table import ParentKeys, parse_table
from pulse_ci.schema.ddl.trigger import parse_trigger
from pulse_ci.schema.ddl.view import parse_view
from pulse_ci.schema.ddl.virtual import parse_virtual_table
from pulse_ci.schema.schema import Index, Table, Trigger, View, make_comparison_key
from pulse_ci.sql.names import fold, unquote
from pulse_ci.sql.tokens import tokenize_code

_CACHE_SIZE = 4096


@dataclass(frozen=True, slots=True)
class ClassifiedNames:
    """The folded names in a text: those that are sure, those that may be some, and those that say nothing.

    `quoted` are the doubtful ones in double quotes.
    """

    certain: frozenset[str]
    ambiguous: frozenset[str]
    quoted_ambiguous: frozenset[str]
    redundant_qualifiers: frozenset[str]

    def build_scope(self, resolved: frozenset[str]) -> NameScope:
        """Return the scope in which these of the doubtful names are meant as names."""
        return NameScope(self.certain | resolved, self.redundant_qualifiers)


@lru_cache(_CACHE_SIZE)
def read_names(sql: str) -> ClassifiedNames:
    """Return the names in a CREATE VIEW or a CREATE TRIGGER."""
    tokens = list_code_tokens(sql)
    certain = find_certain_names(tokens)
    ambiguous = find_ambiguous_names(tokens) - certain
    quoted = frozenset(fold(unquote(token.text)) for token in tokens if token.text[0] == '"')
    return ClassifiedNames(certain, ambiguous, ambiguous & quoted, find_redundant_qualifiers(tokens))


@lru_cache(_CACHE_SIZE)
def read_table(name: str, sql: str, parent_keys: ParentKeys = ()) -> Table:
    """Return a table, virtual or not."""
    try:
        words = [token.keyword for token in islice(tokenize_code(sql), 2)]
        if words == ["CREATE", "VIRTUAL"]:
            return parse_virtual_table(name, sql)
        return parse_table(name, sql, parent_keys)
    except UnreadableDdlError:
        text = _format_unread(sql)
        return Table(
            name,
            (),
            None,
            (),
            (),
            (),
            False,
            False,
            None,
            None,
            (),
            sql,
            text,
            make_comparison_key(text),
            make_comparison_key(text),
        )


@lru_cache(_CACHE_SIZE)
def read_index(name: str, table: str, sql: str, collations: Collations) -> Index:
    """Return an index on a table with these columns."""
    try:
        return parse_index(name, table, sql, collations)
    except UnreadableDdlError:
        return Index(name, table, False, (), None, sql, _format_unread(sql), make_comparison_key(_format_unread(sql)))


@lru_cache(_CACHE_SIZE)
def read_view(name: str, sql: str, names: frozenset[str]) -> View:
    """Return a view; `names` are those of its texts in double quotes that name something."""
    try:
        return parse_view(name, sql, read_names(sql).build_scope(names))
    except UnreadableDdlError:
        return View(name, (), sql, _format_unread(sql), make_comparison_key(_format_unread(sql)))


@lru_cache(_CACHE_SIZE)
def read_trigger(name: str, table: str, sql: str, names: frozenset[str]) -> Trigger:
    """Return a trigger; `names` are those of its texts in double quotes that name something."""
    try:
        return parse_trigger(name, table, sql, read_names(sql).build_scope(names))
    except UnreadableDdlError:
        text = _format_unread(sql)
        return Trigger(name, table, "", "", (), None, (), sql, text, make_comparison_key(text))


@lru_cache(_CACHE_SIZE)
def list_collations(table: Table | None) -> Collations:
    """Return what an index needs to know of its table."""
    return tuple((fold(column.name), column.collation) for column in table.columns) if table else ()


def _format_unread(sql: str) -> str:
    return format_statement(list_code_tokens(sql), NameScope())
