"""Two states of a column, or of a table, to what differs between them, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.report.escape import code
from pulse_ci.schema.schema import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.schema.constraints import ForeignKey, KeyConstraint
    from pulse_ci.schema.schema import Column, Table

_LONGEST = 120


def column_alterations(before: Column, after: Column) -> tuple[str, ...]:
    """Return what a column now is, or is no longer."""
    return tuple(_column(before, after))


def _column(before: Column, after: Column) -> Iterator[str]:
    if fold(before.type) != fold(after.type):
        yield f"is now {code(after.type or 'of any type')}, was {code(before.type or 'of any type')}"
    yield from _flag("NOT NULL", before=before.not_null, after=after.not_null)
    yield from _flag("UNIQUE", before=before.unique, after=after.unique)
    yield from _flag(
        "part of the primary key", before=before.primary_key_position > 0, after=after.primary_key_position > 0
    )
    yield from _value("default", before.default, after.default)
    yield from _value("collation", before.collation, after.collation)
    yield from _value("generated value", before.generated, after.generated)
    yield from _set("CHECK", before.checks, after.checks)
    yield from _set("references", _references(before.references), _references(after.references))


def _flag(word: str, *, before: bool, after: bool) -> Iterator[str]:
    if before != after:
        yield f"now {word}" if after else f"no longer {word}"


def _value(word: str, before: str | None, after: str | None) -> Iterator[str]:
    if before == after:
        return
    if after is None:
        yield f"without {word} (was {code(before or '', _LONGEST)})"
    else:
        was = f" (was {code(before, _LONGEST)})" if before is not None else ""
        yield f"with {word} {code(after, _LONGEST)}{was}"


def _set(word: str, before: Iterable[str], after: Iterable[str]) -> Iterator[str]:
    old, new = list(before), list(after)
    added = [code(each, _LONGEST) for each in new if each not in old]
    removed = [code(each, _LONGEST) for each in old if each not in new]
    if len(added) == len(removed) == 1:
        yield f"now {word} {added[0]}, was {removed[0]}"
        return
    yield from (f"now {word} {each}" for each in added)
    yield from (f"no longer {word} {each}" for each in removed)


def _references(keys: Iterable[ForeignKey]) -> list[str]:
    return [_reference(key) for key in keys]


def _reference(key: ForeignKey) -> str:
    columns = f" ({', '.join(key.parent_columns)})" if key.parent_columns else ""
    actions = [("ON DELETE", key.on_delete), ("ON UPDATE", key.on_update)]
    said = "".join(f" {word} {action}" for word, action in actions if action != "NO ACTION")
    return f"{key.parent}{columns}{said}{' DEFERRABLE' if key.deferred else ''}"


def table_alterations(before: Table, after: Table) -> tuple[str, ...]:
    """Return what differs beyond single columns: keys and checks of the table as a whole, its options, its order."""
    return tuple(_table(before, after))


def _table(before: Table, after: Table) -> Iterator[str]:
    yield from _flag("STRICT", before=before.strict, after=after.strict)
    yield from _flag("WITHOUT ROWID", before=before.without_rowid, after=after.without_rowid)
    yield from _flag("AUTOINCREMENT", before=before.autoincrement, after=after.autoincrement)
    yield from _value("primary key", _columns(before.primary_key), _columns(after.primary_key))
    yield from _set("UNIQUE", _uniques(before), _uniques(after))
    yield from _set("CHECK", _own_checks(before), _own_checks(after))
    yield from _set("FOREIGN KEY", _wide_keys(before), _wide_keys(after))
    if _order(before, after) != _order(after, before):
        yield "its columns are in another order"


def _columns(key: KeyConstraint | None) -> str | None:
    return ", ".join(term.column or "" for term in key.indexed_columns) if key else None


def _uniques(table: Table) -> list[str]:
    return [str(_columns(key)) for key in table.uniques if len(key.indexed_columns) > 1]


def _own_checks(table: Table) -> list[str]:
    of_columns = {check for column in table.columns for check in column.checks}
    return [check for check in table.checks if check not in of_columns]


def _wide_keys(table: Table) -> list[str]:
    return [f"({', '.join(key.columns)}) → {_reference(key)}" for key in table.foreign_keys if len(key.columns) > 1]


def _order(table: Table, other: Table) -> list[str]:
    return [fold(column.name) for column in table.columns if other.find_column(column.name)]
