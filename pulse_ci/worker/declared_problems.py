"""Declared tables beside the schema that the migrations make: what is missing, and what an INSERT will meet."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pulse_ci.analysis.worker_results import DeclaredProblem
from pulse_ci.sql.names import quote_if_needed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulse_ci.schema.schema import Column, Schema, Table
    from pulse_ci.worker.declared import DeclaredColumn, DeclaredTable


def find_problems(
    tables: Sequence[DeclaredTable], schema: Schema, *, several_databases: bool
) -> Iterator[DeclaredProblem]:
    """Yield the differences that code will meet.

    A table that is not there is told only where most of those that its file declares are: else the file is another
    database's, or a plugin's.
    """
    there = Counter(table.path for table in tables if schema.find_table(table.name) or schema.find_view(table.name))
    declared = Counter(table.path for table in tables)
    for table in tables:
        actual = schema.find_table(table.name)
        if actual is not None:
            yield from _compare(table, actual)
        elif several_databases or 2 * there[table.path] <= declared[table.path]:
            continue
        elif not schema.find_view(table.name) and not table.is_view:
            yield DeclaredProblem(
                table.path,
                table.line,
                table.name,
                None,
                f"Table `{table.name}` is declared here, and no migration creates it.",
                f"Add a migration with its CREATE TABLE (`drizzle-kit generate`, `prisma migrate diff`), or delete "
                f"`{table.key}` from the declaration.",
                is_missing=True,
            )


def _compare(table: DeclaredTable, actual: Table) -> Iterator[DeclaredProblem]:
    for column in table.columns:
        found = actual.find_column(column.name)
        if found is None and not column.is_generated:
            yield _describe_missing(table, column)
        elif found is not None and _inserts_null(column, found):
            yield _describe_null(table, column, found)
    if table.is_complete and not table.is_view:
        for unknown in actual.columns:
            declared = any(unknown.name.lower() == column.name.lower() for column in table.columns)
            if not declared and _is_required(unknown, actual):
                yield _describe_undeclared(table, unknown)


def _inserts_null(column: DeclaredColumn, actual: Column) -> bool:
    """Whether an INSERT that leaves the column out sends NULL to a column that takes none."""
    is_optional = not column.is_required and not column.has_default
    return is_optional and actual.not_null and not actual.primary_key_position and actual.generated is None


def _is_required(column: Column, table: Table) -> bool:
    is_rowid = table.rowid_alias == column.name
    return column.not_null and column.default is None and column.generated is None and not is_rowid


def _describe_missing(table: DeclaredTable, column: DeclaredColumn) -> DeclaredProblem:
    name = quote_if_needed(column.name)
    return DeclaredProblem(
        table.path,
        column.line,
        table.name,
        column.name,
        f"Column `{column.name}` of `{table.name}` is declared here, and no migration creates it: every query that "
        "selects all columns fails with `no such column`.",
        f"Add a migration with `ALTER TABLE {quote_if_needed(table.name)} ADD COLUMN {name} …`, or delete the column "
        "from the declaration.",
        is_missing=True,
    )


def _describe_null(table: DeclaredTable, column: DeclaredColumn, actual: Column) -> DeclaredProblem:
    return DeclaredProblem(
        table.path,
        column.line,
        table.name,
        column.name,
        f"`{table.name}.{column.name}` may be empty in the declaration and is NOT NULL in the database: an INSERT that "
        "leaves it out sends NULL and fails.",
        f"Declare it `notNull()`{' with its default' if actual.default else ''}, as the migrations make it.",
        is_missing=False,
    )


def _describe_undeclared(table: DeclaredTable, actual: Column) -> DeclaredProblem:
    return DeclaredProblem(
        table.path,
        table.line,
        table.name,
        actual.name,
        f"`{table.name}.{actual.name}` is NOT NULL without a default, and the declaration does not have it: every "
        "INSERT fails.",
        f"Declare `{actual.name}`, or give it a DEFAULT in a migration.",
        is_missing=False,
    )
