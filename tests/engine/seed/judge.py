"""What must hold of a database that was seeded."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import apsw

from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.sql.names import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.analysis.seed import SeedResult
    from pulse_ci.schema.schema import Table


def database(*statements: str) -> EmbeddedD1:
    made = EmbeddedD1()
    made.run(";\n".join(statements))
    return made


def damage(database: EmbeddedD1) -> list[object]:
    """What SQLite finds wrong with the rows."""
    with database.open_unrestricted() as connection:
        found: list[object] = [row for row in connection.execute("PRAGMA integrity_check") if row != ("ok",)]
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            # A foreign key to what is no key is an error to ask about; such a table has no rows.
            with suppress(apsw.SQLError):
                found += connection.execute(f"PRAGMA foreign_key_check({quote(str(table))})").fetchall()
        return found


def rows_of(database: EmbeddedD1, table: str) -> list[tuple[object, ...]]:
    with database.open_unrestricted() as connection:
        return connection.execute(f"SELECT * FROM {quote(table)}").fetchall()


def all_rows(database: EmbeddedD1) -> dict[str, list[tuple[object, ...]]]:
    return {table.name: rows_of(database, table.name) for table in database.schema().tables}


def too_few(seeded: SeedResult, rows: int = 2) -> list[object]:
    return [*seeded.failures, *(table for table in seeded.tables if table.rows < rows)]


def uncovered(database: EmbeddedD1, tables: Iterable[Table]) -> Iterator[str]:
    """The columns that may be NULL and never are, or never have a value."""
    for table in tables:
        for column in table.columns:
            if table.is_virtual or column.not_null or column.primary_key_position or column.generated:
                continue
            values = column_of(database, table.name, column.name)
            if None not in values:
                yield f"{table.name}.{column.name} is never NULL"
            if all(value is None for value in values):
                yield f"{table.name}.{column.name} is always NULL"


def column_of(database: EmbeddedD1, table: str, column: str) -> list[object]:
    with database.open_unrestricted() as connection:
        rows = connection.execute(f"SELECT {quote(column)} FROM {quote(table)}").fetchall()
        return [value for (value,) in rows]
