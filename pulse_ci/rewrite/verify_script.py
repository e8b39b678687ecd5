"""Runs statements on a database with rows, and compares the schema and the rows before and after."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import apsw

from pulse_ci.analysis.table_rows import read_table_rows
from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.errors import D1Refused
from pulse_ci.schema.diff import diff

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pulse_ci.model import Change
    from pulse_ci.schema.schema import Schema

ViolationRow = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class ChangedRows:
    """A table with other rows than before: how many there were and are, and which columns differ."""

    table: str
    before: int
    after: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScriptCheck:
    """The result of running some statements.

    rejection        D1's message, None where they ran
    changes          from the expected schema to the actual one
    changed_tables   the tables with other rows, of those that exist before and after
    violations       the rows of `PRAGMA foreign_key_check` that were not there before
    """

    rejection: str | None = None
    changes: tuple[Change, ...] = ()
    changed_tables: tuple[ChangedRows, ...] = ()
    violations: tuple[ViolationRow, ...] = ()

    @property
    def succeeded(self) -> bool:
        """Whether the statements ran, led to the expected schema and broke no foreign key."""
        return self.rejection is None and not (self.changes or self.violations)


def verify_script(before_snapshot: bytes, statements: Sequence[str], expected: Schema) -> ScriptCheck:
    """Run statements on a snapshot of a database with rows, as one request, and compare the result.

    Of a table, the columns are compared that it had before and has in `expected`, whatever the order of rows.
    """
    with EmbeddedD1() as database:
        database.restore(before_snapshot)
        kept = _find_common_columns(database.schema(), expected)
        rows, violations = _read_contents(database, kept), _read_violations(database)
        try:
            database.run("\n".join(statements))
        except D1Refused as refused:
            return ScriptCheck(rejection=str(refused))
        changes = diff(expected, database.schema())
        after = {} if changes else _read_contents(database, kept)
        new_violations = (_read_violations(database) - violations).elements()
        return ScriptCheck(None, changes, tuple(_compare_contents(rows, after)), tuple(new_violations))


def compare_rows(before_snapshot: bytes, after_snapshot: bytes) -> tuple[ChangedRows, ...]:
    """Return the tables of two snapshots that have other rows in the columns that both have."""
    with EmbeddedD1() as before, EmbeddedD1() as after:
        before.restore(before_snapshot)
        after.restore(after_snapshot)
        kept = _find_common_columns(before.schema(), after.schema())
        return tuple(_compare_contents(_read_contents(before, kept), _read_contents(after, kept)))


def _find_common_columns(schema: Schema, expected: Schema) -> dict[str, tuple[str, ...]]:
    tables = ((table, expected.find_table(table.name)) for table in schema.tables)
    return {
        table.name: tuple(column.name for column in table.columns if later.find_column(column.name))
        for table, later in tables
        if later and not table.is_virtual | later.is_virtual
    }


TableContents = dict[str, tuple[int, dict[str, Counter[str]], Counter[str]]]


def _read_contents(database: EmbeddedD1, kept: Mapping[str, tuple[str, ...]]) -> TableContents:
    with database.open_unrestricted() as connection:
        found: TableContents = {}
        for table, columns in kept.items():
            rows = read_table_rows(connection, table, columns)
            each = {name: Counter(repr(row[place]) for row in rows) for place, name in enumerate(columns)}
            found[table] = len(rows), each, Counter(map(repr, rows))
        return found


def count_distinct_rows(database: EmbeddedD1, table: str, columns: Sequence[str]) -> Counter[str]:
    """Count the different rows that a table has in some of its columns."""
    with database.open_unrestricted() as connection:
        return Counter(map(repr, read_table_rows(connection, table, columns)))


def _compare_contents(before: TableContents, after: TableContents) -> Iterator[ChangedRows]:
    for table in after:
        (count, columns, rows), (later, later_columns, later_rows) = before[table], after[table]
        if rows != later_rows:
            differ = (name for name in columns if columns[name] != later_columns[name])
            yield ChangedRows(table, count, later, tuple(differ))


def _read_violations(database: EmbeddedD1) -> Counter[ViolationRow]:
    with database.open_unrestricted() as connection:
        try:
            found: Iterable[ViolationRow] = connection.execute("PRAGMA foreign_key_check").fetchall()
        except apsw.Error:
            # A parent lacks the key that a reference needs: D1 reports it when a row is written.
            return Counter()
        return Counter((table, parent, key) for table, _, parent, key in found)
