"""A CREATE INDEX to an Index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.schema.constraints import IndexedColumn
from pulse_ci.schema.ddl.classify import ROWID_NAMES, NameScope
from pulse_ci.schema.ddl.ddl_ast import is_operand, read_indexed_column
from pulse_ci.schema.ddl.format import format_expression, split_at_commas
from pulse_ci.schema.ddl.keys import drop_default_collation, format_indexed_column
from pulse_ci.schema.ddl.reader import TokenReader
from pulse_ci.schema.schema import Index, make_comparison_key
from pulse_ci.sql.names import fold, quote, quote_if_needed

if TYPE_CHECKING:
    from pulse_ci.schema.ddl.classify import Tokens

Collations = tuple[tuple[str, str | None], ...]


def parse_index(name: str, table: str, sql: str, collations: Collations) -> Index:
    """Return the index that a CREATE INDEX makes on a table with these folded columns."""
    scope = NameScope(frozenset(column for column, _ in collations) | ROWID_NAMES, frozenset({fold(table), "main"}))
    reader = TokenReader.from_sql(sql)
    reader.expect("CREATE")
    unique = reader.accept("UNIQUE")
    reader.expect("INDEX")
    reader.read_created_name()
    reader.expect("ON")
    reader.read_name()
    terms = tuple(
        _build_indexed_column(tokens, dict(collations), scope) for tokens in split_at_commas(reader.read_group())
    )
    where = format_expression(reader.read_rest(), scope).text if reader.accept("WHERE") else None
    head = f"CREATE {'UNIQUE ' * unique}INDEX {quote_if_needed(name)} ON {quote_if_needed(table)}"
    normalized_sql = f"{head} ({', '.join(map(format_indexed_column, terms))}){f' WHERE {where}' if where else ''}"
    return Index(name, table, unique, terms, where, sql, normalized_sql, make_comparison_key(normalized_sql))


def _build_indexed_column(tokens: Tokens, collations: dict[str, str | None], scope: NameScope) -> IndexedColumn:
    draft = read_indexed_column(tokens)
    column = draft.column or ""
    if column and (fold(column) in scope.names or not collations):
        return IndexedColumn(
            column, None, drop_default_collation(draft.collation, column, collations), draft.descending
        )
    if column:
        # No such column: SQLite takes "it" for a text, and 'it' for a column that does not exist.
        return IndexedColumn(None, quote(column), draft.collation, draft.descending)
    text = format_expression(draft.expression, scope).text
    if draft.collation and not is_operand(draft.expression):
        text = f"({text})"
    return IndexedColumn(None, text, draft.collation, draft.descending)
