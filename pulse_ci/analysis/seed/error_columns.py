"""SQLite's error to the columns that it is about."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

import apsw

from pulse_ci.analysis.seed.clause import read_clause
from pulse_ci.schema.schema import fold
from pulse_ci.sql.tokens import TokenKind, tokenize_code, unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pulse_ci.schema.constraints import Term
    from pulse_ci.schema.schema import Index, Table, Trigger
    from pulse_ci.sql.tokens import Token

_UNIQUE = "unique constraint failed: "
_WORD = re.compile(r"[\w ]+")
_CHECK = "check constraint failed: "
# Of one row and one table alone: a value that fails such a constraint by itself fails it in every row.
_LASTING = frozenset({apsw.SQLITE_CONSTRAINT_CHECK, apsw.SQLITE_CONSTRAINT_NOTNULL, apsw.SQLITE_CONSTRAINT_DATATYPE})


def is_lasting(error: apsw.Error) -> bool:
    """Return whether the error is about one row alone: a value that leads to it by itself does so in every row."""
    return getattr(error, "extendedresult", 0) in _LASTING or "JSON" in str(error)


class Blame:
    """Knows the constraints of one table; all names in it are folded."""

    def __init__(self, table: Table, indexes: tuple[Index, ...], triggers: tuple[Trigger, ...]) -> None:
        self._table = table
        self._indexes = indexes
        self._triggers = triggers
        self.sources = _sources(table)

    def columns(self, error: apsw.Error) -> frozenset[str]:
        """Return the columns, generated ones traced to theirs, whose values may have led to an error.

        All that stand in any expression where the error does not tell; foreign keys are not told apart.
        """
        text = fold(str(error))
        match getattr(error, "extendedresult", 0):
            case apsw.SQLITE_CONSTRAINT_CHECK:
                return self._of_check(text.removeprefix(_CHECK))
            case apsw.SQLITE_CONSTRAINT_FOREIGNKEY:
                return self._traced(fold(name) for key in self._table.foreign_keys for name in key.columns)
            case apsw.SQLITE_MISMATCH:
                return frozenset({fold(self._table.rowid_alias or "")})
            case _ if "json" in text:
                return self._in([text for text in self._expressions if "json" in text or "->" in text])
            case _:
                return self._by_message.get(text) or self._by_type(text) or self._in_expressions

    @cached_property
    def _by_message(self) -> dict[str, frozenset[str]]:
        table = fold(self._table.name)
        found = {f"not null constraint failed: {table}.{name}": self._traced([name]) for name in self.sources}
        for message, names in self._unique_messages():
            found[_UNIQUE + message] = found.get(_UNIQUE + message, frozenset()) | names
        return found

    def _unique_messages(self) -> Iterator[tuple[str, frozenset[str]]]:
        table = self._table
        keys = [key.terms for key in (table.primary_key, *table.uniques) if key]
        yield from ((self._named(terms), self._of_terms(terms, "")) for terms in keys)
        for index in self._indexes:
            if index.unique:
                plain = all(term.column for term in index.terms)
                message = self._named(index.terms) if plain else f"index '{fold(index.name)}'"
                yield message, self._of_terms(index.terms, index.where or "")

    def _named(self, terms: tuple[Term, ...]) -> str:
        return ", ".join(f"{fold(self._table.name)}.{fold(term.column or '')}" for term in terms)

    def _of_terms(self, terms: tuple[Term, ...], where: str) -> frozenset[str]:
        plain = {fold(term.column) for term in terms if term.column}
        texts = [where, *(term.expression for term in terms if term.expression)]
        return self._traced(plain.union(*(read_clause(text).names for text in texts)))

    def _by_type(self, text: str) -> frozenset[str]:
        if not text.startswith("cannot store "):
            return frozenset()
        return self._traced(name for name in self.sources if text.endswith(f" column {fold(self._table.name)}.{name}"))

    def _of_check(self, message: str) -> frozenset[str]:
        # The message has the CHECK's name, or else its text.
        named = self._named_checks.get(message, message) if _WORD.fullmatch(message) else message
        return self._traced(read_clause(named).names) or self._in_expressions

    @cached_property
    def _named_checks(self) -> dict[str, str]:
        tokens = list(tokenize_code(self._table.sql))
        found, name = dict[str, str](), ""
        for position, token in enumerate(tokens):
            if token.keyword == "CONSTRAINT":
                name = fold(unquote(tokens[position + 1].text))
            elif token.keyword == "CHECK" and tokens[position + 1].text == "(":
                start, end = tokens[position + 1].end, _closing(tokens[position + 1 :])
                found.setdefault(name, fold(self._table.sql[start:end]))
            elif token.text == "," or token.kind is TokenKind.SEMICOLON:
                name = ""
        return found

    @cached_property
    def _in_expressions(self) -> frozenset[str]:
        return self._in(self._expressions)

    @cached_property
    def _expressions(self) -> list[str]:
        texts = [*self._table.checks, *(column.generated or "" for column in self._table.columns)]
        texts += [term.expression or "" for index in self._indexes for term in index.terms]
        texts += [index.where or "" for index in self._indexes]
        return texts + [text for trigger in self._triggers for text in (trigger.when or "", *trigger.body)]

    def _in(self, texts: Iterable[str]) -> frozenset[str]:
        return self._traced(frozenset[str]().union(*(read_clause(text).names for text in texts)))

    def _traced(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset[str]().union(*(self.sources.get(name, ()) for name in names))


def unique_columns(table: Table, indexes: tuple[Index, ...]) -> frozenset[str]:
    """Return the folded names of the columns whose values must differ from row to row, alone or together."""
    sources = _sources(table)
    names = {fold(name) for key in (table.primary_key, *table.uniques) if key for name in key.columns}
    for index in indexes:
        if index.unique:
            names |= {fold(term.column) for term in index.terms if term.column}
            names = names.union(*(read_clause(term.expression).names for term in index.terms if term.expression))
    return frozenset[str]().union(*(sources.get(name, ()) for name in names))


def _sources(table: Table) -> dict[str, frozenset[str]]:
    """Return for each column the written columns that its value comes from: itself, unless it is generated."""
    uses = {
        fold(column.name): read_clause(column.generated).names if column.generated else None for column in table.columns
    }
    return {name: _reached(name, uses, frozenset()) for name in uses}


def _reached(name: str, uses: dict[str, frozenset[str] | None], seen: frozenset[str]) -> frozenset[str]:
    used = uses[name]
    if used is None:
        return frozenset({name})
    further = (each for each in used if each in uses and each not in seen)
    return frozenset[str]().union(*(_reached(each, uses, seen | {name}) for each in further))


def _closing(tokens: Sequence[Token]) -> int:
    depth = 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 0:
            return token.start
    return 0
