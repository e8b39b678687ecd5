"""Statements, each tried on a database without rows before it is written down."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.errors import D1Refused
from pulse_ci.rewrite.ddl_statements import build_create, build_drops
from pulse_ci.rewrite.dependency_order import find_triggers_and_views, order_views

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pulse_ci.schema.schema import Schema, SchemaObject, Trigger, View


class _UnexpectedSchema(Exception):
    pass


class ScriptBuilder:
    """A plan that grows; `schema` is what its statements make of the one that it started with.

    It is a context manager. Raises D1Refused where D1 does not take the first schema.
    """

    def __init__(self, schema: Schema) -> None:
        self.statements: list[str] = []
        self.rejection: str | None = None
        self._database = EmbeddedD1()
        self._database.run("\n".join(build_schema_script(schema)) or ";")

    @cached_property
    def schema(self) -> Schema:
        """What the schema is by now."""
        return self._database.schema()

    @property
    def triggers_and_views(self) -> tuple[Trigger | View, ...]:
        """All triggers and views: what can name anything."""
        return (*self.schema.triggers, *self.schema.views)

    def add(self, statements: Sequence[str], accepts: Callable[[Schema], bool] = lambda _: True) -> bool:
        """Write statements down if they run and what they make is what it should; else change nothing."""
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
        """Do as `add`, and drop the views and triggers that name these tables, or all of them, if it needs that.

        They are not made again here: what is missing in the end is for `complete` to see.
        """
        droppable = ((), find_triggers_and_views(self.schema, tables), self.triggers_and_views)
        return any(self.add([*build_drops(items), *statements], accepts) for items in droppable)

    def evaluates_true(self, condition: str) -> bool:
        """Tell whether a condition on constants holds, or is NULL; False where it cannot be asked."""
        try:
            return self._database.query(f"SELECT coalesce(({condition}), 1)") not in ([(0,)], [(0.0,)])
        except D1Refused:
            return False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()


def build_schema_script(schema: Schema) -> Iterator[str]:
    """Yield the statements that make a schema where there is nothing."""
    return map(build_create, _order_for_creation(schema))


def _order_for_creation(schema: Schema) -> Iterator[SchemaObject]:
    yield from (table for table in schema.tables if not table.is_virtual)
    yield from schema.indexes
    yield from order_views(schema.views)
    yield from (table for table in schema.tables if table.is_virtual)
    yield from schema.triggers
