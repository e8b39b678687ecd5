"""A CREATE VIRTUAL TABLE to a Table, and the tables that its module keeps behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.classify import NameScope
from pulse_ci.schema.ddl.column import build_column
from pulse_ci.schema.ddl.ddl_ast import ColumnDraft
from pulse_ci.schema.ddl.format import format_expression, split_at_commas
from pulse_ci.schema.ddl.keys import TableKeys
from pulse_ci.schema.ddl.reader import NAME_KINDS, TokenReader
from pulse_ci.schema.schema import Column, Table, make_comparison_key
from pulse_ci.sql.names import fold, quote_if_needed, quote_string, unquote
from pulse_ci.sql.tokens import Token, TokenKind

if TYPE_CHECKING:
    from pulse_ci.schema.ddl.classify import Tokens

SHADOW_TABLE_SUFFIXES = {
    "fts5": ("data", "idx", "content", "docsize", "config"),
    "rtree": ("node", "parent", "rowid"),
    "rtree_i32": ("node", "parent", "rowid"),
}


def parse_virtual_table(name: str, sql: str) -> Table:
    """Return the virtual table that a statement makes; its columns are those that the arguments name."""
    reader = TokenReader.from_sql(sql)
    reader.expect("CREATE", "VIRTUAL", "TABLE")
    reader.read_created_name()
    reader.expect("USING")
    module = fold(reader.read_name())
    groups = [group for group in split_at_commas(reader.read_group()) if group] if not reader.is_done else []
    arguments = tuple(_format_argument(group, module) for group in groups)
    normalized_sql = (
        f"CREATE VIRTUAL TABLE {quote_if_needed(name)} USING {quote_if_needed(module)}({', '.join(arguments)})"
    )
    return Table(
        name=name,
        columns=tuple(_build_column(group) for group in groups if not _is_option(group))
        if module in SHADOW_TABLE_SUFFIXES
        else (),
        primary_key=None,
        uniques=(),
        checks=(),
        foreign_keys=(),
        strict=False,
        without_rowid=False,
        rowid_alias=None,
        module=module,
        arguments=arguments,
        sql=sql,
        normalized_sql=normalized_sql,
        comparison_key=make_comparison_key(normalized_sql),
        table_level_key=make_comparison_key(normalized_sql),
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
    return quote_string(unquote(token.text)) if token.kind is not TokenKind.BLOB else token.text


def _collect_names(tokens: Tokens) -> set[str]:
    return {fold(unquote(token.text)) for token in tokens if token.kind in NAME_KINDS}


def _build_column(tokens: Tokens) -> Column:
    name = next((token.text for token in tokens if token.kind in NAME_KINDS), "")
    return build_column(ColumnDraft(unquote(name)), TableKeys(None, (), None), (), (), NameScope())
