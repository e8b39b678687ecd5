"""Statements, each tried on a database without rows before it is added to the script."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.errors import D1Refused
from pulse_ci.rewrite.ddl_statements import build_create, build_drop, build_drops, build_fts_rebuild
from pulse_ci.rewrite.dependency_order import find_triggers_and_views, order_views
from pulse_ci.schema.diff import diff
from pulse_ci.schema.schema import Table, Trigger, View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pulse_ci.schema.schema import Schema, SchemaObject


class _UnexpectedSchema(Exception):
    pass


class ScriptBuilder:
    """A script that grows; `schema` is what its statements make of the schema that it started with.

    It is a context manager. Raises D1Refused where D1 rejects the first schema.
    """

    def __init__(self, schema: Schema) -> None:
        self.statements: list[str] = []
        self.rejection: str | None = None
        self._database = EmbeddedD1()
        self._database.run("\n".join(build_schema_script(schema)) or ";")

    @cached_property
    def schema(self) -> Schema:
        """The schema after the statements so far."""
        return self._database.schema()

    @property
    def triggers_and_views(self) -> tuple[Trigger | View, ...]:
        """All triggers and views, which can name any table."""
        return (*self.schema.triggers, *self.schema.views)

    def add(self, statements: Sequence[str], accepts: Callable[[Schema], bool] = lambda _: True) -> bool:
        """Add statements if they run and `accepts` the schema that they make; else change nothing."""
        try:
            with self._database.open_request() as request:
                for statement in statements:
                    request.execute(statement)
                schema = self._database.schema()
                if not accepts(schema):
                    raise _UnexpectedSchema
        except D1Refused as refused:
            self.rejection = f"{statement}\nD1 answers: {refused}"
            return False
        except _UnexpectedSchema:
            return False
        self.statements += statements
        self.schema = schema
        return True

    def add_with_drops(
        self, tables: Iterable[str], statements: Sequence[str], accepts: Callable[[Schema], bool] = lambda _: True
    ) -> bool:
        """Do as `add`, and drop the views and triggers that name these tables, or all of them, if needed.

        create_missing() creates them again.
        """
        droppable = ((), find_triggers_and_views(self.schema, tables), self.triggers_and_views)
        return any(self.add([*build_drops(items), *statements], accepts) for items in droppable)

    def evaluates_true(self, condition: str) -> bool:
        """Return whether a condition on constants is true or NULL; False where it does not run."""
        try:
            return self._database.query(f"SELECT coalesce(({condition}), 1)") not in ([(0,)], [(0.0,)])
        except D1Refused:
            return False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()


def build_schema_script(schema: Schema) -> Iterator[str]:
    """Yield the statements that create a schema in an empty database."""
    tables = (table for table in schema.tables if not table.is_virtual)
    return map(build_create, (*tables, *_order_after_tables(schema)))


def drop_changed(script: ScriptBuilder, wanted: Schema) -> bool:
    """Add the drops of triggers, views and indexes that are not in `wanted`, or differ there.

    Those of a table that is not wanted are dropped with it.
    """
    present: tuple[SchemaObject, ...] = (*script.schema.triggers, *script.schema.views, *script.schema.indexes)
    return script.add(
        [
            build_drop(item)
            for item in present
            if not _has_object(wanted, item) and not _is_dropped_with_table(script.schema, wanted, item)
        ]
    )


def _is_dropped_with_table(schema: Schema, wanted: Schema, item: SchemaObject) -> bool:
    return (
        not isinstance(item, View)
        and schema.find_table(item.table) is not None
        and wanted.find_table(item.table) is None
    )


def create_missing(script: ScriptBuilder, wanted: Schema) -> bool:
    """Add what turns the script's schema into the wanted one, given its tables; return whether it is that now."""
    drop_changed(script, wanted)
    missing = [item for item in _order_after_tables(wanted) if not _has_object(script.schema, item)]
    for item in missing:
        script.add([build_create(item), *(build_fts_rebuild(item) if isinstance(item, Table) else ())])
    return not diff(script.schema, wanted)


def _order_after_tables(schema: Schema) -> Iterator[SchemaObject]:
    yield from schema.indexes
    yield from order_views(schema.views)
    yield from (table for table in schema.tables if table.is_virtual)
    yield from schema.triggers


def _has_object(schema: Schema, item: SchemaObject) -> bool:
    found = schema.find(item.kind, item.name)
    return found is not None and (found == item or found.sql == item.sql)
