"""Tables to their rows, and to fingerprints of these, to tell whether a run changed any."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import apsw

from pulse_ci.sql.names import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pulse_ci.engine.connection import EmbeddedD1


_MASK = 2**64 - 1


def read_table_rows(connection: apsw.Connection, table: str, columns: Sequence[str]) -> list[tuple[object, ...]]:
    """Return the rows of a table in some of its columns; text that is no UTF-8, as D1 takes it, is told apart too."""
    names = [quote(column) for column in columns] or ["1"]
    try:
        return connection.execute(f"SELECT {', '.join(names)} FROM {quote(table)}").fetchall()
    except UnicodeDecodeError:
        bare = (f"CASE typeof({name}) WHEN 'text' THEN CAST({name} AS BLOB) ELSE {name} END" for name in names)
        kinds = (f"typeof({name}) = 'text'" for name in names)
        rows = connection.execute(f"SELECT {', '.join((*bare, *kinds))} FROM {quote(table)}").fetchall()
        return [tuple(map(_as_text, row[: len(names)], row[len(names) :])) for row in rows]


def _as_text(value: object, is_text: object) -> object:
    return value.decode(errors="surrogateescape") if is_text and isinstance(value, bytes) else value


def fingerprint_tables(database: EmbeddedD1, tables: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return for each table that is there its number of rows and a hash of them that their order does not change.

    A table that cannot be read, as FTS5 without its content table, is left out.
    """
    with database.open_unrestricted() as connection:
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        prints = {}
        for table in tables:
            if table in there:
                columns = connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
                try:
                    rows = read_table_rows(connection, table, [str(name) for (name,) in columns])
                except apsw.SQLError:
                    continue
                prints[table] = (len(rows), sum(map(_hash, rows)) & _MASK)
        return prints


def _hash(row: object) -> int:
    return int.from_bytes(blake2b(repr(row).encode(errors="surrogatepass"), digest_size=8).digest())
