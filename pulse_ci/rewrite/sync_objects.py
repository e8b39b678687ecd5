"""What a draft still lacks of a schema but tables: indexes, views, virtual tables, triggers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.rewrite.ddl_statements import build_create, build_drop
from pulse_ci.rewrite.dependency_order import order_views
from pulse_ci.rewrite.virtual_tables import build_fts_rebuild
from pulse_ci.schema.diff import diff
from pulse_ci.schema.schema import Index, Table, Trigger, View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.rewrite.tested_script import ScriptBuilder
    from pulse_ci.schema.schema import Schema, SchemaObject


def drop_changed(script: ScriptBuilder, wanted: Schema) -> bool:
    """Write down the drops of triggers, views and indexes that are not wanted, or wanted otherwise.

    Those of a table that is not wanted go with it.
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
    """Write down what makes the draft's schema the wanted one, given its tables; whether it is that now."""
    drop_changed(script, wanted)
    missing = [item for item in _order_for_creation(wanted) if not _has_object(script.schema, item)]
    for item in missing:
        script.add([build_create(item), *(build_fts_rebuild(item) if isinstance(item, Table) else ())])
    return not diff(script.schema, wanted)


def _order_for_creation(schema: Schema) -> Iterator[SchemaObject]:
    yield from schema.indexes
    yield from order_views(schema.views)
    yield from (table for table in schema.tables if table.is_virtual)
    yield from schema.triggers


def _has_object(schema: Schema, item: SchemaObject) -> bool:
    match item:
        case Table():
            found: SchemaObject | None = schema.find_table(item.name)
        case Index():
            found = schema.find_index(item.name)
        case View():
            found = schema.find_view(item.name)
        case Trigger():
            found = schema.find_trigger(item.name)
    return found is not None and (found == item or found.sql == item.sql)
