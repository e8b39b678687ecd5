"""A change of one object to words: what is added to it, what goes, what it no longer is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.model import Change, ChangeAction, ObjectKind
from pulse_ci.report import phrases
from pulse_ci.report.escape import code
from pulse_ci.report.markdown.describe_table_change import column_alterations, table_alterations
from pulse_ci.schema.schema import Column, Index, Table, Trigger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.models import Schemas
    from pulse_ci.schema.constraints import IndexedColumn
    from pulse_ci.schema.schema import Schema, SchemaObject

_MOST_PARTS = 12
_MOST_NAMES = 6
_LONGEST = 120


def meaning(group: tuple[Change, ...], schemas: Schemas | None) -> str:
    """Return what the changes of one object mean, a line for each part; the schemas tell more than the SQL alone."""
    parts = [part for change in group for part in _parts(change, schemas)]
    more = len(parts) - _MOST_PARTS
    return "<br>".join([*parts[:_MOST_PARTS], *([f"and {more} more"] if more > 0 else [])])


def _parts(change: Change, schemas: Schemas | None) -> Iterator[str]:
    match change.kind, change.action:
        case ObjectKind.COLUMN, ChangeAction.ADDED:
            yield f"+ {code(change.after or change.name, _LONGEST)}"
        case ObjectKind.COLUMN, ChangeAction.REMOVED:
            yield f"− {code(change.name, _LONGEST)}"
        case ObjectKind.COLUMN, _:
            yield from _column(change, schemas)
        case _, ChangeAction.ADDED:
            yield _new(change, schemas.after if schemas else None)
        case _, ChangeAction.REMOVED:
            yield f"removed{_on(change)}"
        case _:
            yield from _modified(change, schemas)


def _on(change: Change) -> str:
    return f", was on {code(change.table, _LONGEST)}" if change.kind in (ObjectKind.INDEX, ObjectKind.TRIGGER) else ""


def _column(change: Change, schemas: Schemas | None) -> Iterator[str]:
    before = _column_of(change, schemas.before) if schemas else None
    after = _column_of(change, schemas.after) if schemas else None
    said = column_alterations(before, after) if before and after else ()
    if said:
        yield f"{code(change.name, _LONGEST)} {' and '.join(said)}"
    else:
        yield f"{code(change.before or '', _LONGEST)} → {code(change.after or '', _LONGEST)}"


def _column_of(change: Change, schema: Schema) -> Column | None:
    table = schema.find_table(change.table)
    return table.find_column(change.name) if table else None


def _new(change: Change, schema: Schema | None) -> str:
    match schema.find(change.kind, change.name) if schema else None:
        case Table() as table if not table.is_virtual:
            return _new_table(table)
        case Index() as index:
            return _index(index)
        case Trigger(time=time, event=event):
            return f"{time} {event} on ".lower() + code(change.table, _LONGEST)
        case _:
            sql = change.after or ""
            return f"added: {code(sql)}" if sql and "\n" not in sql and len(sql) <= _LONGEST else "added"


def _new_table(table: Table) -> str:
    names = [code(column.name, _LONGEST) for column in table.columns[:_MOST_NAMES]]
    more = len(table.columns) - _MOST_NAMES
    listed = ", ".join(names) + (f" and {more} more" if more > 0 else "")
    parents = dict.fromkeys(code(key.parent, _LONGEST) for key in table.foreign_keys)
    refers = f"; refers to {phrases.joined(list(parents))}" if parents else ""
    return f"{phrases.plural(len(table.columns), 'column')}: {listed}{refers}"


def _index(index: Index) -> str:
    terms = ", ".join(_term(term) for term in index.indexed_columns)
    where = f", where {code(index.where, _LONGEST)}" if index.where else ""
    return f"{'unique, ' if index.unique else ''}on {code(index.table, _LONGEST)} ({code(terms, _LONGEST)}){where}"


def _term(term: IndexedColumn) -> str:
    collation = f" COLLATE {term.collation}" if term.collation else ""
    return f"{term.column or term.expression}{collation}{' DESC' if term.descending else ''}"


def _modified(change: Change, schemas: Schemas | None) -> Iterator[str]:
    before, after = _both(change, schemas)
    match before, after:
        case Table(), Table() if not (before.is_virtual or after.is_virtual):
            yield from table_alterations(before, after) or ("its definition changes",)
        case Index(), Index():
            yield f"was {_index(before)}; is {_index(after)}"
        case _:
            yield _old_and_new(change.before or "", change.after or "")


def _both(change: Change, schemas: Schemas | None) -> tuple[SchemaObject | None, SchemaObject | None]:
    if schemas is None:
        return None, None
    return schemas.before.find(change.kind, change.name), schemas.after.find(change.kind, change.name)


def _old_and_new(before: str, after: str) -> str:
    if "\n" in before + after or max(len(before), len(after)) > _LONGEST:
        return "its definition changes"
    return f"{code(before)} → {code(after)}"
