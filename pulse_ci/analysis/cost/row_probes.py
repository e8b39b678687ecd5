"""Statements to the questions that tell how many rows they will reach, where their words do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.model import PROBE_ROW_LIMIT, Probe
from pulse_ci.sql.clauses import find_insert_select, find_where_condition
from pulse_ci.sql.names import fold, quote
from pulse_ci.sql.operations import Create, Delete, Insert, Update
from pulse_ci.sql.safe_expressions import is_safe, read_plain_select

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulse_ci.analysis.cost.observed_changes import StatementEffect
    from pulse_ci.schema.schema import Schema
    from pulse_ci.sql.split import Statement

_NOUN_PHRASE = "rows that it reaches"


def build_row_probes(effects: Iterable[StatementEffect], schema: Schema) -> dict[Statement, Probe]:
    """Return the questions about statements with a WHERE or a SELECT; `schema` is that of the database to be asked.

    Whether a question can be put there at all, where earlier statements have yet to run, is for the caller to try.
    """
    probes = ((effect.statement, _build_probe(effect, schema)) for effect in effects)
    return {statement: probe for statement, probe in probes if probe}


def extrapolate_counts(
    answers: Mapping[Statement, tuple[Probe, int, int]], rows: Mapping[str, int]
) -> dict[Statement, int]:
    """Return how many rows each statement reaches, from how many were found among how many looked at.

    Where not all rows of a table were looked at, the rest is taken to be like them.
    """
    counts = {}
    for statement, (probe, matched, scanned) in answers.items():
        whole = max(rows.get(fold(probe.table), scanned), scanned)
        counts[statement] = round(matched * whole / scanned) if scanned >= PROBE_ROW_LIMIT else matched
    return counts


def _build_probe(effect: StatementEffect, schema: Schema) -> Probe | None:
    sql = effect.statement.sql
    match effect.statement.operation:
        case Update(name, has_where=True) | Delete(name, has_where=True) if schema.find_table(name):
            return _build_condition_probe(name, sql, schema)
        case Create("index", name):
            index = effect.after.find_index(name)
            return (
                _build_condition_probe(index.table, sql, schema)
                if index and index.where and schema.find_table(index.table)
                else None
            )
        case Insert():
            return _build_select_probe(effect, schema)
        case _:
            return None


def _build_condition_probe(table: str, sql: str, schema: Schema) -> Probe | None:
    condition = find_where_condition(sql)
    if condition is None or not _is_safe(condition.sql, table, schema):
        return None
    alias = quote(condition.alias or table)
    return _build_count(table, f"{quote(table)} AS {alias}", alias, condition.sql)


def _build_select_probe(effect: StatementEffect, schema: Schema) -> Probe | None:
    copied = find_insert_select(effect.statement.sql)
    select = read_plain_select(copied.select) if copied else None
    table = schema.find_table(select.table) if select else None
    if select is None or table is None or not (select.where is None or _is_safe(select.where, table.name, schema)):
        return None
    return _build_count(table.name, quote(table.name), quote(table.name), select.where or "1")


def _is_safe(condition: str, table: str, schema: Schema) -> bool:
    found = schema.find_table(table)
    return found is not None and is_safe(condition, [column.name for column in found.columns])


def _build_count(table: str, source: str, alias: str, condition: str) -> Probe:
    sample = f"(SELECT * FROM {quote(table)} LIMIT {PROBE_ROW_LIMIT}) AS {alias}"
    return Probe(
        table,
        _NOUN_PHRASE,
        f"SELECT count(*) FILTER (WHERE {condition}) AS found, count(*) AS rows FROM {sample}",
        f"SELECT count(*) FROM {source} WHERE {condition};",
    )
