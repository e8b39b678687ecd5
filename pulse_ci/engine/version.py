"""Which SQLite the engine runs."""

from __future__ import annotations

import apsw


def get_sqlite_version() -> str:
    """Return SQLite's release, such as "3.54.1": it must be the one that D1's runtime bundles."""
    return apsw.sqlite_lib_version()
