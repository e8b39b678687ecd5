"""What CREATE, DROP and ALTER cost on D1: formulas fitted to what workerd counts.

SQLite reads its list of objects once or several times, and a RENAME rewrites most of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pulse_ci.analysis.cost.cost import Cost
from pulse_ci.sql.names import fold

if TYPE_CHECKING:
    from pulse_ci.schema.schema import Column, Schema, Table


class SchemaRow(NamedTuple):
    """A row of sqlite_master."""

    type: str
    name: str
    table: str


@dataclass(frozen=True, slots=True)
class SchemaObjects:
    """All rows of sqlite_master, D1's own and those of SQLite's indexes among them."""

    rows: tuple[SchemaRow, ...]

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.rows)

    @property
    def user_defined(self) -> int:
        """How many are not SQLite's own."""
        return sum(not row.name.startswith("sqlite_") for row in self.rows)

    def count_other_indexes(self, table: str) -> int:
        """Return how many indexes that are not SQLite's own belong to other tables."""
        return sum(
            row.type == "index" and not row.name.startswith("sqlite_") and fold(row.table) != fold(table)
            for row in self.rows
        )


def count_key_indexes(table: Table) -> int:
    """Return how many indexes SQLite makes itself for a table's keys."""
    own = table.primary_key is not None and table.rowid_alias is None and not table.without_rowid
    return len(table.uniques) + own


def estimate_create_table(table: Table, before: Schema) -> Cost:
    """Return the cost of a new table without rows."""
    first_sequence = table.autoincrement and not any(each.autoincrement for each in before.tables)
    return Cost(1 + first_sequence, 2 + count_key_indexes(table) + 2 * first_sequence)


def estimate_create_index(rows: int, entries: int) -> Cost:
    """Return the cost of an index that takes so many entries from so many rows."""
    return Cost(rows + entries + 2, entries + 1)


def estimate_drop_table(table: Table, schema: Schema, objects: SchemaObjects) -> Cost:
    """Return the cost of dropping a table to which no foreign key leads: its rows are not looked at."""
    triggers = len(schema.list_triggers(table.name))
    of_triggers = sum(objects.total - number for number in range(triggers))
    return Cost(of_triggers + objects.total - triggers + 1 + count_indexes(table, schema) + table.autoincrement)


def estimate_rename_table(table: Table, schema: Schema, objects: SchemaObjects) -> Cost:
    """Return the cost of RENAME TO."""
    rewritten = objects.user_defined - objects.count_other_indexes(table.name)
    named = count_indexes(table, schema) + len(schema.list_triggers(table.name))
    return Cost(3 * objects.total + 2 * rewritten + 5 + 2 * named, rewritten + 1 + named)


def estimate_add_column(column: Column | None, objects: SchemaObjects) -> Cost:
    """Return the cost of ADD COLUMN, which leaves the rows as they are."""
    checked = column is not None and bool(column.checks or (column.generated and column.not_null))
    return Cost(objects.total + 2 + checked, 1)


def estimate_rename_column(table: Table, objects: SchemaObjects) -> Cost:
    """Return the cost of RENAME COLUMN."""
    rewritten = objects.user_defined - objects.count_other_indexes(table.name)
    return Cost(4 * objects.total + 2 * objects.user_defined + 2 * rewritten + 6, objects.user_defined + rewritten)


def estimate_drop_column(rows: int, objects: SchemaObjects) -> Cost:
    """Return the cost of DROP COLUMN, which rewrites every row."""
    return Cost(4 * objects.total + 2 * objects.user_defined + 6 + max(rows, 1), objects.user_defined + 1 + rows)


def count_indexes(table: Table, schema: Schema) -> int:
    """Return how many indexes a table has, those for its keys among them."""
    return count_key_indexes(table) + len(schema.list_indexes(table.name))
