"""Files to the tables whose rows they reach, as running them shows: through foreign keys and triggers too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.engine import D1Refused, EmbeddedD1
from pulse_ci.sql.names import fold
from pulse_ci.sql.tokens import read_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pulse_ci.migrations.parse import Migration
    from pulse_ci.schema.schema import Schema, Table


def find_touched_tables(
    schema: Schema, migrations: Iterable[Migration], wanted: Collection[Migration]
) -> dict[Table, tuple[Migration, ...]]:
    """Return each table of `schema` that a wanted file reads, writes, alters or drops, with those files.

    All files are run, in order, on an empty database; of one that does not run there, every name counts.
    """
    found: dict[str, list[Migration]] = {}
    with EmbeddedD1() as database:
        for each in migrations:
            names = _find_touched_names(database, each)
            for name in names if each in wanted else ():
                found.setdefault(name, []).append(each)
    return {table: tuple(found[fold(table.name)]) for table in schema.tables if fold(table.name) in found}


def _find_touched_names(database: EmbeddedD1, migration: Migration) -> frozenset[str]:
    names = set[str]()
    try:
        with database.open_request() as request:
            for statement in migration.statements:
                access = request.execute(statement.sql)
                names |= access.reads | access.writes | access.alters | access.drops
    except D1Refused:
        return read_names(migration.text)
    return frozenset(map(fold, names))
