"""Two states of a column, or of a table, to what differs between them, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.report.escape import code_span
from pulse_ci.sql.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.schema.schema import Column, ForeignKey, KeyConstraint, Table

_MAX_LENGTH = 120


def describe_column_change(before: Column, after: Column) -> tuple[str, ...]:
    """Return what a column now is, or is no longer."""
    return tuple(_describe_column(before, after))


def _describe_column(before: Column, after: Column) -> Iterator[str]:
    if fold(before.type) != fold(after.type):
        yield f"is now {code_span(after.type or 'of any type')}, was {code_span(before.type or 'of any type')}"
    yield from _describe_flag("NOT NULL", before=before.not_null, after=after.not_null)
    yield from _describe_flag("UNIQUE", before=before.unique, after=after.unique)
    yield from _describe_flag(
        "part of the primary key", before=before.primary_key_position > 0, after=after.primary_key_position > 0
    )
    yield from _describe_value("default", before.default, after.default)
    yield from _describe_value("collation", before.collation, after.collation)
    yield from _describe_value("generated value", before.generated, after.generated)
    yield from _describe_set("CHECK", before.checks, after.checks)
    yield from _describe_set("references", _format_references(before.references), _format_references(after.references))


def _describe_flag(word: str, *, before: bool, after: bool) -> Iterator[str]:
    if before != after:
        yield f"now {word}" if after else f"no longer {word}"


def _describe_value(word: str, before: str | None, after: str | None) -> Iterator[str]:
    if before == after:
        return
    if after is None:
        yield f"without {word} (was {code_span(before or '', _MAX_LENGTH)})"
    else:
        was = f" (was {code_span(before, _MAX_LENGTH)})" if before is not None else ""
        yield f"with {word} {code_span(after, _MAX_LENGTH)}{was}"


def _describe_set(word: str, before: Iterable[str], after: Iterable[str]) -> Iterator[str]:
    old, new = list(before), list(after)
    added = [code_span(each, _MAX_LENGTH) for each in new if each not in old]
    removed = [code_span(each, _MAX_LENGTH) for each in old if each not in new]
    if len(added) == len(removed) == 1:
        yield f"now {word} {added[0]}, was {removed[0]}"
        return
    yield from (f"now {word} {each}" for each in added)
    yield from (f"no longer {word} {each}" for each in removed)


def _format_references(keys: Iterable[ForeignKey]) -> list[str]:
    return [_format_reference(key) for key in keys]


def _format_reference(key: ForeignKey) -> str:
    columns = f" ({', '.join(key.parent_columns)})" if key.parent_columns else ""
    actions = [("ON DELETE", key.on_delete), ("ON UPDATE", key.on_update)]
    action_text = "".join(f" {word} {action}" for word, action in actions if action != "NO ACTION")
    return f"{key.parent}{columns}{action_text}{' DEFERRABLE' if key.deferred else ''}"


def describe_table_change(before: Table, after: Table) -> tuple[str, ...]:
    """Return what differs beyond single columns: keys and checks of the table as a whole, its options, its order."""
    return tuple(_describe_table(before, after))


def _describe_table(before: Table, after: Table) -> Iterator[str]:
    yield from _describe_flag("STRICT", before=before.strict, after=after.strict)
    yield from _describe_flag("WITHOUT ROWID", before=before.without_rowid, after=after.without_rowid)
    yield from _describe_flag("AUTOINCREMENT", before=before.autoincrement, after=after.autoincrement)
    yield from _describe_value("primary key", _format_columns(before.primary_key), _format_columns(after.primary_key))
    yield from _describe_set("UNIQUE", _find_wide_unique_keys(before), _find_wide_unique_keys(after))
    yield from _describe_set("CHECK", _find_table_checks(before), _find_table_checks(after))
    yield from _describe_set("FOREIGN KEY", _find_wide_foreign_keys(before), _find_wide_foreign_keys(after))
    if _list_shared_columns(before, after) != _list_shared_columns(after, before):
        yield "its columns are in another order"


def _format_columns(key: KeyConstraint | None) -> str | None:
    return ", ".join(term.column or "" for term in key.indexed_columns) if key else None


def _find_wide_unique_keys(table: Table) -> list[str]:
    return [str(_format_columns(key)) for key in table.uniques if len(key.indexed_columns) > 1]


def _find_table_checks(table: Table) -> list[str]:
    of_columns = {check for column in table.columns for check in column.checks}
    return [check for check in table.checks if check not in of_columns]


def _find_wide_foreign_keys(table: Table) -> list[str]:
    return [
        f"({', '.join(key.columns)}) → {_format_reference(key)}" for key in table.foreign_keys if len(key.columns) > 1
    ]


def _list_shared_columns(table: Table, other: Table) -> list[str]:
    return [fold(column.name) for column in table.columns if other.find_column(column.name)]
