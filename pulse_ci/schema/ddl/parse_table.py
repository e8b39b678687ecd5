"""The text of a CREATE TABLE to its draft."""

from __future__ import annotations

import re

from pulse_ci.schema.ddl.ddl_ast import (
    ColumnDraft,
    KeyDraft,
    TableDraft,
    TermDraft,
    read_conflict,
    read_term,
)
from pulse_ci.schema.ddl.format import split_commas
from pulse_ci.schema.ddl.keywords import JOIN_WORDS, RESERVED
from pulse_ci.schema.ddl.reader import Reader, UnreadableError
from pulse_ci.schema.ddl.references_clause import read_deferral, read_references
from pulse_ci.sql.tokens import Token, TokenKind, unquote

_CONSTRAINTS = ("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN")
_NO_TYPE = RESERVED | JOIN_WORDS | {"INDEXED"}
_PLAIN_TYPE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?: [A-Za-z_][A-Za-z0-9_]*)*")


def read_table(sql: str) -> TableDraft:
    """Read a CREATE TABLE with a list of columns."""
    reader, draft = Reader.of(sql), TableDraft()
    reader.expect("CREATE")
    reader.choose("TEMP", "TEMPORARY")
    reader.expect("TABLE")
    reader.own_name()
    body = Reader(reader.group())
    _columns(body, draft)
    while not body.done:
        if not body.accept(","):
            _table_constraint(body, draft)
    _options(reader, draft)
    return draft


def _options(reader: Reader, draft: TableDraft) -> None:
    for option in filter(None, split_commas(reader.rest())):
        words = [token.keyword for token in option]
        draft.strict |= words == ["STRICT"]
        draft.without_rowid |= words == ["WITHOUT", "ROWID"]


def _columns(reader: Reader, draft: TableDraft) -> None:
    while reader.next_word not in _CONSTRAINTS:
        column = ColumnDraft(reader.name())
        column.type = _type(reader)
        draft.columns.append(column)
        while reader.next_word != "," and not reader.done:
            _column_constraint(reader, column, draft)
        if not reader.accept(","):
            return


def _type(reader: Reader) -> str:
    tokens: list[Token] = []
    while reader.at_name():
        tokens.append(reader.take())
    tokens = _without_generated(tokens)
    size = _size(reader.group()) if tokens and reader.next_word == "(" else ""
    words = [unquote(token.text) for token in tokens]
    if words and tokens[0].kind is not TokenKind.WORD and (size or len(words) > 1):
        # SQLite takes the type from the quotes and forgets what follows, but for INTEGER then being no rowid.
        return f"{_quoted_type(words[0])} {_spelled_type(' '.join(words[1:]))}{size}"
    return _spelled_type(" ".join(words)) + size


def _without_generated(tokens: list[Token]) -> list[Token]:
    # As in SQLite (src/build.c, sqlite3AddColumn): GENERATED ALWAYS is first read as part of a type.
    length = tokens[-1].end - tokens[0].start if tokens else 0
    if length < len("GENERATED ALWAYS") or tokens[-1].keyword != "ALWAYS":
        return tokens
    return tokens[:-2] if tokens[-2].keyword == "GENERATED" else tokens[:-1]


def _size(tokens: tuple[Token, ...]) -> str:
    parts = ("".join(token.text for token in part) for part in split_commas(tokens))
    return f"({', '.join(part.removeprefix('+') for part in parts)})"


def _spelled_type(text: str) -> str:
    words = text.split()
    plain = _PLAIN_TYPE.fullmatch(" ".join(words)) and not _NO_TYPE.intersection(map(str.upper, words))
    if not words or plain:
        return " ".join(words).upper()
    return _quoted_type(text)


def _quoted_type(text: str) -> str:
    return '"' + text.upper().replace('"', '""') + '"'


def _column_constraint(reader: Reader, column: ColumnDraft, draft: TableDraft) -> None:
    if read_deferral(reader, draft):
        return
    match reader.take().keyword:
        case "CONSTRAINT":
            reader.name()
        case "NULL":
            read_conflict(reader)
        case "NOT":
            reader.expect("NULL")
            column.not_null, column.not_null_conflict = True, read_conflict(reader)
        case "PRIMARY":
            reader.expect("KEY")
            draft.keys.append(_column_key(reader, column, primary=True))
        case "UNIQUE":
            draft.keys.append(_column_key(reader, column, primary=False))
        case "CHECK":
            draft.checks.append(reader.group())
        case "DEFAULT":
            column.default = _default(reader)
        case "COLLATE":
            column.collation = reader.name().upper()
        case "REFERENCES":
            draft.foreign_keys.append(read_references(reader, (column.name,)))
        case "GENERATED":
            reader.expect("ALWAYS")
        case "AS":
            column.generated = reader.group()
            column.stored = reader.choose("STORED", "VIRTUAL") == "STORED"
        case _:
            raise UnreadableError


def _default(reader: Reader) -> tuple[Token, ...]:
    start = reader.position
    if reader.next_word == "(":
        reader.group()
    else:
        reader.choose("+", "-")
        reader.take()
    return reader.since(start)


def _column_key(reader: Reader, column: ColumnDraft, *, primary: bool) -> KeyDraft:
    descending = primary and reader.choose("ASC", "DESC") == "DESC"
    term = TermDraft(column.name, (), None, descending)
    key = KeyDraft(primary, [term], read_conflict(reader), in_column=True)
    key.autoincrement = primary and reader.accept("AUTOINCREMENT")
    return key


def _table_constraint(reader: Reader, draft: TableDraft) -> None:
    match reader.take().keyword:
        case "CONSTRAINT":
            reader.name()
        case "PRIMARY":
            reader.expect("KEY")
            draft.keys.append(_table_key(reader, primary=True))
        case "UNIQUE":
            draft.keys.append(_table_key(reader, primary=False))
        case "CHECK":
            draft.checks.append(reader.group())
            read_conflict(reader)
        case "FOREIGN":
            reader.expect("KEY")
            columns = reader.names()
            reader.expect("REFERENCES")
            draft.foreign_keys.append(read_references(reader, columns))
            read_deferral(reader, draft)
        case _:
            raise UnreadableError


def _table_key(reader: Reader, *, primary: bool) -> KeyDraft:
    body = reader.group()
    autoincrement = primary and len(body) > 1 and body[-1].keyword == "AUTOINCREMENT"
    terms = [read_term(term) for term in split_commas(body[:-1] if autoincrement else body)]
    return KeyDraft(primary, terms, read_conflict(reader), in_column=False, autoincrement=autoincrement)
