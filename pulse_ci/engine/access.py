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
_ROW_ACTIONS = _READS | _WRITES
_TABLE_NAME_SECOND = frozenset({apsw.SQLITE_CREATE_INDEX, apsw.SQLITE_CREATE_TRIGGER})
_SQLITE_TABLES = frozenset(
    {"sqlite_master", "sqlite_schema", "sqlite_temp_master", "sqlite_temp_schema", "sqlite_stat4"}
)


class AccessedColumn(NamedTuple):
    """A table or view whose rows are read or written: by column where there is one, within a trigger or view if any."""

    table: str
    column: str | None
    trigger_or_view: str | None


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
    columns: frozenset[AccessedColumn] = frozenset()


class AccessRecorder:
    """Collects what the authorizer was asked."""

    def __init__(self) -> None:
        self._recorded: set[tuple[int, str | None, str | None, str | None]] = set()

    def record(self, action: int, first: str | None, second: str | None, trigger_or_view: str | None) -> None:
        """Take one question; the arguments are those of sqlite3_set_authorizer()."""
        self._recorded.add((action, first, second, trigger_or_view))

    def build_access(self) -> Access:
        """Return what was collected."""
        on_tables = frozenset(
            second for action, _, second, _ in self._recorded if action in _TABLE_NAME_SECOND and second
        )
        return Access(
            reads=self._collect_names(_READS) | on_tables,
            writes=self._collect_names(_WRITES),
            creates=self._collect_names(_CREATES),
            drops=self._collect_names(_DROPS),
            alters=self._collect_names(frozenset({apsw.SQLITE_ALTER_TABLE})),
            columns=frozenset(
                AccessedColumn(name, column or None, within)
                for action, name, column, within in self._recorded
                if action in _ROW_ACTIONS and name and name not in _SQLITE_TABLES
            ),
        )

    def _collect_names(self, actions: frozenset[int]) -> frozenset[str]:
        return frozenset(
            name for action, name, *_ in self._recorded if action in actions and name and name not in _SQLITE_TABLES
        )
