"""SQLite's error to the columns that it is about."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

import apsw

from pulse_ci.analysis.seed.clause import read_clause
from pulse_ci.sql.cursor import track_depth
from pulse_ci.sql.names import fold
from pulse_ci.sql.tokens import TokenKind, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pulse_ci.schema.schema import Index, IndexedColumn, Table, Trigger
    from pulse_ci.sql.tokens import Token

_UNIQUE_PREFIX = "unique constraint failed: "
_PLAIN_NAME = re.compile(r"[\w ]+")
_CHECK_PREFIX = "check constraint failed: "
# Of one row and one table alone: a value that fails such a constraint by itself fails it in every row.
_ROW_INDEPENDENT_ERRORS = frozenset(
    {apsw.SQLITE_CONSTRAINT_CHECK, apsw.SQLITE_CONSTRAINT_NOTNULL, apsw.SQLITE_CONSTRAINT_DATATYPE}
)


def is_row_independent(error: apsw.Error) -> bool:
    """Return whether the error is about one row alone: a value that leads to it by itself does so in every row."""
    return getattr(error, "extendedresult", 0) in _ROW_INDEPENDENT_ERRORS or "JSON" in str(error)


class ConstraintErrorColumns:
    """Knows the constraints of one table; all names in it are folded."""

    def __init__(self, table: Table, indexes: tuple[Index, ...], triggers: tuple[Trigger, ...]) -> None:
        self._table = table
        self._indexes = indexes
        self._triggers = triggers
        self.source_columns = _find_source_columns(table)

    def find_columns(self, error: apsw.Error) -> frozenset[str]:
        """Return the columns, generated ones traced to theirs, whose values may have led to an error.

        All that stand in any expression where the error does not tell; foreign keys are not told apart.
        """
        text = fold(str(error))
        match getattr(error, "extendedresult", 0):
            case apsw.SQLITE_CONSTRAINT_CHECK:
                return self._find_check_columns(text.removeprefix(_CHECK_PREFIX))
            case apsw.SQLITE_CONSTRAINT_FOREIGNKEY:
                return self._trace_to_sources(fold(name) for key in self._table.foreign_keys for name in key.columns)
            case apsw.SQLITE_MISMATCH:
                return frozenset({fold(self._table.rowid_alias or "")})
            case _ if "json" in text:
                return self._find_columns_in([text for text in self._expressions if "json" in text or "->" in text])
            case _:
                return (
                    self._columns_by_message.get(text) or self._find_mistyped_column(text) or self._expression_columns
                )

    @cached_property
    def _columns_by_message(self) -> dict[str, frozenset[str]]:
        table = fold(self._table.name)
        found = {
            f"not null constraint failed: {table}.{name}": self._trace_to_sources([name])
            for name in self.source_columns
        }
        for message, names in self._list_unique_messages():
            found[_UNIQUE_PREFIX + message] = found.get(_UNIQUE_PREFIX + message, frozenset()) | names
        return found

    def _list_unique_messages(self) -> Iterator[tuple[str, frozenset[str]]]:
        table = self._table
        keys = [key.indexed_columns for key in (table.primary_key, *table.uniques) if key]
        yield from ((self._format_columns(terms), self._find_term_columns(terms, "")) for terms in keys)
        for index in self._indexes:
            if index.unique:
                plain = all(term.column for term in index.indexed_columns)
                message = self._format_columns(index.indexed_columns) if plain else f"index '{fold(index.name)}'"
                yield message, self._find_term_columns(index.indexed_columns, index.where or "")

    def _format_columns(self, terms: tuple[IndexedColumn, ...]) -> str:
        return ", ".join(f"{fold(self._table.name)}.{fold(term.column or '')}" for term in terms)

    def _find_term_columns(self, terms: tuple[IndexedColumn, ...], where: str) -> frozenset[str]:
        plain = {fold(term.column) for term in terms if term.column}
        texts = [where, *(term.expression for term in terms if term.expression)]
        return self._trace_to_sources(plain.union(*(read_clause(text).names for text in texts)))

    def _find_mistyped_column(self, text: str) -> frozenset[str]:
        if not text.startswith("cannot store "):
            return frozenset()
        return self._trace_to_sources(
            name for name in self.source_columns if text.endswith(f" column {fold(self._table.name)}.{name}")
        )

    def _find_check_columns(self, message: str) -> frozenset[str]:
        # The message has the CHECK's name, or else its text.
        named = self._named_checks.get(message, message) if _PLAIN_NAME.fullmatch(message) else message
        return self._trace_to_sources(read_clause(named).names) or self._expression_columns

    @cached_property
    def _named_checks(self) -> dict[str, str]:
        tokens = list(tokenize_code(self._table.sql))
        found, name = dict[str, str](), ""
        for position, token in enumerate(tokens):
            if token.keyword == "CONSTRAINT":
                name = fold(tokens[position + 1].name)
            elif token.keyword == "CHECK" and tokens[position + 1].text == "(":
                start, end = tokens[position + 1].end, _find_group_end(tokens[position + 1 :])
                found.setdefault(name, fold(self._table.sql[start:end]))
            elif token.text == "," or token.kind is TokenKind.SEMICOLON:
                name = ""
        return found

    @cached_property
    def _expression_columns(self) -> frozenset[str]:
        return self._find_columns_in(self._expressions)

    @cached_property
    def _expressions(self) -> list[str]:
        texts = [*self._table.checks, *(column.generated or "" for column in self._table.columns)]
        texts += [term.expression or "" for index in self._indexes for term in index.indexed_columns]
        texts += [index.where or "" for index in self._indexes]
        return texts + [text for trigger in self._triggers for text in (trigger.when or "", *trigger.body)]

    def _find_columns_in(self, texts: Iterable[str]) -> frozenset[str]:
        return self._trace_to_sources(frozenset[str]().union(*(read_clause(text).names for text in texts)))

    def _trace_to_sources(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset[str]().union(*(self.source_columns.get(name, ()) for name in names))


def find_unique_columns(table: Table, indexes: tuple[Index, ...]) -> frozenset[str]:
    """Return the folded names of the columns whose values must differ from row to row, alone or together."""
    sources = _find_source_columns(table)
    names = {fold(name) for key in (table.primary_key, *table.uniques) if key for name in key.columns}
    for index in indexes:
        if index.unique:
            names |= {fold(term.column) for term in index.indexed_columns if term.column}
            names = names.union(
                *(read_clause(term.expression).names for term in index.indexed_columns if term.expression)
            )
    return frozenset[str]().union(*(sources.get(name, ()) for name in names))


def _find_source_columns(table: Table) -> dict[str, frozenset[str]]:
    """Return for each column the written columns that its value comes from: itself, unless it is generated."""
    uses = {
        fold(column.name): read_clause(column.generated).names if column.generated else None for column in table.columns
    }
    return {name: _trace_column(name, uses, frozenset()) for name in uses}


def _trace_column(name: str, uses: dict[str, frozenset[str] | None], seen: frozenset[str]) -> frozenset[str]:
    used = uses[name]
    if used is None:
        return frozenset({name})
    further = (each for each in used if each in uses and each not in seen)
    return frozenset[str]().union(*(_trace_column(each, uses, seen | {name}) for each in further))


def _find_group_end(tokens: Sequence[Token]) -> int:
    ends = (token.start for token, depth in track_depth(tokens) if depth == 0 and token.text == ")")
    return next(ends, 0)
