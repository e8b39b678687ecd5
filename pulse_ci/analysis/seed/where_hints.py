"""What statements compare columns with, to rows that they would find: `WHERE kind = 'x'` is nothing without one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from pulse_ci.analysis.seed.clause import parse_number
from pulse_ci.sql.names import fold
from pulse_ci.sql.operations import Create, Delete, Update
from pulse_ci.sql.tokens import Token, TokenKind, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pulse_ci.analysis.seed.default_values import Value
    from pulse_ci.schema.schema import Schema, Table
    from pulse_ci.sql.split import Statement

RowHint = dict[str, "Value"]

_COMPARISON_OPERATORS = ("=", "==", "<>", "!=", "<", "<=", ">", ">=", "IS", "IN", "BETWEEN", "LIKE", "GLOB")
_MAX_ROWS = 4
# A file of a thousand INSERTs has nothing to look at.
_CONDITION = re.compile(r"\b(?:where|check)\b", re.IGNORECASE)
_MAX_SQL_LENGTH = 20_000


@dataclass
class WhereHints:
    """The rows that are wished for in each table, by folded names, and those that came of it.

    A row that could be made is wished a child in every table that refers to it.
    """

    requested: Mapping[str, Sequence[RowHint]] = field(default_factory=dict)
    inserted: dict[str, list[RowHint]] = field(default_factory=dict)

    def list_hints(self, table: Table) -> list[RowHint]:
        """Return what rows of a table should have, once its parents are filled."""
        children = [
            {fold(own): row[fold(theirs)] for own, theirs in zip(key.columns, key.parent_columns, strict=False)}
            for key in table.foreign_keys
            if fold(key.parent) != fold(table.name)
            for row in self.inserted.get(fold(key.parent), ())
            if all(fold(theirs) in row for theirs in key.parent_columns)
        ]
        return [*self.requested.get(fold(table.name), ()), *children]


def read_hints(statements: Iterable[Statement], schema: Schema, table_names: Collection[str]) -> WhereHints:
    """Return the hints in a migration's statements for those tables, by folded name, that are `among`."""
    tables = [table for table in schema.tables if fold(table.name) in table_names and not table.is_virtual]
    found: dict[str, list[RowHint]] = {}
    for statement in statements:
        sql = statement.sql
        if len(sql) > _MAX_SQL_LENGTH or not _CONDITION.search(sql):
            continue
        compared = list(_read_comparisons(_skip_to_where(statement)))
        words = {fold(token.name) for token in tokenize_code(sql)}
        creates = isinstance(statement.operation, Create)
        for table in tables:
            # A new table has its columns from an old one that it does not name, and most of its CHECKs too.
            if creates or fold(table.name) in words:
                new = [each for each in compared if not creates or each not in _read_known_comparisons(table.sql)]
                rows = found.setdefault(fold(table.name), [])
                rows += (row for row in _build_rows(table, new) if row not in rows)
    return WhereHints({table: rows[:_MAX_ROWS] for table, rows in found.items() if rows})


def _build_rows(table: Table, compared: list[tuple[str, Value]]) -> Iterator[RowHint]:
    """Yield the first value of every column together, then the second, and so on."""
    values: dict[str, dict[Value, None]] = {}
    for name, value in compared:
        if table.find_column(name):
            values.setdefault(name, {})[value] = None
    lists = {name: list(each) for name, each in values.items()}
    for index in range(max(map(len, lists.values()), default=0)):
        yield {name: each[min(index, len(each) - 1)] for name, each in lists.items()}


@lru_cache(512)
def _read_known_comparisons(sql: str) -> frozenset[tuple[str, Value]]:
    return frozenset(_read_comparisons(_tokenize_operands(sql)))


def _tokenize_operands(sql: str) -> list[Token]:
    return [token for token in tokenize_code(sql) if token.text not in ("(", "NOT")]


def _skip_to_where(statement: Statement) -> list[Token]:
    code = _tokenize_operands(statement.sql)
    if isinstance(statement.operation, Update | Delete):
        return code[next((at for at, token in enumerate(code) if token.keyword == "WHERE"), len(code)) :]
    return code


def _read_comparisons(code: Sequence[Token]) -> Iterator[tuple[str, Value]]:
    for at, token in enumerate(code[:-2]):
        operator = code[at + 1].text.upper()
        if token.is_identifier and operator in _COMPARISON_OPERATORS:
            yield from ((fold(token.name), value) for value in _find_matching_values(operator, code[at + 2 :]))


def _find_matching_values(operator: str, code: Sequence[Token]) -> Iterator[Value]:
    literals = list(_read_literals(code))
    for value in literals if operator == "IN" else literals[:1]:
        if isinstance(value, str) and operator in ("LIKE", "GLOB"):
            yield value.replace("%", "").replace("_", "a").replace("*", "").replace("?", "a")
            continue
        yield from _generate_near_values(operator, value)


def _generate_near_values(operator: str, value: Value) -> Iterator[Value]:
    """Yield a value that meets a comparison, for a WHERE, then one that does not, for a CHECK."""
    if isinstance(value, int | float) and operator in ("<", "<=", ">", ">="):
        step = 1 if operator.startswith(">") else -1
        yield from (value + step, value - step, value)
    else:
        yield value


def _read_literals(code: Sequence[Token]) -> Iterator[Value]:
    """Yield the literals at the head, commas between them."""
    sign = 1
    for token in code:
        match token.kind:
            case TokenKind.STRING | TokenKind.QUOTED if token.text[0] in "'\"":  # D1 takes "text" for a string, too
                yield token.name
            case TokenKind.NUMBER if (value := parse_number(token.text)) is not None:
                yield sign * value
            case TokenKind.OPERATOR if token.text in ("-", ",", "+"):
                pass
            case _:
                return
        sign = -1 if token.text == "-" else 1
