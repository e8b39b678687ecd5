"""A change of one object to words: what is added to it, what goes, what it no longer is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.model import Change, ChangeAction, ObjectKind
from pulse_ci.report import phrases
from pulse_ci.report.escape import code_span
from pulse_ci.report.markdown.describe_table_change import describe_column_change, describe_table_change
from pulse_ci.schema.schema import Column, Index, Table, Trigger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.models import Schemas
    from pulse_ci.schema.schema import IndexedColumn, Schema, SchemaObject

_MAX_PARTS = 12
_MAX_NAMES = 6
_MAX_LENGTH = 120


def describe_changes(group: tuple[Change, ...], schemas: Schemas | None) -> str:
    """Return what the changes of one object mean, a line for each part; the schemas tell more than the SQL alone."""
    parts = [part for change in group for part in _describe_parts(change, schemas)]
    more = len(parts) - _MAX_PARTS
    return "<br>".join([*parts[:_MAX_PARTS], *([f"and {more} more"] if more > 0 else [])])


def _describe_parts(change: Change, schemas: Schemas | None) -> Iterator[str]:
    match change.kind, change.action:
        case ObjectKind.COLUMN, ChangeAction.ADDED:
            yield f"+ {code_span(change.after or change.name, _MAX_LENGTH)}"
        case ObjectKind.COLUMN, ChangeAction.REMOVED:
            yield f"− {code_span(change.name, _MAX_LENGTH)}"
        case ObjectKind.COLUMN, _:
            yield from _describe_column(change, schemas)
        case _, ChangeAction.ADDED:
            yield _describe_new_object(change, schemas.after if schemas else None)
        case _, ChangeAction.REMOVED:
            yield f"removed{_describe_table(change)}"
        case _:
            yield from _describe_modified(change, schemas)


def _describe_table(change: Change) -> str:
    return (
        f", was on {code_span(change.table, _MAX_LENGTH)}"
        if change.kind in (ObjectKind.INDEX, ObjectKind.TRIGGER)
        else ""
    )


def _describe_column(change: Change, schemas: Schemas | None) -> Iterator[str]:
    before = _find_column(change, schemas.before) if schemas else None
    after = _find_column(change, schemas.after) if schemas else None
    descriptions = describe_column_change(before, after) if before and after else ()
    if descriptions:
        yield f"{code_span(change.name, _MAX_LENGTH)} {' and '.join(descriptions)}"
    else:
        yield f"{code_span(change.before or '', _MAX_LENGTH)} → {code_span(change.after or '', _MAX_LENGTH)}"


def _find_column(change: Change, schema: Schema) -> Column | None:
    table = schema.find_table(change.table)
    return table.find_column(change.name) if table else None


def _describe_new_object(change: Change, schema: Schema | None) -> str:
    match schema.find(change.kind, change.name) if schema else None:
        case Table() as table if not table.is_virtual:
            return _describe_new_table(table)
        case Index() as index:
            return _describe_index(index)
        case Trigger(time=time, event=event):
            return f"{time} {event} on ".lower() + code_span(change.table, _MAX_LENGTH)
        case _:
            sql = change.after or ""
            return f"added: {code_span(sql)}" if sql and "\n" not in sql and len(sql) <= _MAX_LENGTH else "added"


def _describe_new_table(table: Table) -> str:
    names = [code_span(column.name, _MAX_LENGTH) for column in table.columns[:_MAX_NAMES]]
    more = len(table.columns) - _MAX_NAMES
    listed = ", ".join(names) + (f" and {more} more" if more > 0 else "")
    parents = dict.fromkeys(code_span(key.parent, _MAX_LENGTH) for key in table.foreign_keys)
    refers = f"; refers to {phrases.join_words(list(parents))}" if parents else ""
    return f"{phrases.pluralize(len(table.columns), 'column')}: {listed}{refers}"


def _describe_index(index: Index) -> str:
    terms = ", ".join(_format_term(term) for term in index.indexed_columns)
    where = f", where {code_span(index.where, _MAX_LENGTH)}" if index.where else ""
    return (
        f"{'unique, ' if index.unique else ''}on {code_span(index.table, _MAX_LENGTH)} "
        f"({code_span(terms, _MAX_LENGTH)}){where}"
    )


def _format_term(term: IndexedColumn) -> str:
    collation = f" COLLATE {term.collation}" if term.collation else ""
    return f"{term.column or term.expression}{collation}{' DESC' if term.descending else ''}"


def _describe_modified(change: Change, schemas: Schemas | None) -> Iterator[str]:
    before, after = _find_both_states(change, schemas)
    match before, after:
        case Table(), Table() if not (before.is_virtual or after.is_virtual):
            yield from describe_table_change(before, after) or ("its definition changes",)
        case Index(), Index():
            yield f"was {_describe_index(before)}; is {_describe_index(after)}"
        case _:
            yield _format_old_and_new(change.before or "", change.after or "")


def _find_both_states(change: Change, schemas: Schemas | None) -> tuple[SchemaObject | None, SchemaObject | None]:
    if schemas is None:
        return None, None
    return schemas.before.find(change.kind, change.name), schemas.after.find(change.kind, change.name)


def _format_old_and_new(before: str, after: str) -> str:
    if "\n" in before + after or max(len(before), len(after)) > _MAX_LENGTH:
        return "its definition changes"
    return f"{code_span(before)} → {code_span(after)}"
