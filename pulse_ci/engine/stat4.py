"""The samples of SQLite's STAT4, which ANALYZE takes here and not in D1: dropped at once, and without a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import apsw

if TYPE_CHECKING:
    from collections.abc import Callable


class Stat4Cleaner:
    """The samples of one request; `run` runs SQL that the authorizer need not see."""

    def __init__(self, run: Callable[[str], list[tuple[object, ...]]]) -> None:
        self._run = run
        self.is_pending = False
        self.extra_schema_changes = 0  # that D1 does not make

    def drop(self, *, schema_unchanged: bool) -> None:
        """Drop them; they `remain` while a statement under way reads the schema.

        `schema_stays` tells that ANALYZE had no table of statistics to make, and so changed no more of the schema.
        """
        before = self._read_schema_version()
        try:
            self._run("DROP TABLE IF EXISTS sqlite_stat4")
        except apsw.LockedError:
            self.is_pending = True
            return
        self.is_pending = False
        dropped = self._read_schema_version() - before
        self.extra_schema_changes += 2 * dropped if schema_unchanged else dropped

    def reset_schema_version(self) -> None:
        """Before a rollback, take these changes back from the schema's version; DEFENSIVE must be off.

        Behind a change of the schema, a rollback makes SQLite forget what it knows of it, the statistics too. To D1,
        ANALYZE is no such change: what it found guides `PRAGMA optimize` though it is rolled back.
        """
        self._run(f"PRAGMA schema_version = {self._read_schema_version() - self.extra_schema_changes}")
        self._run("PRAGMA writable_schema = RESET")
        self._run("SELECT 1 FROM sqlite_master")

    def _read_schema_version(self) -> int:
        [(version,)] = self._run("PRAGMA schema_version")
        return int(str(version))
