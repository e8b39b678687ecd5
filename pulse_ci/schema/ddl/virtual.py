"""A CREATE VIRTUAL TABLE to a Table, and the tables that its module keeps behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.classify import Scope
from pulse_ci.schema.ddl.column import build_column
from pulse_ci.schema.ddl.ddl_ast import ColumnDraft
from pulse_ci.schema.ddl.format import expression, split_commas
from pulse_ci.schema.ddl.keys import Keys
from pulse_ci.schema.ddl.keywords import meaning, quote_name, quote_string
from pulse_ci.schema.ddl.reader import NAMING, Reader
from pulse_ci.schema.schema import Column, Table, fold
from pulse_ci.sql.tokens import Token, TokenKind, unquote

if TYPE_CHECKING:
    from pulse_ci.schema.ddl.classify import Tokens

SHADOWS = {
    "fts5": ("data", "idx", "content", "docsize", "config"),
    "rtree": ("node", "parent", "rowid"),
    "rtree_i32": ("node", "parent", "rowid"),
}


def parse_virtual_table(name: str, sql: str) -> Table:
    """Return the virtual table that a statement makes; its columns are those that the arguments name."""
    reader = Reader.of(sql)
    reader.expect("CREATE", "VIRTUAL", "TABLE")
    reader.own_name()
    reader.expect("USING")
    module = fold(reader.name())
    groups = [group for group in split_commas(reader.group()) if group] if not reader.done else []
    arguments = tuple(_spelled(group, module) for group in groups)
    canonical = f"CREATE VIRTUAL TABLE {quote_name(name)} USING {quote_name(module)}({', '.join(arguments)})"
    return Table(
        name=name,
        columns=tuple(_column(group) for group in groups if not _is_option(group)) if module in SHADOWS else (),
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
        canonical=canonical,
        meaning=meaning(canonical),
        outline=meaning(canonical),
    )


def _is_option(tokens: Tokens) -> bool:
    return any(token.text == "=" for token in tokens)


def _spelled(tokens: Tokens, module: str) -> str:
    # FTS5 reads content='x', content="x" and content=x as one.
    if module == "fts5" and len(tokens) == 3 and tokens[1].text == "=":
        return f"{fold(tokens[0].text)} = {_value(tokens[2])}"
    if module == "fts5vocab":
        return _value(tokens[0])
    return expression(tokens, Scope(frozenset(_names(tokens)))).text


def _value(token: Token) -> str:
    return quote_string(unquote(token.text)) if token.kind is not TokenKind.BLOB else token.text


def _names(tokens: Tokens) -> set[str]:
    return {fold(unquote(token.text)) for token in tokens if token.kind in NAMING}


def _column(tokens: Tokens) -> Column:
    name = next((token.text for token in tokens if token.kind in NAMING), "")
    return build_column(ColumnDraft(unquote(name)), Keys(None, (), None), (), (), Scope())
