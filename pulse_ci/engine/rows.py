"""Tables to fingerprints of their rows, to tell whether a run changed any."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulse_ci.engine.connection import EmbeddedD1


_MASK = 2**64 - 1


def quote_name(name: str) -> str:
    """Return `name` as SQL spells any name."""
    return '"' + name.replace('"', '""') + '"'


def fingerprint(database: EmbeddedD1, tables: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return for each table that is there its number of rows and a hash of them that their order does not change."""
    with database.trusted() as connection:
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        prints = {}
        for table in tables:
            if table in there:
                count = total = 0
                for row in connection.execute(f"SELECT * FROM {quote_name(table)}"):
                    count += 1
                    total = (total + _hash(row)) & _MASK
                prints[table] = (count, total)
        return prints


def _hash(row: object) -> int:
    return int.from_bytes(blake2b(repr(row).encode(errors="surrogatepass"), digest_size=8).digest())
