"""Tables to how many rows they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.sql.names import quote

if TYPE_CHECKING:
    import apsw


def count_rows(connection: apsw.Connection, table: str) -> int:
    """Return the number of rows of a table."""
    ((count,),) = connection.execute(f"SELECT count(*) FROM {quote(table)}").fetchall()
    return count if isinstance(count, int) else 0
