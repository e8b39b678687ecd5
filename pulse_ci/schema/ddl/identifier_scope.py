"""What a text in double quotes means in a view or a trigger: a name, if what it reads has a column of that name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.classify import ROWID_NAMES
from pulse_ci.schema.ddl.parse import read_names
from pulse_ci.schema.ddl.referenced_tables import find_referenced_tables
from pulse_ci.sql.names import fold, split_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Protocol

    from pulse_ci.schema.schema import Table

    class _Row(Protocol):
        @property
        def type(self) -> str: ...
        @property
        def name(self) -> str: ...
        @property
        def sql(self) -> str: ...


_JSON_COLUMNS = split_words("key value type atom id parent fullkey path json root")
_CATALOG_COLUMNS = split_words("type name tbl_name rootpage sql")
# What SQLite brings along, as far as D1 lets it be read.
_BUILT_IN_TABLES = {
    **dict.fromkeys(split_words("json_each json_tree jsonb_each jsonb_tree"), _JSON_COLUMNS),
    **dict.fromkeys(split_words("sqlite_master sqlite_schema"), _CATALOG_COLUMNS),
    "sqlite_sequence": split_words("name seq"),
    "sqlite_stat1": split_words("tbl idx stat"),
}
_HIDDEN_COLUMNS = {"fts5": split_words("rank"), "fts5vocab": split_words("term col doc cnt offset")}
# A second column of a name gets a number behind it.
_DUPLICATE_SUFFIX = re.compile(r":\d+$")


@dataclass(frozen=True, slots=True)
class SchemaNames:
    """The tables of a schema, by folded name, as the columns that each has; the views as their text."""

    tables: Mapping[str, frozenset[str]]
    views: Mapping[str, str]

    @classmethod
    def from_schema(cls, rows: Iterable[_Row], tables: Iterable[Table]) -> SchemaNames:
        """Return the relations of a schema."""
        views = {fold(row.name): row.sql for row in rows if row.type == "view"}
        return cls({fold(table.name): _collect_columns(table) for table in tables}, views)

    def resolve_ambiguous_names(self, sql: str) -> frozenset[str]:
        """Return the doubtful names in a CREATE VIEW or a CREATE TRIGGER that name something.

        Where it reads what is not there, or is not known, all in double quotes do, as in the past most likely.
        """
        names = read_names(sql)
        known, all_known = self._collect_known_names(sql)
        resolved = frozenset(
            each for each in names.ambiguous if each in known or _DUPLICATE_SUFFIX.sub("", each) in known
        )
        return resolved if all_known else resolved | names.quoted_ambiguous

    def _collect_known_names(self, sql: str) -> tuple[set[str], bool]:
        """Return the names of columns and relations that a text can mean, and whether all that it reads is known."""
        known = {*ROWID_NAMES, *self.tables, *self.views}
        waiting, seen, all_known = [sql], set[str](), True
        while waiting:
            text = waiting.pop()
            names, referenced = read_names(text), find_referenced_tables(text)
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
    return frozenset(fold(column.name) for column in table.columns) | _HIDDEN_COLUMNS.get(
        table.module or "", frozenset()
    )
