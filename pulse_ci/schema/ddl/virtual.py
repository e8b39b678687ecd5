"""Virtual tables read from CREATE VIRTUAL TABLE, and the shadow tables that modules keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.classify import NameScope
from pulse_ci.schema.ddl.draft import ColumnDraft
from pulse_ci.schema.ddl.format import format_expression
from pulse_ci.schema.ddl.table import TableConstraints, build_column
from pulse_ci.schema.schema import Column, Table, make_comparison_key
from pulse_ci.sql.cursor import TokenCursor, split_at_commas
from pulse_ci.sql.names import fold, quote_if_needed, quote_string
from pulse_ci.sql.tokens import Token, TokenKind

if TYPE_CHECKING:
    from pulse_ci.schema.ddl.classify import Tokens

SHADOW_TABLE_SUFFIXES = {
    "fts5": ("data", "idx", "content", "docsize", "config"),
    "rtree": ("node", "parent", "rowid"),
    "rtree_i32": ("node", "parent", "rowid"),
}


def parse_virtual_table(name: str, sql: str) -> Table:
    """Return the virtual table that a statement makes, with the columns that its arguments name."""
    cursor = TokenCursor.from_sql(sql)
    cursor.expect("CREATE", "VIRTUAL", "TABLE")
    cursor.read_created_name()
    cursor.expect("USING")
    module = fold(cursor.read_name())
    groups = [group for group in split_at_commas(cursor.read_group()) if group] if not cursor.is_done else []
    arguments = tuple(_format_argument(group, module) for group in groups)
    head = f"CREATE VIRTUAL TABLE {quote_if_needed(name)} USING {quote_if_needed(module)}"
    normalized_sql = f"{head}({', '.join(arguments)})"
    key = make_comparison_key(normalized_sql)
    is_known = module in SHADOW_TABLE_SUFFIXES
    return Table(
        name=name,
        columns=tuple(_build_column(group) for group in groups if is_known and not _is_option(group)),
        module=module,
        arguments=arguments,
        sql=sql,
        normalized_sql=normalized_sql,
        comparison_key=key,
        table_level_key=key,
    )


def _is_option(tokens: Tokens) -> bool:
    return any(token.text == "=" for token in tokens)


def _format_argument(tokens: Tokens, module: str) -> str:
    # FTS5 reads content='x', content="x" and content=x as one.
    if module == "fts5" and len(tokens) == 3 and tokens[1].text == "=":
        return f"{fold(tokens[0].text)} = {_format_value(tokens[2])}"
    if module == "fts5vocab":
        return _format_value(tokens[0])
    return format_expression(tokens, NameScope(frozenset(_collect_names(tokens)))).text


def _format_value(token: Token) -> str:
    return quote_string(token.name) if token.kind is not TokenKind.BLOB else token.text


def _collect_names(tokens: Tokens) -> set[str]:
    return {fold(token.name) for token in tokens if token.is_name}


def _build_column(tokens: Tokens) -> Column:
    name = next((token.name for token in tokens if token.is_name), "")
    return build_column(ColumnDraft(name), TableConstraints(), NameScope())
