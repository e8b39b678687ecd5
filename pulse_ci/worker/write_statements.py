"""INSERT and UPDATE statements with their parameters replaced by values of a row that is valid."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.sql.cursor import TokenCursor, UnreadableSqlError, split_at_commas
from pulse_ci.sql.names import fold, quote
from pulse_ci.sql.operations import Insert, Update, parse_operation
from pulse_ci.sql.tokens import TokenKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulse_ci.sql.tokens import Token

_WRITES = re.compile(r"\b(?:INSERT|REPLACE|UPDATE)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WriteStatement:
    """An INSERT or UPDATE of one row of `table`, whose parameters each stand alone for a column's value.

    `parameters` has the columns that the parameters stand for, by where they begin in `sql`.
    """

    sql: str
    table: str
    is_insert: bool
    parameters: tuple[tuple[int, int, str], ...]

    def fill(self, values: Mapping[str, str]) -> str:
        """Return the statement with SQL literals in place of its parameters, by the folded name of the column."""
        pieces, position = [], 0
        for start, end, column in self.parameters:
            pieces += [self.sql[position:start], values.get(fold(column), "NULL")]
            position = end
        return "".join([*pieces, self.sql[position:]])


def read_write(sql: str, columns: Sequence[str]) -> WriteStatement | None:
    """Return a statement that writes one row; None where a parameter is part of an expression, or it is another one.

    `columns` are the table's, for an INSERT that names none. A WHERE of an UPDATE becomes the rowid of one row.
    """
    cursor = TokenCursor.from_sql(sql)
    if any(token.kind is TokenKind.SEMICOLON for token in cursor.tokens):
        return None
    try:
        match cursor.next_word:
            case "INSERT" | "REPLACE":
                return _read_insert(sql, cursor, columns)
            case "UPDATE":
                return _read_update(sql, cursor)
            case _:
                return None
    except UnreadableSqlError:
        return None


def find_written_table(sql: str) -> str | None:
    """Return the table that an INSERT, REPLACE or UPDATE writes to."""
    if not _WRITES.search(sql, 0, 200):
        return None
    match parse_operation(sql[:2000]):
        case Insert(table) | Update(table):
            return table
        case _:
            return None


def _read_insert(sql: str, cursor: TokenCursor, columns: Sequence[str]) -> WriteStatement | None:
    cursor.read_before("INTO")
    cursor.expect("INTO")
    table = cursor.read_qualified_name()
    names = cursor.read_name_list() or columns
    cursor.read_before("VALUES")
    cursor.expect("VALUES")
    items = split_at_commas(cursor.read_group())
    if cursor.is_at(","):
        return None  # a second row would be the first one again
    parameters = _match_parameters(items, names)
    if parameters is None or any(token.kind is TokenKind.VARIABLE for token in cursor.read_rest()):
        return None
    return WriteStatement(sql, table, is_insert=True, parameters=parameters)


def _read_update(sql: str, cursor: TokenCursor) -> WriteStatement | None:
    table = find_written_table(sql)
    cursor.read_before("SET")
    cursor.expect("SET")
    items = split_at_commas(cursor.read_before("WHERE", "FROM", "RETURNING", "ORDER", "LIMIT"))
    if table is None or cursor.is_at("FROM"):
        return None
    parameters = list[tuple[int, int, str]]()
    for item in items:
        if len(item) < 3 or item[1].text != "=":
            return None
        found = _match_parameters([item[2:]], [item[0].name])
        if found is None:
            return None
        parameters += found
    if not cursor.is_done:
        sql = f"{sql[: cursor.take().start]} WHERE rowid = (SELECT min(rowid) FROM {quote(table)})"
    return WriteStatement(sql, table, is_insert=False, parameters=tuple(parameters))


def _match_parameters(
    items: Sequence[Sequence[Token]], names: Sequence[str]
) -> tuple[tuple[int, int, str], ...] | None:
    """Return which column each parameter stands for; None where one is part of an expression."""
    if len(items) != len(names):
        return None
    found = list[tuple[int, int, str]]()
    for item, name in zip(items, names, strict=True):
        variables = [token for token in item if token.kind is TokenKind.VARIABLE]
        if variables and len(item) > 1:
            return None
        found += [(token.start, token.end, name) for token in variables]
    return tuple(found)
