"""INSERT and UPDATE statements with their parameters replaced by values of a row that is valid."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.sql.names import fold, quote
from pulse_ci.sql.tokens import TokenKind, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulse_ci.sql.tokens import Token

_WRITES = re.compile(r"\b(?:INSERT|REPLACE|UPDATE)\b", re.IGNORECASE)
_ENDS_WHERE = frozenset({"RETURNING", "ORDER", "LIMIT"})


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
    tokens = list(tokenize_code(sql))
    if any(token.kind is TokenKind.SEMICOLON for token in tokens[:-1]):
        return None
    match tokens[0].keyword if tokens else "":
        case "INSERT" | "REPLACE":
            return _read_insert(sql, tokens, columns)
        case "UPDATE":
            return _read_update(sql, tokens)
        case _:
            return None


def find_written_table(sql: str) -> str | None:
    """Return the table that an INSERT, REPLACE or UPDATE writes to."""
    if not _WRITES.search(sql, 0, 200):
        return None
    tokens = list(tokenize_code(sql[:2000]))
    keywords = [token.keyword for token in tokens[:6]]
    if not keywords or keywords[0] not in {"INSERT", "REPLACE", "UPDATE"}:
        return None
    at = keywords.index("INTO") + 1 if "INTO" in keywords else 3 if keywords[1:2] == ["OR"] else 1
    return tokens[at].name if at < len(tokens) and tokens[at].is_name else None


def _read_insert(sql: str, tokens: list[Token], columns: Sequence[str]) -> WriteStatement | None:
    at = next((i for i, token in enumerate(tokens) if token.keyword == "INTO"), None)
    values = next((i for i, token in enumerate(tokens) if token.keyword == "VALUES"), None)
    if at is None or values is None or at + 1 >= len(tokens):
        return None
    listed = tokens[at + 2 : values]
    names = [token.name for token in listed if token.is_name] if listed and listed[0].text == "(" else list(columns)
    items, after = _split_items(tokens, values + 1)
    if after < len(tokens) and tokens[after].text == ",":
        return None  # a second row would be the first one again
    parameters = _match_parameters(items, names)
    if parameters is None or any(token.kind is TokenKind.VARIABLE for token in tokens[after:]):
        return None
    return WriteStatement(sql, tokens[at + 1].name, is_insert=True, parameters=parameters)


def _read_update(sql: str, tokens: list[Token]) -> WriteStatement | None:
    table = find_written_table(sql)
    start = next((i for i, token in enumerate(tokens) if token.keyword == "SET"), None)
    if table is None or start is None:
        return None
    end = _find_top_level(tokens, start, {"WHERE", "FROM"} | _ENDS_WHERE)
    if end < len(tokens) and tokens[end].keyword == "FROM":
        return None
    parameters = list[tuple[int, int, str]]()
    for item in _split_at_commas(tokens[start + 1 : end]):
        if len(item) < 3 or item[1].text != "=":
            return None
        found = _match_parameters([item[2:]], [item[0].name])
        if found is None:
            return None
        parameters += found
    if end < len(tokens):
        sql = f"{sql[: tokens[end].start]} WHERE rowid = (SELECT min(rowid) FROM {quote(table)})"
    return WriteStatement(sql, table, is_insert=False, parameters=tuple(parameters))


def _split_items(tokens: list[Token], start: int) -> tuple[list[list[Token]], int]:
    """Return the items of a list in parentheses, and where the next token behind it is."""
    depth, end = 0, start
    for end in range(start, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[end].text, 0)
        if depth == 0:
            break
    return _split_at_commas(tokens[start + 1 : end]), end + 1


def _split_at_commas(tokens: Sequence[Token]) -> list[list[Token]]:
    items, depth = [list["Token"]()], 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.text == "," and depth == 0:
            items.append([])
        else:
            items[-1].append(token)
    return items


def _find_top_level(tokens: Sequence[Token], start: int, keywords: set[str]) -> int:
    depth = 0
    for position in range(start, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[position].text, 0)
        if depth == 0 and tokens[position].keyword in keywords:
            return position
    return len(tokens)


def _match_parameters(items: list[list[Token]], names: Sequence[str]) -> tuple[tuple[int, int, str], ...] | None:
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
