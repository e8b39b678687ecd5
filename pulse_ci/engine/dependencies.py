"""What a migration touches to the earlier migrations that it needs, as the authorizer was asked."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from pulse_ci.engine.rows import quote_name
from pulse_ci.errors import D1Refused
from pulse_ci.model import Action, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.engine.replay import Replayed
    from pulse_ci.model import Change


class Makers:
    """Remembers which migration made each object that is there."""

    def __init__(self) -> None:
        self._paths: dict[str, str] = {}

    def update(self, database: EmbeddedD1, path: str) -> None:
        """Note that `path` has just run: what is new in the database is its work."""
        with database.trusted() as connection:
            there = {name.casefold() for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        kept = {name: maker for name, maker in self._paths.items() if name in there}
        self._paths = kept | dict.fromkeys(there - kept.keys(), path)

    def of(self, names: frozenset[str]) -> dict[str, tuple[str, ...]]:
        """Return the paths of the migrations that made any of `names`, each with those that it made."""
        found: dict[str, tuple[str, ...]] = {}
        for name in sorted(names):
            if path := self._paths.get(name):
                found[path] = (*found.get(path, ()), name)
        return dict(sorted(found.items()))


def names_used(database: EmbeddedD1, replayed: Replayed) -> frozenset[str]:
    """Return every name, folded, that the migration's statements, or the objects that they make, refer to."""
    used = {name for _, access in replayed.run.touched for name in access.reads | access.writes | access.alters}
    used |= {name for _, access in replayed.run.touched for name in access.drops}
    for change in replayed.changes:
        if change.action is not Action.REMOVED:
            used |= set(_referenced(database, replayed, change))
    return frozenset(name.casefold() for name in used)


def _referenced(database: EmbeddedD1, replayed: Replayed, change: Change) -> Iterator[str]:
    yield change.table
    match change.kind:
        case Kind.TABLE | Kind.COLUMN:
            table = replayed.after.table(change.table)
            yield from (key.parent for key in table.foreign_keys) if table else ()
        case Kind.VIEW:
            yield from _reads(database, f"SELECT * FROM {quote_name(change.name)} LIMIT 0")
        case Kind.TRIGGER:
            yield from _reads_of_triggers(database, replayed, change.table)
        case Kind.INDEX:
            pass


def _reads_of_triggers(database: EmbeddedD1, replayed: Replayed, table_name: str) -> Iterator[str]:
    # A trigger's body is compiled, and the authorizer asked, with a statement that would fire it.
    name, table = quote_name(table_name), replayed.after.table(table_name)
    yield from _reads(database, f"EXPLAIN DELETE FROM {name}")
    yield from _reads(database, f"EXPLAIN INSERT INTO {name} DEFAULT VALUES")
    columns = [quote_name(column.name) for column in table.columns if not column.generated] if table else []
    if columns:
        settings = ", ".join(f"{column} = {column}" for column in columns)
        yield from _reads(database, f"EXPLAIN UPDATE {name} SET {settings}")


def _reads(database: EmbeddedD1, sql: str) -> frozenset[str]:
    with suppress(D1Refused), database.request() as request:
        access = request.execute(sql)
        return access.reads | access.writes
    return frozenset()
