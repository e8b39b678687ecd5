"""A migration run on seeded rows to what each statement does there: to which rows, and what follows from it."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.analysis.cost.schema_changes import SchemaObjects, SchemaRow
from pulse_ci.analysis.seed.count import count_rows
from pulse_ci.errors import D1Refused
from pulse_ci.sql.names import fold
from pulse_ci.sql.operations import TransactionControl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import apsw

    from pulse_ci.engine.access import Access
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.schema.schema import Schema
    from pulse_ci.sql.split import Statement


@dataclass(frozen=True, slots=True)
class StatementEffect:
    """What a statement did where each table had a few rows.

    direct      the rows that the statement itself inserted, updated or deleted, by folded table
    followed    the rows that triggers and foreign keys changed because of it, by folded table and operation
    rows        how many rows the tables had that it touched, before it, by folded table
    """

    statement: Statement
    access: Access
    before: Schema
    after: Schema
    objects: SchemaObjects
    direct: Mapping[str, int]
    cascaded: Mapping[tuple[str, str], int]
    rows_before: Mapping[str, int]


def observe_effects(database: EmbeddedD1, statements: Sequence[Statement]) -> tuple[StatementEffect, ...]:
    """Run statements as one request on a database with rows, and watch each; it is undone.

    What was seen before a statement that D1 refuses is returned; a BEGIN or COMMIT is passed over.
    """
    effects = list[StatementEffect]()
    with suppress(D1Refused), database.open_request() as request, _ChangeCounter(database) as watch:
        request.mark_rollback_only()
        for statement in statements:
            if isinstance(statement.operation, TransactionControl):
                continue
            watch.start_statement()
            access = request.execute(statement.sql)
            effects.append(watch.build_effect(statement, access))
    return tuple(effects)


class _ChangeCounter:
    """Counts, through SQLite's own hook, the rows that a statement changes, and those that follow."""

    def __init__(self, database: EmbeddedD1) -> None:
        self._database = database
        self._schema = database.schema()

    def __enter__(self) -> _ChangeCounter:
        with self._database.open_unrestricted() as connection:
            connection.preupdate_hook(self._count_change)
        return self

    def __exit__(self, *_: object) -> None:
        with self._database.open_unrestricted() as connection:
            connection.preupdate_hook(None)

    def start_statement(self) -> None:
        """Begin with the next statement."""
        self._direct, self._cascaded = Counter[str](), Counter[tuple[str, str]]()
        with self._database.open_unrestricted() as connection:
            listed = connection.execute("SELECT type, name, tbl_name FROM sqlite_master")
            self._objects = SchemaObjects(tuple(SchemaRow(*map(str, row)) for row in listed))
            tables = (table.name for table in self._schema.tables if not table.is_virtual)
            self._rows = {fold(table): count_rows(connection, table) for table in tables}

    def _count_change(self, update: apsw.PreUpdate) -> None:
        table = fold(update.table_name)
        if update.depth == 0:
            self._direct[table] += 1
        else:
            self._cascaded[table, update.op] += 1

    def build_effect(self, statement: Statement, access: Access) -> StatementEffect:
        """Return what the statement did."""
        before, self._schema = self._schema, self._database.schema()
        touched = {*map(fold, access.reads | access.writes | access.drops | access.alters), *self._direct}
        touched |= {table for table, _ in self._cascaded}
        return StatementEffect(
            statement=statement,
            access=access,
            before=before,
            after=self._schema,
            objects=self._objects,
            direct=dict(self._direct),
            cascaded=dict(self._cascaded),
            rows_before={table: self._rows[table] for table in touched if table in self._rows},
        )
