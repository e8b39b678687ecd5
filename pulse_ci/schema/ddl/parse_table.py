"""The text of a CREATE TABLE to its draft."""

from __future__ import annotations

import re

from pulse_ci.schema.ddl.ddl_ast import (
    ColumnDraft,
    IndexedColumnDraft,
    KeyDraft,
    TableDraft,
    read_indexed_column,
    read_on_conflict,
)
from pulse_ci.schema.ddl.format import split_at_commas
from pulse_ci.schema.ddl.reader import TokenReader, UnreadableDdlError
from pulse_ci.schema.ddl.references_clause import read_deferral, read_references
from pulse_ci.sql.names import JOIN_WORDS, RESERVED_WORDS, quote, unquote
from pulse_ci.sql.tokens import Token, TokenKind

_CONSTRAINT_KEYWORDS = ("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN")
_NEVER_IN_TYPE = RESERVED_WORDS | JOIN_WORDS | {"INDEXED"}
_PLAIN_TYPE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?: [A-Za-z_][A-Za-z0-9_]*)*")


def read_table_draft(sql: str) -> TableDraft:
    """Read a CREATE TABLE with a list of columns."""
    reader, draft = TokenReader.from_sql(sql), TableDraft()
    reader.expect("CREATE")
    reader.accept_one_of("TEMP", "TEMPORARY")
    reader.expect("TABLE")
    reader.read_created_name()
    body = TokenReader(reader.read_group())
    _read_columns(body, draft)
    while not body.is_done:
        if not body.accept(","):
            _read_table_constraint(body, draft)
    _read_options(reader, draft)
    return draft


def _read_options(reader: TokenReader, draft: TableDraft) -> None:
    for option in filter(None, split_at_commas(reader.read_rest())):
        words = [token.keyword for token in option]
        draft.strict |= words == ["STRICT"]
        draft.without_rowid |= words == ["WITHOUT", "ROWID"]


def _read_columns(reader: TokenReader, draft: TableDraft) -> None:
    while reader.next_word not in _CONSTRAINT_KEYWORDS:
        column = ColumnDraft(reader.read_name())
        column.type = _read_type(reader)
        draft.columns.append(column)
        while reader.next_word != "," and not reader.is_done:
            _read_column_constraint(reader, column, draft)
        if not reader.accept(","):
            return


def _read_type(reader: TokenReader) -> str:
    tokens: list[Token] = []
    while reader.is_at_name():
        tokens.append(reader.take())
    tokens = _remove_generated_always(tokens)
    size = _format_size(reader.read_group()) if tokens and reader.next_word == "(" else ""
    words = [unquote(token.text) for token in tokens]
    if words and tokens[0].kind is not TokenKind.WORD and (size or len(words) > 1):
        # SQLite takes the type from the quotes and forgets what follows, but for INTEGER then being no rowid.
        return f"{_quote_type(words[0])} {_format_type(' '.join(words[1:]))}{size}"
    return _format_type(" ".join(words)) + size


def _remove_generated_always(tokens: list[Token]) -> list[Token]:
    # As in SQLite (src/build.c, sqlite3AddColumn): GENERATED ALWAYS is first read as part of a type.
    length = tokens[-1].end - tokens[0].start if tokens else 0
    if length < len("GENERATED ALWAYS") or tokens[-1].keyword != "ALWAYS":
        return tokens
    return tokens[:-2] if tokens[-2].keyword == "GENERATED" else tokens[:-1]


def _format_size(tokens: tuple[Token, ...]) -> str:
    parts = ("".join(token.text for token in part) for part in split_at_commas(tokens))
    return f"({', '.join(part.removeprefix('+') for part in parts)})"


def _format_type(text: str) -> str:
    words = text.split()
    plain = _PLAIN_TYPE.fullmatch(" ".join(words)) and not _NEVER_IN_TYPE.intersection(map(str.upper, words))
    if not words or plain:
        return " ".join(words).upper()
    return _quote_type(text)


def _quote_type(text: str) -> str:
    return quote(text.upper())


def _read_column_constraint(reader: TokenReader, column: ColumnDraft, draft: TableDraft) -> None:
    if read_deferral(reader, draft):
        return
    match reader.take().keyword:
        case "CONSTRAINT":
            reader.read_name()
        case "NULL":
            read_on_conflict(reader)
        case "NOT":
            reader.expect("NULL")
            column.not_null, column.not_null_on_conflict = True, read_on_conflict(reader)
        case "PRIMARY":
            reader.expect("KEY")
            draft.keys.append(_read_column_key(reader, column, is_primary=True))
        case "UNIQUE":
            draft.keys.append(_read_column_key(reader, column, is_primary=False))
        case "CHECK":
            draft.checks.append(reader.read_group())
        case "DEFAULT":
            column.default = _read_default(reader)
        case "COLLATE":
            column.collation = reader.read_name().upper()
        case "REFERENCES":
            draft.foreign_keys.append(read_references(reader, (column.name,)))
        case "GENERATED":
            reader.expect("ALWAYS")
        case "AS":
            column.generated = reader.read_group()
            column.stored = reader.accept_one_of("STORED", "VIRTUAL") == "STORED"
        case _:
            raise UnreadableDdlError


def _read_default(reader: TokenReader) -> tuple[Token, ...]:
    start = reader.position
    if reader.next_word == "(":
        reader.read_group()
    else:
        reader.accept_one_of("+", "-")
        reader.take()
    return reader.get_tokens_since(start)


def _read_column_key(reader: TokenReader, column: ColumnDraft, *, is_primary: bool) -> KeyDraft:
    descending = is_primary and reader.accept_one_of("ASC", "DESC") == "DESC"
    indexed_column = IndexedColumnDraft(column.name, (), None, descending)
    key = KeyDraft(is_primary, [indexed_column], read_on_conflict(reader), is_in_column=True)
    key.autoincrement = is_primary and reader.accept("AUTOINCREMENT")
    return key


def _read_table_constraint(reader: TokenReader, draft: TableDraft) -> None:
    match reader.take().keyword:
        case "CONSTRAINT":
            reader.read_name()
        case "PRIMARY":
            reader.expect("KEY")
            draft.keys.append(_read_table_key(reader, is_primary=True))
        case "UNIQUE":
            draft.keys.append(_read_table_key(reader, is_primary=False))
        case "CHECK":
            draft.checks.append(reader.read_group())
            read_on_conflict(reader)
        case "FOREIGN":
            reader.expect("KEY")
            columns = reader.read_name_list()
            reader.expect("REFERENCES")
            draft.foreign_keys.append(read_references(reader, columns))
            read_deferral(reader, draft)
        case _:
            raise UnreadableDdlError


def _read_table_key(reader: TokenReader, *, is_primary: bool) -> KeyDraft:
    body = reader.read_group()
    autoincrement = is_primary and len(body) > 1 and body[-1].keyword == "AUTOINCREMENT"
    indexed_columns = [read_indexed_column(term) for term in split_at_commas(body[:-1] if autoincrement else body)]
    return KeyDraft(
        is_primary, indexed_columns, read_on_conflict(reader), is_in_column=False, autoincrement=autoincrement
    )
