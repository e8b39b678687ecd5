"""Schema objects to the statements that make and drop them."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pulse_ci.schema.schema import Index, Table, Trigger
from pulse_ci.sql.names import quote_if_needed
from pulse_ci.sql.operations import Create, parse_operation
from pulse_ci.sql.tokens import TokenKind, tokenize, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.schema.schema import SchemaObject

_COMMENT_KINDS = (TokenKind.COMMENT, TokenKind.UNTERMINATED_COMMENT)


def build_create(item: SchemaObject) -> str:
    """Return the statement that makes an object again where it is not there, in the words it was made with."""
    sql = clean_statement(item.sql) if not isinstance(item, Trigger) else _join_lines(item.sql)
    parsed = parse_operation(sql)
    if isinstance(parsed, Create) and parsed.if_exists_position is not None:
        return f"{sql[: parsed.if_exists_position]} IF NOT EXISTS{sql[parsed.if_exists_position :]}"
    return sql


def clean_statement(sql: str) -> str:
    """Return a statement as it is, less its comments."""
    return f"{_remove_comments(sql).strip().rstrip(';').rstrip()};"


def format_for_d1(sql: str) -> str:
    """Return a statement as D1 cuts it right: without comments, ended, and a trigger on one line."""
    words = [token.keyword for token in islice(tokenize_code(sql), 3)]
    return _join_lines(sql) if words[:1] == ["CREATE"] and "TRIGGER" in words else clean_statement(sql)


def build_drop(item: SchemaObject) -> str:
    """Return the statement that drops an object if it is there."""
    match item:
        case Table():
            kind = "TABLE"
        case Index():
            kind = "INDEX"
        case Trigger():
            kind = "TRIGGER"
        case _:
            kind = "VIEW"
    return f"DROP {kind} IF EXISTS {quote_if_needed(item.name)};"


def build_drops(items: Iterable[SchemaObject]) -> Iterator[str]:
    """Yield the statements that drop several objects."""
    return (build_drop(item) for item in items)


def build_rename_table(name: str, new_name: str) -> str:
    """Return the statement that renames a table."""
    return f"ALTER TABLE {quote_if_needed(name)} RENAME TO {quote_if_needed(new_name)};"


def quote_for_comment(name: str) -> str:
    """Return a name for a comment of one line, in backquotes: what is in it cannot end the line."""
    return f"`{escape_unprintable(name)}`"


def escape_unprintable(text: str) -> str:
    """Return a text with what does not print, line breaks among it, in Python's escapes."""
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
    """Join the space around a comment: where there was a line break, one is left."""
    if not space.strip(" "):
        return more if "\n" in more or not space else space
    return f"\n{more.rpartition(chr(10))[2]}" if "\n" in more else space


def _join_lines(sql: str) -> str:
    # D1's own cutting of a remote query fails on triggers of several lines, and on `begin` in small letters.
    words = []
    for token in tokenize(clean_statement(sql)):
        if token.kind is TokenKind.SPACE:
            words.append(" ")
        else:
            words.append(token.text.upper() if token.keyword == "BEGIN" else token.text)
    return "".join(words)
