"""Statements that copy all rows of one table to another, and what they fill each column with."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from pulse_ci.sql.cursor import TokenCursor, UnreadableSqlError, split_at_commas
from pulse_ci.sql.names import fold, quote_if_needed

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pulse_ci.schema.schema import Table
    from pulse_ci.sql.tokens import Token


@dataclass(frozen=True, slots=True)
class TableCopy:
    """A copy of all rows of a table: `columns` is None where the target's are not listed, `values` are SQL or `*`."""

    target: str
    columns: tuple[str, ...] | None
    values: tuple[str, ...]
    source: str

    def map_columns(self, old: Table, new: Table) -> dict[str, str] | None:
        """Return the expression over the old columns for each new one; None where their numbers differ."""
        columns = self.columns or tuple(column.name for column in new.columns if not column.generated)
        values = [value for each in self.values for value in (_list_columns(old) if each == "*" else [each])]
        return dict(zip(columns, values, strict=True)) if len(columns) == len(values) else None

    @property
    def copies_all_columns(self) -> bool:
        """Whether the copy has the same columns, of the same names."""
        return self.columns is None and self.values == ("*",)


def find_table_copy(sql: str) -> TableCopy | None:
    """Read `INSERT INTO … SELECT … FROM …` or `CREATE TABLE … AS SELECT …` that takes all rows of one table.

    None where it takes some rows only, joins, or computes from other tables.
    """
    cursor = TokenCursor.from_sql(sql)
    try:
        target, columns = _read_target(cursor)
        cursor.expect("SELECT")
        selected = split_at_commas(cursor.read_before("FROM"))
        cursor.expect("FROM")
        source = _read_source(cursor)
        names = {fold(name) for name in source}
        return TableCopy(target, columns, tuple(_read_value(sql, value, names) for value in selected), source[0])
    except UnreadableSqlError:
        return None


def _list_columns(table: Table) -> list[str]:
    return [quote_if_needed(column.name) for column in table.columns]


def _read_target(cursor: TokenCursor) -> tuple[str, tuple[str, ...] | None]:
    """Read up to the SELECT; return the table that is filled, and the columns if they are listed."""
    if cursor.accept_one_of("INSERT", "REPLACE"):
        cursor.read_before("INTO")
        cursor.expect("INTO")
        return cursor.read_qualified_name(), cursor.read_name_list() or None
    cursor.expect("CREATE")
    cursor.accept_one_of("TEMP", "TEMPORARY")
    cursor.expect("TABLE")
    name = cursor.read_created_name()
    cursor.expect("AS")
    return name, None


def _read_source(cursor: TokenCursor) -> tuple[str, ...]:
    """Read the rest: one table, and its alias if it has one."""
    names = [cursor.read_qualified_name()]
    cursor.accept("AS")
    if not cursor.is_done:
        names.append(cursor.read_name())
    if not cursor.is_done:
        raise UnreadableSqlError
    return tuple(names)


def _read_value(sql: str, tokens: Sequence[Token], names: Collection[str]) -> str:
    """Return an expression without its alias, and without the table's name before columns."""
    if not tokens or any(token.keyword in ("SELECT", "DISTINCT") for token in tokens):
        raise UnreadableSqlError
    if len(tokens) > 2 and tokens[-2].keyword == "AS":
        tokens = tokens[:-2]
    text, at = "", tokens[0].start
    for token, following in pairwise(tokens):
        if following.text == "." and fold(token.name) in names:
            text += sql[at : token.start]
            at = following.end
    return text + sql[at : tokens[-1].end]
