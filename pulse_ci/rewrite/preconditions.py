"""What comes back with an earlier schema, and would keep rows written since from going back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.rewrite.ddl_statements import shown
from pulse_ci.schema.ddl.keywords import meaning
from pulse_ci.schema.schema import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.schema.constraints import ForeignKey, Key
    from pulse_ci.schema.schema import Schema, Table


def constraints_back(present: Table, table: Table) -> Iterator[str]:
    """Yield a sentence for each constraint that the table had before and has not at present."""
    returning = [
        *(f"CHECK ({check})" for check in table.checks if meaning(check) not in map(meaning, present.checks)),
        *(f"UNIQUE {_listed(key)}" for key in _keys(table) if _listed(key) not in map(_listed, _keys(present))),
        *(_spelled(key) for key in table.foreign_keys if _spelled(key) not in map(_spelled, present.foreign_keys)),
        *["STRICT"] * (table.strict and not present.strict),
    ]
    for constraint in returning:
        yield f"Rows of {shown(table.name)} that break {shown(constraint)} keep it from running."


def unique_indexes_back(present: Schema, before: Schema) -> Iterator[str]:
    """Yield a sentence for each unique index that was there before and is not at present."""
    for index in before.indexes:
        if index.unique and index != present.index(index.name) and present.table(index.table):
            yield f"Rows of {shown(index.table)} that break the unique index {shown(index.name)} keep it from running."


def _keys(table: Table) -> Iterable[Key]:
    return (*((table.primary_key,) if table.primary_key else ()), *table.uniques)


def _listed(key: Key) -> str:
    return f"({', '.join(fold(column) for column in key.columns)})"


def _spelled(key: ForeignKey) -> str:
    columns = ", ".join(map(fold, key.columns))
    return f"FOREIGN KEY ({columns}) REFERENCES {fold(key.parent)} ({', '.join(map(fold, key.parent_columns))})"
