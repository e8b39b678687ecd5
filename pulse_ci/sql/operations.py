"""What a statement does, as a small value read from its words.

Whether a statement is valid is never decided here: the replay does that.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from pulse_ci.sql.cursor import TokenCursor, UnreadableSqlError
from pulse_ci.sql.tokens import tokenize_code

_TRANSACTION_WORDS = frozenset({"BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"})
_OBJECT_KEYWORDS = ("TABLE", "INDEX", "VIEW", "TRIGGER")
_LEADING_TOKENS = 12


@dataclass(frozen=True, slots=True)
class Create:
    """CREATE TABLE, INDEX, VIEW or TRIGGER.

    `if_exists_position` is where IF NOT EXISTS would go, None if it is there; `is_from_select` is CREATE TABLE … AS.
    """

    kind: str
    name: str
    if_exists_position: int | None
    is_from_select: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """DROP TABLE, INDEX, VIEW or TRIGGER; `if_exists_position` is where IF EXISTS would go, None if it is there."""

    kind: str
    name: str
    if_exists_position: int | None


@dataclass(frozen=True, slots=True)
class AddColumn:
    """ALTER TABLE … ADD COLUMN."""

    table: str
    column: str


@dataclass(frozen=True, slots=True)
class DropColumn:
    """ALTER TABLE … DROP COLUMN."""

    table: str
    column: str


@dataclass(frozen=True, slots=True)
class RenameColumn:
    """ALTER TABLE … RENAME COLUMN … TO …."""

    table: str
    column: str
    new_name: str


@dataclass(frozen=True, slots=True)
class RenameTable:
    """ALTER TABLE … RENAME TO …."""

    table: str
    new_name: str


@dataclass(frozen=True, slots=True)
class Insert:
    """INSERT or REPLACE; `ignores_conflicts` where it skips or replaces a row that is there already."""

    table: str
    ignores_conflicts: bool


@dataclass(frozen=True, slots=True)
class Update:
    """UPDATE, with or without a WHERE."""

    table: str
    has_where: bool


@dataclass(frozen=True, slots=True)
class Delete:
    """DELETE, with or without a WHERE."""

    table: str
    has_where: bool


@dataclass(frozen=True, slots=True)
class TransactionControl:
    """BEGIN, COMMIT, END, ROLLBACK, SAVEPOINT or RELEASE."""

    keyword: str


@dataclass(frozen=True, slots=True)
class Pragma:
    """PRAGMA name = value, or name(value); both in lower case, the value empty where there is none."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class OtherStatement:
    """Anything else; `keyword` is the statement's first word."""

    keyword: str


Alteration = AddColumn | DropColumn | RenameColumn | RenameTable
Write = Insert | Update | Delete
Operation = Create | Drop | Alteration | Write | TransactionControl | Pragma | OtherStatement


def parse_operation(sql: str) -> Operation:
    """Return what one statement does."""
    leading = tuple(islice(tokenize_code(sql), _LEADING_TOKENS))
    word = leading[0].keyword if leading else ""
    try:
        return _read_operation(word, TokenCursor(leading), sql)
    except UnreadableSqlError:
        return OtherStatement(word)


def skip_with(cursor: TokenCursor) -> None:
    """Move past a WITH clause, if one comes next."""
    if not cursor.accept("WITH"):
        return
    cursor.accept("RECURSIVE")
    while True:
        cursor.read_name()
        cursor.read_name_list()
        cursor.expect("AS")
        cursor.accept("NOT")
        cursor.accept("MATERIALIZED")
        cursor.read_group()
        if not cursor.accept(","):
            return


def _read_operation(word: str, cursor: TokenCursor, sql: str) -> Operation:
    match word:
        case "CREATE":
            return _read_create(cursor)
        case "DROP":
            return _read_drop(cursor)
        case "ALTER":
            return _read_alter(cursor)
        case "PRAGMA":
            return _read_pragma(cursor)
        case "INSERT" | "REPLACE" if "conflict" not in sql.lower():
            # The rest is rows: there may be thousands.
            return _read_write(cursor)
        case "INSERT" | "REPLACE" | "UPDATE" | "DELETE" | "WITH":
            return _read_write(TokenCursor.from_sql(sql))
        case _:
            return TransactionControl(word) if word in _TRANSACTION_WORDS else OtherStatement(word)


def _read_create(cursor: TokenCursor) -> Create:
    cursor.expect("CREATE")
    while cursor.accept_one_of("TEMP", "TEMPORARY", "UNIQUE", "VIRTUAL"):
        pass
    kind, end = _read_object_kind(cursor)
    is_guarded = cursor.is_at("IF", "NOT", "EXISTS")
    name = cursor.read_created_name()
    return Create(kind, name, None if is_guarded else end, kind == "table" and cursor.is_at("AS"))


def _read_drop(cursor: TokenCursor) -> Drop:
    cursor.expect("DROP")
    kind, end = _read_object_kind(cursor)
    is_guarded = cursor.accept("IF", "EXISTS")
    return Drop(kind, cursor.read_qualified_name(), None if is_guarded else end)


def _read_object_kind(cursor: TokenCursor) -> tuple[str, int]:
    """Return table, index, view or trigger, and where the word ends."""
    word = cursor.take()
    if word.keyword not in _OBJECT_KEYWORDS:
        raise UnreadableSqlError
    return word.keyword.lower(), word.end


def _read_alter(cursor: TokenCursor) -> Alteration:
    cursor.expect("ALTER", "TABLE")
    table = cursor.read_qualified_name()
    action = cursor.accept_one_of("ADD", "DROP", "RENAME")
    if action == "RENAME" and cursor.accept("TO"):
        return RenameTable(table, cursor.read_name())
    if cursor.next_word in ("CONSTRAINT", "CHECK"):
        raise UnreadableSqlError
    cursor.accept("COLUMN")
    column = cursor.read_name()
    match action:
        case "ADD":
            return AddColumn(table, column)
        case "DROP":
            return DropColumn(table, column)
        case "RENAME":
            cursor.expect("TO")
            return RenameColumn(table, column, cursor.read_name())
        case _:
            raise UnreadableSqlError


def _read_pragma(cursor: TokenCursor) -> Pragma:
    cursor.expect("PRAGMA")
    name = cursor.read_qualified_name() if not cursor.is_done else ""
    value = cursor.take().name if cursor.accept_one_of("=", "(") and not cursor.is_done else ""
    return Pragma(name.lower(), value.lower())


def _read_write(cursor: TokenCursor) -> Write:
    skip_with(cursor)
    verb = cursor.accept_one_of("INSERT", "REPLACE", "UPDATE", "DELETE")
    conflict_action = cursor.take().keyword if cursor.accept("OR") else verb
    cursor.accept_one_of("INTO", "FROM")
    table = cursor.read_qualified_name()
    keywords = {token.keyword for token in cursor.top_level}
    match verb:
        case "INSERT" | "REPLACE":
            return Insert(table, conflict_action in ("IGNORE", "REPLACE") or "CONFLICT" in keywords)
        case "UPDATE":
            return Update(table, "WHERE" in keywords)
        case "DELETE":
            return Delete(table, "WHERE" in keywords)
        case _:
            raise UnreadableSqlError
