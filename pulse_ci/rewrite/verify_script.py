"""Statements run on a database with rows: the schema that comes out, and which rows are still there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import apsw

from pulse_ci.analysis.table_rows import read
from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.errors import D1Refused
from pulse_ci.schema.diff import diff

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pulse_ci.model import Change
    from pulse_ci.schema.schema import Schema

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class RowsChanged:
    """A table whose rows are others than before: how many there were and are, and which columns differ."""

    table: str
    before: int
    after: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """What running some statements showed.

    refusal      D1's message, None where they ran
    changes      from the expected schema to the one that came out
    rows         the tables whose rows changed, of those that are there before and after
    violations   the rows of `PRAGMA foreign_key_check` that were not there before
    """

    refusal: str | None = None
    changes: tuple[Change, ...] = ()
    rows: tuple[RowsChanged, ...] = ()
    violations: tuple[Row, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the statements ran, made the expected schema and left no foreign key broken."""
        return self.refusal is None and not (self.changes or self.violations)

    @property
    def keeps_rows(self) -> bool:
        """Whether no table has fewer rows than before, nor other contents in the columns that are left."""
        return not self.rows


def prove(before_snapshot: bytes, statements: Sequence[str], expected: Schema) -> Proof:
    """Run statements on a snapshot of a database with rows, as one request, and compare what comes out.

    Of a table, the columns that are in `expected` and were there before are compared, whatever the order of rows.
    """
    with EmbeddedD1() as database:
        database.restore(before_snapshot)
        kept = _kept_columns(database.schema(), expected)
        rows, violations = _contents(database, kept), _violations(database)
        try:
            database.run("\n".join(statements))
        except D1Refused as refused:
            return Proof(refusal=str(refused))
        changes = diff(expected, database.schema())
        after = {} if changes else _contents(database, kept)
        return Proof(
            None, changes, tuple(_changed(rows, after)), tuple((_violations(database) - violations).elements())
        )


def compare_rows(before_snapshot: bytes, after_snapshot: bytes) -> tuple[RowsChanged, ...]:
    """Return the tables that two snapshots have, with other rows in the columns that both have."""
    with EmbeddedD1() as before, EmbeddedD1() as after:
        before.restore(before_snapshot)
        after.restore(after_snapshot)
        kept = _kept_columns(before.schema(), after.schema())
        return tuple(_changed(_contents(before, kept), _contents(after, kept)))


def _kept_columns(schema: Schema, expected: Schema) -> dict[str, tuple[str, ...]]:
    tables = ((table, expected.table(table.name)) for table in schema.tables)
    return {
        table.name: tuple(column.name for column in table.columns if later.column(column.name))
        for table, later in tables
        if later and not table.virtual | later.virtual
    }


Contents = dict[str, tuple[int, dict[str, Counter[str]], Counter[str]]]


def _contents(database: EmbeddedD1, kept: Mapping[str, tuple[str, ...]]) -> Contents:
    with database.trusted() as connection:
        found: Contents = {}
        for table, columns in kept.items():
            rows = read(connection, table, columns)
            each = {name: Counter(repr(row[place]) for row in rows) for place, name in enumerate(columns)}
            found[table] = len(rows), each, Counter(map(repr, rows))
        return found


def rows_of(database: EmbeddedD1, table: str, columns: Sequence[str]) -> Counter[str]:
    """Return what a table holds in some of its columns, whatever the order of rows."""
    with database.trusted() as connection:
        return Counter(map(repr, read(connection, table, columns)))


def _changed(before: Contents, after: Contents) -> Iterator[RowsChanged]:
    for table in after:
        (count, columns, rows), (later, later_columns, later_rows) = before[table], after[table]
        if rows != later_rows:
            differ = (name for name in columns if columns[name] != later_columns[name])
            yield RowsChanged(table, count, later, tuple(differ))


def _violations(database: EmbeddedD1) -> Counter[Row]:
    with database.trusted() as connection:
        try:
            found: Iterable[Row] = connection.execute("PRAGMA foreign_key_check").fetchall()
        except apsw.Error:
            # A parent without the key that it is referred to by: D1 says so when a row is written.
            return Counter()
        return Counter((table, parent, key) for table, _, parent, key in found)
