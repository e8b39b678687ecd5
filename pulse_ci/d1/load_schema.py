"""Load the schema of a Snapshot into an embedded database, without rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.engine import EmbeddedD1
from pulse_ci.errors import D1Error, D1Refused
from pulse_ci.schema.introspect import find_shadow_tables
from pulse_ci.sql.names import fold, quote_if_needed, quote_string

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.d1.snapshot import Snapshot
    from pulse_ci.schema.schema import MasterRow

# A trigger must not see the rows that are put in here.
_CREATED_BEFORE_ROWS = ("table", "index")


def load_into_engine(snapshot: Snapshot) -> bytes:
    """Return the content of an EmbeddedD1, for its restore().

    The migrations table has its records, AUTOINCREMENT goes on where it is, and ANALYZE's numbers are there.

    Raises:
        D1Error: the database has an object that D1 itself would not make today.

    """
    with EmbeddedD1() as database:
        for statement, what in create_statements(snapshot):
            _run(database, statement, what)
        return database.take_snapshot()


def create_statements(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Yield the statements that make an empty database like this one, each with what it makes, for people."""
    objects = _list_created_objects(snapshot)
    yield from ((each.sql, f"its {each.type} {each.name}") for each in objects if each.type in _CREATED_BEFORE_ROWS)
    yield from ((statement, "the content of SQLite's own tables") for statement in _insert_internal_rows(snapshot))
    yield from ((each.sql, f"its {each.type} {each.name}") for each in objects if each.type not in _CREATED_BEFORE_ROWS)


def _list_created_objects(snapshot: Snapshot) -> list[MasterRow]:
    """Return the objects that are to be made, tables first; SQLite makes its own, and those behind virtual ones."""
    behind = find_shadow_tables(snapshot.objects)
    names = (fold(each.name) for each in snapshot.objects)
    return sorted(
        (
            each
            for each, name in zip(snapshot.objects, names, strict=True)
            if not name.startswith("sqlite_") and name not in behind
        ),
        key=lambda each: each.type != "table",
    )


def _insert_internal_rows(snapshot: Snapshot) -> Iterator[str]:
    if snapshot.recorded:
        table = quote_if_needed(snapshot.recorded.table)
        for name in snapshot.recorded.names:
            yield f"INSERT OR IGNORE INTO {table} (name) VALUES ({quote_string(name)})"
    for name, number in snapshot.sequence:
        yield f"DELETE FROM sqlite_sequence WHERE name = {quote_string(name)}"
        yield f"INSERT INTO sqlite_sequence (name, seq) VALUES ({quote_string(name)}, {number})"
    if snapshot.statistics:
        yield "ANALYZE"
        yield "DELETE FROM sqlite_stat1"
    for row in snapshot.statistics:
        values = ", ".join("NULL" if value is None else quote_string(str(value)) for value in row)
        yield f"INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ({values})"


def _run(database: EmbeddedD1, sql: str, what: str) -> None:
    try:
        database.run(sql)
    except D1Refused as refused:
        raise D1Error(
            f"The database's schema cannot be made anew on the embedded engine: D1 would refuse {what} today "
            f"({refused}). Use `preview: embedded`, or correct the database."
        ) from refused
