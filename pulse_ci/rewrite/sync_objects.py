"""What a draft still lacks of a schema but tables: indexes, views, virtual tables, triggers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.rewrite.ddl_statements import create, drop
from pulse_ci.rewrite.dependency_order import in_order
from pulse_ci.rewrite.virtual_tables import filling
from pulse_ci.schema.diff import diff
from pulse_ci.schema.schema import Index, Table, Trigger, View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.rewrite.tested_script import Draft
    from pulse_ci.schema.schema import Object, Schema


def clear(draft: Draft, wanted: Schema) -> bool:
    """Write down the drops of triggers, views and indexes that are not wanted, or wanted otherwise.

    Those of a table that is not wanted go with it.
    """
    present: tuple[Object, ...] = (*draft.schema.triggers, *draft.schema.views, *draft.schema.indexes)
    return draft.add(
        [drop(item) for item in present if not _is_in(wanted, item) and not _goes(draft.schema, wanted, item)]
    )


def _goes(schema: Schema, wanted: Schema, item: Object) -> bool:
    return not isinstance(item, View) and schema.table(item.table) is not None and wanted.table(item.table) is None


def complete(draft: Draft, wanted: Schema) -> bool:
    """Write down what makes the draft's schema the wanted one, given its tables; whether it is that now."""
    clear(draft, wanted)
    missing = [item for item in _in_order_of_creation(wanted) if not _is_in(draft.schema, item)]
    for item in missing:
        draft.add([create(item), *(filling(item) if isinstance(item, Table) else ())])
    return not diff(draft.schema, wanted)


def _in_order_of_creation(schema: Schema) -> Iterator[Object]:
    yield from schema.indexes
    yield from in_order(schema.views)
    yield from (table for table in schema.tables if table.virtual)
    yield from schema.triggers


def _is_in(schema: Schema, item: Object) -> bool:
    match item:
        case Table():
            found: Object | None = schema.table(item.name)
        case Index():
            found = schema.index(item.name)
        case View():
            found = schema.view(item.name)
        case Trigger():
            found = schema.trigger(item.name)
    return found is not None and (found == item or found.sql == item.sql)
