"""A CREATE INDEX to an Index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.schema.constraints import Term
from pulse_ci.schema.ddl.classify import ROWID_NAMES, Scope
from pulse_ci.schema.ddl.ddl_ast import is_operand, read_term
from pulse_ci.schema.ddl.format import expression, split_commas
from pulse_ci.schema.ddl.keys import own_collation, spell_term
from pulse_ci.schema.ddl.keywords import meaning, quote_name
from pulse_ci.schema.ddl.reader import Reader
from pulse_ci.schema.schema import Index, fold

if TYPE_CHECKING:
    from pulse_ci.schema.ddl.classify import Tokens

Collations = tuple[tuple[str, str | None], ...]


def parse_index(name: str, table: str, sql: str, collations: Collations) -> Index:
    """Return the index that a CREATE INDEX makes on a table with these folded columns."""
    scope = Scope(frozenset(column for column, _ in collations) | ROWID_NAMES, frozenset({fold(table), "main"}))
    reader = Reader.of(sql)
    reader.expect("CREATE")
    unique = reader.accept("UNIQUE")
    reader.expect("INDEX")
    reader.own_name()
    reader.expect("ON")
    reader.name()
    terms = tuple(_term(tokens, dict(collations), scope) for tokens in split_commas(reader.group()))
    where = expression(reader.rest(), scope).text if reader.accept("WHERE") else None
    head = f"CREATE {'UNIQUE ' * unique}INDEX {quote_name(name)} ON {quote_name(table)}"
    canonical = f"{head} ({', '.join(map(spell_term, terms))}){f' WHERE {where}' if where else ''}"
    return Index(name, table, unique, terms, where, sql, canonical, meaning(canonical))


def _term(tokens: Tokens, collations: dict[str, str | None], scope: Scope) -> Term:
    term = read_term(tokens)
    column = term.column or ""
    if column and (fold(column) in scope.names or not collations):
        return Term(column, None, own_collation(term.collation, column, collations), term.descending)
    if column:
        # No such column: SQLite takes "it" for a text, and 'it' for a column that does not exist.
        return Term(None, '"' + column.replace('"', '""') + '"', term.collation, term.descending)
    text = expression(term.expression, scope).text
    if term.collation and not is_operand(term.expression):
        text = f"({text})"
    return Term(None, text, term.collation, term.descending)
