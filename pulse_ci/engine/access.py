"""What SQLite asks the authorizer, as what a statement touches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import apsw

_READS = frozenset({apsw.SQLITE_READ})
_WRITES = frozenset({apsw.SQLITE_INSERT, apsw.SQLITE_UPDATE, apsw.SQLITE_DELETE})
_CREATES = frozenset(
    {apsw.SQLITE_CREATE_TABLE, apsw.SQLITE_CREATE_INDEX, apsw.SQLITE_CREATE_TRIGGER, apsw.SQLITE_CREATE_VIEW}
    | {apsw.SQLITE_CREATE_VTABLE}
)
_DROPS = frozenset(
    {apsw.SQLITE_DROP_TABLE, apsw.SQLITE_DROP_INDEX, apsw.SQLITE_DROP_TRIGGER, apsw.SQLITE_DROP_VIEW}
    | {apsw.SQLITE_DROP_VTABLE}
)
_ON_ROWS = _READS | _WRITES
_ON_A_TABLE = frozenset({apsw.SQLITE_CREATE_INDEX, apsw.SQLITE_CREATE_TRIGGER})
_OWN_TABLES = frozenset({"sqlite_master", "sqlite_schema", "sqlite_temp_master", "sqlite_temp_schema", "sqlite_stat4"})


class Touch(NamedTuple):
    """A table or view whose rows are read or written: by column where there is one, within a trigger or view if any."""

    table: str
    column: str | None
    within: str | None


@dataclass(frozen=True, slots=True)
class Access:
    """The names of the objects that a statement touches, as the schema spells them.

    The table of a new index or trigger counts as read. SQLite's own list of objects is left out. `touches` tells what
    the statement itself does from what views and triggers do for it.
    """

    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    creates: frozenset[str] = frozenset()
    drops: frozenset[str] = frozenset()
    alters: frozenset[str] = frozenset()
    touches: frozenset[Touch] = frozenset()


class AccessRecorder:
    """Collects what the authorizer was asked."""

    def __init__(self) -> None:
        self._asked: set[tuple[int, str | None, str | None, str | None]] = set()

    def note(self, action: int, first: str | None, second: str | None, within: str | None) -> None:
        """Take one question; the arguments are those of sqlite3_set_authorizer()."""
        self._asked.add((action, first, second, within))

    def access(self) -> Access:
        """Return what was collected."""
        on_tables = frozenset(second for action, _, second, _ in self._asked if action in _ON_A_TABLE and second)
        return Access(
            reads=self._names(_READS) | on_tables,
            writes=self._names(_WRITES),
            creates=self._names(_CREATES),
            drops=self._names(_DROPS),
            alters=self._names(frozenset({apsw.SQLITE_ALTER_TABLE})),
            touches=frozenset(
                Touch(name, column or None, within)
                for action, name, column, within in self._asked
                if action in _ON_ROWS and name and name not in _OWN_TABLES
            ),
        )

    def _names(self, actions: frozenset[int]) -> frozenset[str]:
        return frozenset(
            name for action, name, *_ in self._asked if action in actions and name and name not in _OWN_TABLES
        )
