"""A statement that is refused on some rows to the query that lists these rows in a live database."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pulse_ci.analysis.probes import violations
from pulse_ci.analysis.seed.file_hints import find_date_columns, find_json_columns, read_inserted_rows
from pulse_ci.errors import D1Refused
from pulse_ci.sql.clauses import find_assignments, find_where_condition
from pulse_ci.sql.names import fold, quote_if_needed, quote_string
from pulse_ci.sql.operations import Insert, Update
from pulse_ci.sql.safe_expressions import is_safe
from pulse_ci.sql.tokens import tokenize_code

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pulse_ci.analysis.statement_run import Rejection
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.model import Probe
    from pulse_ci.schema.schema import Schema, Table
    from pulse_ci.sql.split import Statement

_LISTED = 20
_FAILED_COLUMNS = re.compile(r"(?:UNIQUE|NOT NULL) constraint failed: (.+?): SQLITE")
_STORED = re.compile(r"cannot store \w+ value in (\w+) column \S+\.(\w+)")
_STORAGE_CLASSES = {"INT": "integer", "INTEGER": "integer", "REAL": "real", "TEXT": "text", "BLOB": "blob"}


class FailingRows(NamedTuple):
    """The rows of `table` that a statement is refused for: a person's query, and staging's where it is exact."""

    table: str
    query: str
    probe: Probe | None = None


def find_failing_rows(
    database: EmbeddedD1, refusal: Rejection, tables: Collection[str], schema: Schema, after: Schema
) -> FailingRows | None:
    """Return the query, run once on `database`, which has `schema`; `tables` are those that the statement sees.

    `after` is the schema after the file.

    Where the condition is not known, all rows of one table.
    """
    for found in _generate(refusal, tables, schema, after):
        try:
            database.query(found.query)
            if found.probe and found.probe.sql:
                database.query(found.probe.sql)
        except D1Refused:
            continue
        return found
    return None


def _generate(refusal: Rejection, tables: Collection[str], schema: Schema, after: Schema) -> Iterator[FailingRows]:
    seen = [table for table in schema.tables if fold(table.name) in tables and not table.is_virtual]
    if refusal.statement:
        for table in seen:
            yield from _of_values(refusal, refusal.statement, table, after)
    for table in seen:
        yield FailingRows(table.name, f"SELECT * FROM {quote_if_needed(table.name)} LIMIT {_LISTED};")


def _find_json_sources(table: Table, schema: Schema) -> set[str]:
    """Return the columns that generated columns of the table after the file read as JSON."""
    after = schema.find_table(table.name)
    texts = [column.generated for column in after.columns if column.generated] if after else []
    found = set[str]().union(*(find_json_columns(list(tokenize_code(text))) for text in texts))
    return {name for name in found if table.find_column(name)}


def _of_values(refusal: Rejection, statement: Statement, table: Table, schema: Schema) -> Iterator[FailingRows]:
    code = list(tokenize_code(statement.sql))
    columns = {fold(column.name): column.name for column in table.columns}
    if "JSON" in refusal.message:
        read = find_json_columns(code) & columns.keys() or _find_json_sources(table, schema)
        names = [quote_if_needed(columns[name]) for name in sorted(read)]
        yield from _exact(table, [f"NOT json_valid({name})" for name in names])
    if stored := _STORED.search(refusal.searchable):
        wanted, name = _STORAGE_CLASSES.get(stored[1], "text"), quote_if_needed(stored[2])
        yield _inexact(table, f"typeof({name}) NOT IN ('{wanted}', 'null')")
    failed = _FAILED_COLUMNS.search(refusal.searchable)
    names = [name.rpartition(".")[2] for name in failed[1].split(", ")] if failed else []
    match statement.operation:
        case Update(name, has_where) if fold(name) == fold(table.name) and "NOT NULL" in refusal.message:
            conditions = list(_null_assignments(statement.sql, names, has_where=has_where))
            safe = all(is_safe(each, columns) for each in conditions)
            yield from _exact(table, conditions, can_send=safe)
        case Insert(name) if fold(name) == fold(table.name) and "UNIQUE" in refusal.message:
            yield from _exact(table, list(_equal_rows(statement, table, names)))
    dates = [quote_if_needed(columns[name]) for name in sorted(find_date_columns(code) & columns.keys())]
    if dates:
        yield _inexact(table, " OR ".join(f"{name} IS NOT NULL AND datetime({name}) IS NULL" for name in dates))


def _exact(table: Table, conditions: Sequence[str], *, can_send: bool = True) -> Iterator[FailingRows]:
    probe = violations(
        table.name, f"SELECT * FROM {quote_if_needed(table.name)}", table.name, conditions, can_send=can_send
    )
    if probe:
        broken = " OR ".join(conditions)
        query = f"SELECT * FROM {quote_if_needed(table.name)} WHERE {broken} LIMIT {_LISTED};"
        yield FailingRows(table.name, query, probe)


def _inexact(table: Table, condition: str) -> FailingRows:
    return FailingRows(table.name, f"SELECT * FROM {quote_if_needed(table.name)} WHERE {condition} LIMIT {_LISTED};")


def _null_assignments(sql: str, columns: Collection[str], *, has_where: bool) -> Iterator[str]:
    """Yield for each of the columns the condition under which an UPDATE sets it to NULL."""
    condition = find_where_condition(sql)
    if has_where and condition is None:
        return
    bound = f"({condition.sql}) AND " if condition else ""
    for names, value in find_assignments(sql):
        if value and len(names) == 1 and fold(names[0]) in map(fold, columns):
            yield f"({bound}({sql[value[0].start : value[-1].end]}) IS NULL)"


def _equal_rows(statement: Statement, table: Table, columns: Sequence[str]) -> Iterator[str]:
    """Yield for each inserted row the condition that a row has the same values in the columns."""
    for row in read_inserted_rows(statement.sql, table):
        if columns and all(fold(name) in row for name in columns):
            yield " AND ".join(f"{quote_if_needed(name)} = {_spell(row[fold(name)])}" for name in columns)


def _spell(value: object) -> str:
    return quote_string(value) if isinstance(value, str) else str(value)
