"""One row of sqlite_master to one schema object, each different row read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from pulse_ci.schema.ddl.classify import Scope, doubtful_names, idle_qualifiers, sure_names
from pulse_ci.schema.ddl.format import code_tokens, statement
from pulse_ci.schema.ddl.index import Collations, parse_index
from pulse_ci.schema.ddl.keywords import meaning
from pulse_ci.schema.ddl.reader import UnreadableError
from pulse_ci.schema.ddl.table import ParentKeys, parse_table
from pulse_ci.schema.ddl.trigger import parse_trigger
from pulse_ci.schema.ddl.view import parse_view
from pulse_ci.schema.ddl.virtual import parse_virtual_table
from pulse_ci.schema.schema import Index, Table, Trigger, View, fold
from pulse_ci.sql.tokens import tokenize_code, unquote

_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Names:
    """The folded names in a text: those that are sure, those that may be some, and those that say nothing.

    `quoted` are the doubtful ones in double quotes.
    """

    sure: frozenset[str]
    doubtful: frozenset[str]
    quoted: frozenset[str]
    qualifiers: frozenset[str]

    def scope(self, meant: frozenset[str]) -> Scope:
        """Return the scope in which these of the doubtful names are meant as names."""
        return Scope(self.sure | meant, self.qualifiers)


@lru_cache(_REMEMBERED)
def read_names(sql: str) -> Names:
    """Return the names in a CREATE VIEW or a CREATE TRIGGER."""
    tokens = code_tokens(sql)
    sure = sure_names(tokens)
    doubtful = doubtful_names(tokens) - sure
    quoted = frozenset(fold(unquote(token.text)) for token in tokens if token.text[0] == '"')
    return Names(sure, doubtful, doubtful & quoted, idle_qualifiers(tokens))


@lru_cache(_REMEMBERED)
def read_table(name: str, sql: str, parent_keys: ParentKeys = ()) -> Table:
    """Return a table, virtual or not."""
    try:
        words = [token.keyword for token in islice(tokenize_code(sql), 2)]
        if words == ["CREATE", "VIRTUAL"]:
            return parse_virtual_table(name, sql)
        return parse_table(name, sql, parent_keys)
    except UnreadableError:
        text = _as_it_is(sql)
        return Table(name, (), None, (), (), (), False, False, None, None, (), sql, text, meaning(text), meaning(text))


@lru_cache(_REMEMBERED)
def read_index(name: str, table: str, sql: str, collations: Collations) -> Index:
    """Return an index on a table with these columns."""
    try:
        return parse_index(name, table, sql, collations)
    except UnreadableError:
        return Index(name, table, False, (), None, sql, _as_it_is(sql), meaning(_as_it_is(sql)))


@lru_cache(_REMEMBERED)
def read_view(name: str, sql: str, names: frozenset[str]) -> View:
    """Return a view; `names` are those of its texts in double quotes that name something."""
    try:
        return parse_view(name, sql, read_names(sql).scope(names))
    except UnreadableError:
        return View(name, (), sql, _as_it_is(sql), meaning(_as_it_is(sql)))


@lru_cache(_REMEMBERED)
def read_trigger(name: str, table: str, sql: str, names: frozenset[str]) -> Trigger:
    """Return a trigger; `names` are those of its texts in double quotes that name something."""
    try:
        return parse_trigger(name, table, sql, read_names(sql).scope(names))
    except UnreadableError:
        text = _as_it_is(sql)
        return Trigger(name, table, "", "", (), None, (), sql, text, meaning(text))


@lru_cache(_REMEMBERED)
def column_collations(table: Table | None) -> Collations:
    """Return what an index needs to know of its table."""
    return tuple((fold(column.name), column.collation) for column in table.columns) if table else ()


def _as_it_is(sql: str) -> str:
    return statement(code_tokens(sql), Scope())
