"""Schema objects to the statements that make and drop them."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.keywords import quote_name
from pulse_ci.schema.schema import Index, Table, Trigger
from pulse_ci.sql.operations import Create, operation
from pulse_ci.sql.tokens import TokenKind, tokenize, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.schema.schema import Object

_COMMENTS = (TokenKind.COMMENT, TokenKind.OPEN_COMMENT)


def create(item: Object) -> str:
    """Return the statement that makes an object again where it is not there, in the words it was made with."""
    sql = create_new(item.sql) if not isinstance(item, Trigger) else _on_one_line(item.sql)
    operated = operation(sql)
    if isinstance(operated, Create) and operated.guard_at is not None:
        return f"{sql[: operated.guard_at]} IF NOT EXISTS{sql[operated.guard_at :]}"
    return sql


def create_new(sql: str) -> str:
    """Return a statement as it is, less its comments."""
    return f"{_without_comments(sql).strip().rstrip(';').rstrip()};"


def as_sent(sql: str) -> str:
    """Return a statement as D1 cuts it right: without comments, ended, and a trigger on one line."""
    words = [token.keyword for token in islice(tokenize_code(sql), 3)]
    return _on_one_line(sql) if words[:1] == ["CREATE"] and "TRIGGER" in words else create_new(sql)


def drop(item: Object) -> str:
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
    return f"DROP {kind} IF EXISTS {quote_name(item.name)};"


def drops(items: Iterable[Object]) -> Iterator[str]:
    """Yield the statements that drop several objects."""
    return (drop(item) for item in items)


def shown(name: str) -> str:
    """Return a name for a comment of one line, in backquotes: what is in it cannot end the line."""
    return f"`{on_one_line(name)}`"


def on_one_line(text: str) -> str:
    """Return a text with what does not print, line breaks among it, in Python's escapes."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def _without_comments(sql: str) -> str:
    parts, space = [], ""
    for token in tokenize(sql):
        if token.kind in _COMMENTS:
            space = space or " "
        elif token.kind is TokenKind.SPACE:
            space = _merged(space, token.text)
        else:
            parts += [space, token.text]
            space = ""
    return "".join(parts)


def _merged(space: str, more: str) -> str:
    """Join the space around a comment: where there was a line break, one is left."""
    if not space.strip(" "):
        return more if "\n" in more or not space else space
    return f"\n{more.rpartition(chr(10))[2]}" if "\n" in more else space


def _on_one_line(sql: str) -> str:
    # D1's own cutting of a remote query fails on triggers of several lines, and on `begin` in small letters.
    words = []
    for token in tokenize(create_new(sql)):
        if token.kind is TokenKind.SPACE:
            words.append(" ")
        else:
            words.append(token.text.upper() if token.keyword == "BEGIN" else token.text)
    return "".join(words)
