"""Statements to the questions that tell how many rows they will reach, where their words do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.statement_run import spells
from pulse_ci.model import PROBE_ROW_LIMIT, Probe
from pulse_ci.sql.clauses import find_insert_select, find_where_condition
from pulse_ci.sql.names import fold, quote
from pulse_ci.sql.operations import Create, Delete, Insert, Update
from pulse_ci.sql.tokens import tokenize_code

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
            return _build_condition_probe(name, sql)
        case Create("index", name):
            index = effect.after.find_index(name)
            return (
                _build_condition_probe(index.table, sql)
                if index and index.where and schema.find_table(index.table)
                else None
            )
        case Insert():
            return _build_select_probe(effect, schema)
        case _:
            return None


def _build_condition_probe(table: str, sql: str) -> Probe | None:
    condition = find_where_condition(sql)
    if condition is None or "SELECT" in _read_keywords(condition.sql):
        return None
    name = quote(table)
    sample = f"(SELECT * FROM {name} LIMIT {PROBE_ROW_LIMIT}) AS {quote(condition.alias or table)}"
    return Probe(
        table,
        _NOUN_PHRASE,
        f"SELECT count(*) FILTER (WHERE {condition.sql}) AS found, count(*) AS rows FROM {sample}",
        f"SELECT count(*) FROM {name} AS {quote(condition.alias or table)} WHERE {condition.sql};",
    )


def _build_select_probe(effect: StatementEffect, schema: Schema) -> Probe | None:
    copied = find_insert_select(effect.statement.sql)
    tables = {fold(name): name for name in effect.access.reads if copied and spells(copied.select, name)}
    first = next((name for name in sorted(tables) if schema.find_table(name)), None)
    if copied is None or first is None or not _reads_one_table(copied.select):
        return None
    select = f"SELECT 1 FROM ({copied.select})"
    return Probe(
        tables[first],
        _NOUN_PHRASE,
        f"SELECT count(*) AS found, count(*) AS rows FROM ({select} LIMIT {PROBE_ROW_LIMIT})",
        f"SELECT count(*) FROM ({select});",
    )


def _reads_one_table(select: str) -> bool:
    """Whether a SELECT goes over one table once: what joins or nests may take any time, and is not asked."""
    words = _read_keywords(select)
    return words.count("SELECT") == words.count("FROM") == 1 and not {"JOIN", "WITH", ","} & set(
        _read_from_clause(words)
    )


def _read_from_clause(words: list[str]) -> list[str]:
    following = words[words.index("FROM") + 1 :]
    end = next(
        (at for at, word in enumerate(following) if word in ("WHERE", "GROUP", "ORDER", "LIMIT")), len(following)
    )
    return following[:end]


def _read_keywords(sql: str) -> list[str]:
    return [token.keyword or token.text for token in tokenize_code(sql)]
