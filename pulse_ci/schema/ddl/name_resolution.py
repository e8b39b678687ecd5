"""Decides whether a text in double quotes is a name in a view or a trigger: if what it reads has such a column."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.classify import ROWID_NAMES
from pulse_ci.schema.ddl.parse import classify_names
from pulse_ci.sql.clauses import read_result_columns
from pulse_ci.sql.cursor import TokenCursor, UnreadableSqlError
from pulse_ci.sql.names import fold, split_words
from pulse_ci.sql.tokens import tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pulse_ci.schema.schema import MasterRow, Table


_JSON_COLUMNS = split_words("key value type atom id parent fullkey path json root")
_CATALOG_COLUMNS = split_words("type name tbl_name rootpage sql")
# SQLite's own tables, as far as D1 lets them be read.
_BUILT_IN_TABLES = {
    **dict.fromkeys(split_words("json_each json_tree jsonb_each jsonb_tree"), _JSON_COLUMNS),
    **dict.fromkeys(split_words("sqlite_master sqlite_schema"), _CATALOG_COLUMNS),
    "sqlite_sequence": split_words("name seq"),
    "sqlite_stat1": split_words("tbl idx stat"),
}
_HIDDEN_COLUMNS = {"fts5": split_words("rank"), "fts5vocab": split_words("term col doc cnt offset")}
_KEYWORDS_BEFORE_TABLE = split_words("FROM JOIN INTO UPDATE")
# The names of VALUES, TRUE and FALSE, by their place in the row.
_NUMBERED_COLUMNS = frozenset(f"column{place}" for place in range(1, 101))
# SQLite adds a number to the second column of a name.
_DUPLICATE_SUFFIX = re.compile(r":\d+$")


@dataclass(frozen=True, slots=True)
class SchemaNames:
    """The columns of each table of a schema, and the text of each view, by folded name."""

    tables: Mapping[str, frozenset[str]]
    views: Mapping[str, str]

    @classmethod
    def from_schema(cls, rows: Iterable[MasterRow], tables: Iterable[Table]) -> SchemaNames:
        """Return the names in a schema."""
        views = {fold(row.name): row.sql for row in rows if row.type == "view"}
        return cls({fold(table.name): _collect_columns(table) for table in tables}, views)

    def resolve_ambiguous_names(self, sql: str) -> frozenset[str]:
        """Return the ambiguous names in a CREATE VIEW or a CREATE TRIGGER that are names.

        Where it reads an unknown table, all in double quotes are, as they most likely were in the past.
        """
        names = classify_names(sql)
        known, all_known = self._collect_known_names(sql)
        resolved = frozenset(
            each for each in names.ambiguous if each in known or _DUPLICATE_SUFFIX.sub("", each) in known
        )
        return resolved if all_known else resolved | names.quoted_ambiguous

    def _collect_known_names(self, sql: str) -> tuple[set[str], bool]:
        """Return the names of columns and tables that a text can mean, and whether all that it reads is known."""
        known = {*ROWID_NAMES, *self.tables, *self.views}
        waiting, seen, all_known = [sql], set[str](), True
        while waiting:
            text = waiting.pop()
            names, referenced = classify_names(text), find_referenced_tables(text)
            known |= names.certain | referenced.unnamed_columns
            mentioned = (names.certain | names.ambiguous) & (self.tables.keys() | self.views.keys())
            for name in (referenced.tables | mentioned) - seen:
                seen.add(name)
                columns = self.tables.get(name, _BUILT_IN_TABLES.get(name))
                known |= columns or frozenset()
                if view := self.views.get(name):
                    waiting.append(view)
                all_known &= columns is not None or bool(view)
        return known, all_known


def _collect_columns(table: Table) -> frozenset[str]:
    columns = frozenset(fold(column.name) for column in table.columns)
    return columns | _HIDDEN_COLUMNS.get(table.module or "", frozenset())


@dataclass(frozen=True, slots=True)
class ReferencedTables:
    """The tables, views and table-valued functions that a text reads or writes, and its unnamed columns, all folded.

    SQLite names these by their text, or by their place.
    """

    tables: frozenset[str]
    unnamed_columns: frozenset[str]


@lru_cache(4096)
def find_referenced_tables(sql: str) -> ReferencedTables:
    """Return what a CREATE VIEW or a CREATE TRIGGER reads and writes."""
    cursor = TokenCursor(tuple(tokenize_code(sql)))
    keywords = {token.keyword for token in cursor.tokens}
    unnamed_columns = frozenset(_iterate_result_texts(sql, cursor))
    if not keywords.isdisjoint(("VALUES", "TRUE", "FALSE")):
        unnamed_columns |= _NUMBERED_COLUMNS
    cte_names = frozenset(_iterate_cte_names(cursor) if "WITH" in keywords else ())
    return ReferencedTables(frozenset(_iterate_tables(cursor)) - cte_names, unnamed_columns)


def _iterate_tables(cursor: TokenCursor) -> Iterator[str]:
    before = ""
    for position, token in enumerate(cursor.tokens, 1):
        starts_list = token.keyword in _KEYWORDS_BEFORE_TABLE and before != "DISTINCT"
        before = token.keyword
        if starts_list:
            cursor.position = position
            with suppress(UnreadableSqlError):
                yield from _read_table_list(cursor)


def _read_table_list(cursor: TokenCursor) -> Iterator[str]:
    """Yield the table that comes next, and those that follow it after a comma."""
    while cursor.is_at_name() and not cursor.is_at("OF"):
        yield fold(cursor.read_qualified_name())
        if cursor.is_at("("):
            cursor.skip_item()
        cursor.accept("AS")
        if cursor.is_at_name():
            cursor.skip_item()
        if not cursor.accept(","):
            return


def _iterate_cte_names(cursor: TokenCursor) -> Iterator[str]:
    """Yield the names that WITH defines."""
    for before, (position, token) in zip(cursor.tokens, enumerate(cursor.tokens[1:], 2), strict=False):
        if token.is_name and (before.keyword in ("WITH", "RECURSIVE") or before.text == ","):
            cursor.position = position
            if cursor.is_at("("):
                cursor.skip_item()
            if cursor.is_at("AS"):
                yield fold(token.name)


def _iterate_result_texts(sql: str, cursor: TokenCursor) -> Iterator[str]:
    """Yield the text of each result column, up to the next token: SQLite takes that much as its name."""
    for position, token in enumerate(cursor.tokens, 1):
        if token.keyword == "SELECT":
            cursor.position = position
            for start, end in read_result_columns(cursor):
                following = cursor.tokens[end].start if end < len(cursor.tokens) else len(sql)
                yield fold(sql[cursor.tokens[start].start : following].strip())
