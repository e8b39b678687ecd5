"""What a text in double quotes means in a view or a trigger: a name, if what it reads has a column of that name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.classify import ROWID_NAMES
from pulse_ci.schema.ddl.keywords import words
from pulse_ci.schema.ddl.parse import read_names
from pulse_ci.schema.ddl.referenced_tables import read_reach
from pulse_ci.schema.schema import fold

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


_JSON = words("key value type atom id parent fullkey path json root")
_CATALOG = words("type name tbl_name rootpage sql")
# What SQLite brings along, as far as D1 lets it be read.
_BUILT_IN = {
    **dict.fromkeys(words("json_each json_tree jsonb_each jsonb_tree"), _JSON),
    **dict.fromkeys(words("sqlite_master sqlite_schema"), _CATALOG),
    "sqlite_sequence": words("name seq"),
    "sqlite_stat1": words("tbl idx stat"),
}
_HIDDEN = {"fts5": words("rank"), "fts5vocab": words("term col doc cnt offset")}
# A second column of a name gets a number behind it.
_NUMBER = re.compile(r":\d+$")


@dataclass(frozen=True, slots=True)
class Relations:
    """The tables of a schema, by folded name, as the columns that each has; the views as their text."""

    tables: Mapping[str, frozenset[str]]
    views: Mapping[str, str]

    @classmethod
    def of(cls, rows: Iterable[_Row], tables: Iterable[Table]) -> Relations:
        """Return the relations of a schema."""
        views = {fold(row.name): row.sql for row in rows if row.type == "view"}
        return cls({fold(table.name): _columns(table) for table in tables}, views)

    def meant(self, sql: str) -> frozenset[str]:
        """Return the doubtful names in a CREATE VIEW or a CREATE TRIGGER that name something.

        Where it reads what is not there, or is not known, all in double quotes do, as in the past most likely.
        """
        names = read_names(sql)
        known, all_there = self._within_reach(sql)
        meant = frozenset(each for each in names.doubtful if each in known or _NUMBER.sub("", each) in known)
        return meant if all_there else meant | names.quoted

    def _within_reach(self, sql: str) -> tuple[set[str], bool]:
        """Return the names of columns and relations that a text can mean, and whether all that it reads is known."""
        known = {*ROWID_NAMES, *self.tables, *self.views}
        waiting, seen, all_there = [sql], set[str](), True
        while waiting:
            text = waiting.pop()
            names, reach = read_names(text), read_reach(text)
            known |= names.sure | reach.unnamed
            mentioned = (names.sure | names.doubtful) & (self.tables.keys() | self.views.keys())
            for name in (reach.reads | mentioned) - seen:
                seen.add(name)
                columns = self.tables.get(name, _BUILT_IN.get(name))
                known |= columns or frozenset()
                if view := self.views.get(name):
                    waiting.append(view)
                all_there &= columns is not None or bool(view)
        return known, all_there


def _columns(table: Table) -> frozenset[str]:
    return frozenset(fold(column.name) for column in table.columns) | _HIDDEN.get(table.module or "", frozenset())
