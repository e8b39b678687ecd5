"""The parts of a CREATE TABLE as they are written, before its names are resolved."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.format import strip_parentheses
from pulse_ci.schema.schema import ForeignKey
from pulse_ci.sql.cursor import TokenCursor, UnreadableSqlError, is_enclosed, split_at_commas
from pulse_ci.sql.names import JOIN_WORDS, RESERVED_WORDS, fold, quote
from pulse_ci.sql.tokens import Token, TokenKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulse_ci.schema.ddl.classify import Tokens

_CONSTRAINT_KEYWORDS = ("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN")
_NEVER_IN_TYPE = RESERVED_WORDS | JOIN_WORDS | {"INDEXED"}
_PLAIN_TYPE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?: [A-Za-z_][A-Za-z0-9_]*)*")


@dataclass(slots=True)
class IndexedColumnDraft:
    """One term of a key or an index; `column` is None for an expression."""

    column: str | None
    expression: Tokens
    collation: str | None
    descending: bool


@dataclass(slots=True)
class KeyDraft:
    """A PRIMARY KEY or UNIQUE, in a column or in the table."""

    is_primary: bool
    indexed_columns: list[IndexedColumnDraft]
    on_conflict: str | None
    is_in_column: bool
    autoincrement: bool = False


@dataclass(slots=True)
class ColumnDraft:
    """A column without its keys, checks and references, which are in the table's draft."""

    name: str
    type: str = ""
    not_null: bool = False
    not_null_on_conflict: str | None = None
    default: Tokens | None = None
    collation: str | None = None
    generated: Tokens | None = None
    stored: bool = False


@dataclass(slots=True)
class TableDraft:
    """All parts of a CREATE TABLE, in the order of the text."""

    columns: list[ColumnDraft] = field(default_factory=list)
    keys: list[KeyDraft] = field(default_factory=list)
    checks: list[Tokens] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    strict: bool = False
    without_rowid: bool = False


def read_table_draft(sql: str) -> TableDraft:
    """Return the parts of a CREATE TABLE with a list of columns."""
    cursor, draft = TokenCursor.from_sql(sql), TableDraft()
    cursor.expect("CREATE")
    cursor.accept_one_of("TEMP", "TEMPORARY")
    cursor.expect("TABLE")
    cursor.read_created_name()
    body = TokenCursor(cursor.read_group())
    _read_columns(body, draft)
    while not body.is_done:
        if not body.accept(","):
            _read_table_constraint(body, draft)
    _read_options(cursor, draft)
    return draft


def _read_options(cursor: TokenCursor, draft: TableDraft) -> None:
    for option in filter(None, split_at_commas(cursor.read_rest())):
        words = [token.keyword for token in option]
        draft.strict |= words == ["STRICT"]
        draft.without_rowid |= words == ["WITHOUT", "ROWID"]


def _read_columns(cursor: TokenCursor, draft: TableDraft) -> None:
    while cursor.next_word not in _CONSTRAINT_KEYWORDS:
        column = ColumnDraft(cursor.read_name())
        column.type = _read_type(cursor)
        draft.columns.append(column)
        while cursor.next_word != "," and not cursor.is_done:
            _read_column_constraint(cursor, column, draft)
        if not cursor.accept(","):
            return


def _read_type(cursor: TokenCursor) -> str:
    tokens = list[Token]()
    while cursor.is_at_name():
        tokens.append(cursor.take())
    tokens = _remove_generated_always(tokens)
    size = _format_size(cursor.read_group()) if tokens and cursor.is_at("(") else ""
    words = [token.name for token in tokens]
    if words and tokens[0].kind is not TokenKind.WORD and (size or len(words) > 1):
        # SQLite takes the type from the quotes and ignores what follows, except that INTEGER is then no rowid.
        return f"{quote(words[0].upper())} {_format_type(' '.join(words[1:]))}{size}"
    return _format_type(" ".join(words)) + size


def _remove_generated_always(tokens: list[Token]) -> list[Token]:
    # As in SQLite (src/build.c, sqlite3AddColumn): GENERATED ALWAYS is first read as part of a type.
    length = tokens[-1].end - tokens[0].start if tokens else 0
    if length < len("GENERATED ALWAYS") or tokens[-1].keyword != "ALWAYS":
        return tokens
    return tokens[:-2] if tokens[-2].keyword == "GENERATED" else tokens[:-1]


def _format_size(tokens: Tokens) -> str:
    parts = ("".join(token.text for token in part) for part in split_at_commas(tokens))
    return f"({', '.join(part.removeprefix('+') for part in parts)})"


def _format_type(text: str) -> str:
    plain = " ".join(text.split()).upper()
    is_plain = _PLAIN_TYPE.fullmatch(plain) and _NEVER_IN_TYPE.isdisjoint(plain.split())
    return plain if is_plain or not plain else quote(text.upper())


def _read_column_constraint(cursor: TokenCursor, column: ColumnDraft, draft: TableDraft) -> None:
    if _read_deferral(cursor, draft) or _read_constraint(cursor, draft, column):
        return
    match cursor.take().keyword:
        case "NULL":
            _read_on_conflict(cursor)
        case "NOT":
            cursor.expect("NULL")
            column.not_null, column.not_null_on_conflict = True, _read_on_conflict(cursor)
        case "DEFAULT":
            column.default = _read_default(cursor)
        case "COLLATE":
            column.collation = cursor.read_name().upper()
        case "REFERENCES":
            draft.foreign_keys.append(_read_references(cursor, (column.name,)))
        case "GENERATED":
            cursor.expect("ALWAYS")
        case "AS":
            column.generated = cursor.read_group()
            column.stored = cursor.accept_one_of("STORED", "VIRTUAL") == "STORED"
        case _:
            raise UnreadableSqlError


def _read_table_constraint(cursor: TokenCursor, draft: TableDraft) -> None:
    if _read_constraint(cursor, draft, None):
        return
    cursor.expect("FOREIGN", "KEY")
    columns = cursor.read_name_list()
    cursor.expect("REFERENCES")
    draft.foreign_keys.append(_read_references(cursor, columns))
    _read_deferral(cursor, draft)


def _read_constraint(cursor: TokenCursor, draft: TableDraft, column: ColumnDraft | None) -> bool:
    """Read a constraint that a table can have as well as a column, None for a table; return whether one comes next."""
    if cursor.accept("CONSTRAINT"):
        cursor.read_name()
    elif cursor.accept("CHECK"):
        draft.checks.append(cursor.read_group())
        _read_on_conflict(cursor)
    elif cursor.accept("PRIMARY", "KEY"):
        draft.keys.append(_read_key(cursor, column, is_primary=True))
    elif cursor.accept("UNIQUE"):
        draft.keys.append(_read_key(cursor, column, is_primary=False))
    else:
        return False
    return True


def _read_key(cursor: TokenCursor, column: ColumnDraft | None, *, is_primary: bool) -> KeyDraft:
    if column:
        descending = is_primary and cursor.accept_one_of("ASC", "DESC") == "DESC"
        terms, on_conflict = [IndexedColumnDraft(column.name, (), None, descending)], _read_on_conflict(cursor)
        autoincrement = is_primary and cursor.accept("AUTOINCREMENT")
    else:
        body = cursor.read_group()
        autoincrement = is_primary and len(body) > 1 and body[-1].keyword == "AUTOINCREMENT"
        terms = [read_indexed_column(term) for term in split_at_commas(body[:-1] if autoincrement else body)]
        on_conflict = _read_on_conflict(cursor)
    return KeyDraft(is_primary, terms, on_conflict, column is not None, autoincrement)


def _read_default(cursor: TokenCursor) -> Tokens:
    start = cursor.position
    cursor.accept_one_of("+", "-")
    cursor.skip_item()
    return cursor.get_tokens_since(start)


def _read_references(cursor: TokenCursor, columns: tuple[str, ...]) -> ForeignKey:
    """Read what follows REFERENCES; SQLite ignores MATCH and ON INSERT."""
    parent, parent_columns = cursor.read_name(), cursor.read_name_list()
    actions = {"DELETE": "NO ACTION", "UPDATE": "NO ACTION"}
    while True:
        if cursor.accept("MATCH"):
            cursor.read_name()
        elif cursor.accept("ON"):
            event = cursor.take().keyword
            actions[event] = _read_action(cursor)
        else:
            return ForeignKey(columns, parent, parent_columns, actions["DELETE"], actions["UPDATE"])


def _read_action(cursor: TokenCursor) -> str:
    first = cursor.take().keyword
    return f"{first} {cursor.take().keyword}" if first in ("SET", "NO") else first


def _read_deferral(cursor: TokenCursor, draft: TableDraft) -> bool:
    """Read [NOT] DEFERRABLE … if it comes next; as in SQLite, it is of the last foreign key so far."""
    negated = cursor.accept("NOT", "DEFERRABLE")
    if not (negated or cursor.accept("DEFERRABLE")):
        return False
    deferred = cursor.accept("INITIALLY") and cursor.take().keyword == "DEFERRED" and not negated
    if draft.foreign_keys:
        draft.foreign_keys[-1] = replace(draft.foreign_keys[-1], deferred=deferred)
    return True


def read_indexed_column(tokens: Sequence[Token]) -> IndexedColumnDraft:
    """Return one term of PRIMARY KEY (…), UNIQUE (…) or CREATE INDEX."""
    descending = bool(tokens) and tokens[-1].keyword == "DESC"
    if len(tokens) > 1 and tokens[-1].keyword in ("ASC", "DESC"):
        tokens = tokens[:-1]
    collation, tokens = _split_collation(strip_parentheses(tokens))
    if not tokens:
        raise UnreadableSqlError
    is_column = len(tokens) == 1 and tokens[0].is_name
    return IndexedColumnDraft(tokens[0].name if is_column else None, tuple(tokens), collation, descending)


def _split_collation(tokens: Sequence[Token]) -> tuple[str | None, Sequence[Token]]:
    collation = None
    # COLLATE binds tighter than any operator: in a || b COLLATE x it belongs to b.
    while len(tokens) > 2 and tokens[-2].keyword == "COLLATE" and is_operand(tokens[:-2]):
        collation = collation or tokens[-1].name.upper()
        tokens = strip_parentheses(tokens[:-2])
    return collation, tokens


def is_operand(tokens: Sequence[Token]) -> bool:
    """Return whether an operator after these tokens applies to all of them, COLLATE aside."""
    while len(tokens) > 2 and tokens[-2].keyword == "COLLATE":
        tokens = tokens[:-2]
    arguments = tokens[1:] if tokens[0].is_name else tokens
    return len(tokens) == 1 or is_enclosed(arguments)


def _read_on_conflict(cursor: TokenCursor) -> str | None:
    """Read ON CONFLICT …; None for ABORT, the default."""
    if not cursor.accept("ON", "CONFLICT"):
        return None
    action = cursor.take().keyword
    return None if action == "ABORT" else action


def is_same_name(one: str | None, other: str | None) -> bool:
    """Return whether SQLite takes both for one name."""
    return one is not None and other is not None and fold(one) == fold(other)
