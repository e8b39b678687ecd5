"""Statements that create, drop and rename schema objects, and move the rows of virtual tables."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from pulse_ci.schema.schema import Table, Trigger
from pulse_ci.sql.names import quote_if_needed, unquote
from pulse_ci.sql.operations import Create, parse_operation
from pulse_ci.sql.tokens import TokenKind, build_quoted_pattern, tokenize, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.schema.schema import SchemaObject

_CONTENT_OPTION = re.compile("content = (" + build_quoted_pattern("'") + ")")
_COMMENT_KINDS = (TokenKind.COMMENT, TokenKind.UNTERMINATED_COMMENT)


def build_create(item: SchemaObject) -> str:
    """Return the statement that creates an object where it is missing, as its author wrote it."""
    sql = clean_statement(item.sql) if not isinstance(item, Trigger) else _join_lines(item.sql)
    parsed = parse_operation(sql)
    if isinstance(parsed, Create) and parsed.if_exists_position is not None:
        return f"{sql[: parsed.if_exists_position]} IF NOT EXISTS{sql[parsed.if_exists_position :]}"
    return sql


def clean_statement(sql: str) -> str:
    """Return a statement without its comments, ended by a semicolon."""
    return f"{_remove_comments(sql).strip().rstrip(';').rstrip()};"


def format_for_d1(sql: str) -> str:
    """Return a statement that D1 cuts correctly: without comments, ended, a trigger on one line."""
    words = [token.keyword for token in islice(tokenize_code(sql), 3)]
    return _join_lines(sql) if words[:1] == ["CREATE"] and "TRIGGER" in words else clean_statement(sql)


def build_drop(item: SchemaObject) -> str:
    """Return the statement that drops an object if it is there."""
    return f"DROP {item.kind.upper()} IF EXISTS {quote_if_needed(item.name)};"


def build_drops(items: Iterable[SchemaObject]) -> Iterator[str]:
    """Yield the statements that drop several objects."""
    return (build_drop(item) for item in items)


def build_rename_table(name: str, new_name: str) -> str:
    """Return the statement that renames a table."""
    return f"ALTER TABLE {quote_if_needed(name)} RENAME TO {quote_if_needed(new_name)};"


def build_rename_column(table: str, column: str, new_name: str) -> str:
    """Return the statement that renames a column."""
    head = f"ALTER TABLE {quote_if_needed(table)} RENAME COLUMN"
    return f"{head} {quote_if_needed(column)} TO {quote_if_needed(new_name)};"


def quote_for_comment(name: str) -> str:
    """Return a name in backquotes for a comment of one line, which it cannot end."""
    return f"`{escape_unprintable(name)}`"


def escape_unprintable(text: str) -> str:
    """Return a text with unprintable characters, line breaks too, as Python's escapes."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def _remove_comments(sql: str) -> str:
    parts, space = [], ""
    for token in tokenize(sql):
        if token.kind in _COMMENT_KINDS:
            space = space or " "
        elif token.kind is TokenKind.SPACE:
            space = _merge_space(space, token.text)
        else:
            parts += [space, token.text]
            space = ""
    return "".join(parts)


def _merge_space(space: str, more: str) -> str:
    """Join the space around a comment, and keep one line break if there was any."""
    if not space.strip(" "):
        return more if "\n" in more or not space else space
    return f"\n{more.rpartition(chr(10))[2]}" if "\n" in more else space


def _join_lines(sql: str) -> str:
    # D1 cuts a remote query wrongly at triggers of several lines, and at `begin` in small letters.
    words = []
    for token in tokenize(clean_statement(sql)):
        if token.kind is TokenKind.SPACE:
            words.append(" ")
        else:
            words.append(token.text.upper() if token.keyword == "BEGIN" else token.text)
    return "".join(words)


def find_content_table(table: Table) -> str | None:
    """Return the table or view that an FTS5 table indexes; empty where it keeps no rows, None where its own."""
    if table.module != "fts5":
        return None
    found = (_CONTENT_OPTION.fullmatch(argument) for argument in table.arguments)
    return next((unquote(match[1]) for match in found if match), None)


def build_fts_rebuild(table: Table) -> Iterator[str]:
    """Yield the statement that fills a new FTS5 table from the rows that it indexes, if it does."""
    if find_content_table(table):
        name = quote_if_needed(table.name)
        yield f"INSERT INTO {name} ({name}) VALUES ('rebuild');"


def build_virtual_move(old: Table, new: Table, temporary: str) -> Iterator[str]:
    """Yield the statements that recreate a virtual table that keeps its own rows."""
    columns = [quote_if_needed(column.name) for column in new.columns if old.find_column(column.name)]
    key = ["rowid"] if new.module == "fts5" else []
    listed = ", ".join([*key, *columns])
    yield build_rename_table(old.name, temporary)
    yield f"{new.sql.rstrip(';')};"
    yield f"INSERT INTO {quote_if_needed(new.name)} ({listed})\nSELECT {listed} FROM {quote_if_needed(temporary)};"
    yield f"DROP TABLE {quote_if_needed(temporary)};"
