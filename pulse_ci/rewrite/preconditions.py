"""What comes back with an earlier schema, and would keep rows written since from going back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.rewrite.ddl_statements import quote_for_comment
from pulse_ci.schema.schema import make_comparison_key
from pulse_ci.sql.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.schema.schema import ForeignKey, KeyConstraint, Schema, Table


def describe_restored_constraints(present: Table, table: Table) -> Iterator[str]:
    """Yield a sentence for each constraint that the table had before and has not at present."""
    returning = [
        *(
            f"CHECK ({check})"
            for check in table.checks
            if make_comparison_key(check) not in map(make_comparison_key, present.checks)
        ),
        *(
            f"UNIQUE {_format_columns(key)}"
            for key in _list_keys(table)
            if _format_columns(key) not in map(_format_columns, _list_keys(present))
        ),
        *(
            _format_foreign_key(key)
            for key in table.foreign_keys
            if _format_foreign_key(key) not in map(_format_foreign_key, present.foreign_keys)
        ),
        *["STRICT"] * (table.strict and not present.strict),
    ]
    for constraint in returning:
        yield (
            f"Rows of {quote_for_comment(table.name)} that break {quote_for_comment(constraint)} keep it from running."
        )


def describe_restored_unique_indexes(present: Schema, before: Schema) -> Iterator[str]:
    """Yield a sentence for each unique index that was there before and is not at present."""
    for index in before.indexes:
        if index.unique and index != present.find_index(index.name) and present.find_table(index.table):
            yield (
                f"Rows of {quote_for_comment(index.table)} that break the unique index "
                f"{quote_for_comment(index.name)} keep it from running."
            )


def _list_keys(table: Table) -> Iterable[KeyConstraint]:
    return (*((table.primary_key,) if table.primary_key else ()), *table.uniques)


def _format_columns(key: KeyConstraint) -> str:
    return f"({', '.join(fold(column) for column in key.columns)})"


def _format_foreign_key(key: ForeignKey) -> str:
    columns = ", ".join(map(fold, key.columns))
    return f"FOREIGN KEY ({columns}) REFERENCES {fold(key.parent)} ({', '.join(map(fold, key.parent_columns))})"
