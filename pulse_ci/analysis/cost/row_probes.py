"""Statements to the questions that tell how many rows they will reach, where their words do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.statement_run import spells
from pulse_ci.analysis.table_rows import quote_name
from pulse_ci.model import PROBE_ROWS, Probe
from pulse_ci.schema.schema import fold
from pulse_ci.sql.copies import find_copy
from pulse_ci.sql.operations import Create, Delete, Insert, Update, operation
from pulse_ci.sql.row_selection import find_condition
from pulse_ci.sql.tokens import tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulse_ci.analysis.cost.observed_changes import Effect
    from pulse_ci.schema.schema import Schema
    from pulse_ci.sql.split import Statement

_COUNTS = "rows that it reaches"


def questions(effects: Iterable[Effect], schema: Schema) -> dict[Statement, Probe]:
    """Return the questions about statements with a WHERE or a SELECT; `schema` is that of the database to be asked.

    Whether a question can be put there at all, where earlier statements have yet to run, is for the caller to try.
    """
    asked = ((effect.statement, _question(effect, schema)) for effect in effects)
    return {statement: probe for statement, probe in asked if probe}


def reached(answers: Mapping[Statement, tuple[Probe, int, int]], rows: Mapping[str, int]) -> dict[Statement, int]:
    """Return how many rows each statement reaches, from how many were found among how many looked at.

    Where not all rows of a table were looked at, the rest is taken to be like them.
    """
    found = {}
    for statement, (probe, hits, looked_at) in answers.items():
        whole = max(rows.get(fold(probe.table), looked_at), looked_at)
        found[statement] = round(hits * whole / looked_at) if looked_at >= PROBE_ROWS else hits
    return found


def _question(effect: Effect, schema: Schema) -> Probe | None:
    sql = effect.statement.sql
    match operation(sql):
        case Update(name, bounded=True) | Delete(name, bounded=True) if schema.table(name):
            return _by_condition(name, sql)
        case Create("index", name):
            index = effect.after.index(name)
            return _by_condition(index.table, sql) if index and index.where and schema.table(index.table) else None
        case Insert():
            return _by_select(effect, schema)
        case _:
            return None


def _by_condition(table: str, sql: str) -> Probe | None:
    condition = find_condition(sql)
    if condition is None or "SELECT" in _words(condition.sql):
        return None
    name = quote_name(table)
    some = f"(SELECT * FROM {name} LIMIT {PROBE_ROWS}) AS {quote_name(condition.alias or table)}"
    return Probe(
        table,
        _COUNTS,
        f"SELECT count(*) FILTER (WHERE {condition.sql}) AS found, count(*) AS rows FROM {some}",
        f"SELECT count(*) FROM {name} AS {quote_name(condition.alias or table)} WHERE {condition.sql};",
    )


def _by_select(effect: Effect, schema: Schema) -> Probe | None:
    copied = find_copy(effect.statement.sql)
    tables = {fold(name): name for name in effect.access.reads if copied and spells(copied.select, name)}
    first = next((name for name in sorted(tables) if schema.table(name)), None)
    if copied is None or first is None or not _reads_one_table(copied.select):
        return None
    select = f"SELECT 1 FROM ({copied.select})"
    return Probe(
        tables[first],
        _COUNTS,
        f"SELECT count(*) AS found, count(*) AS rows FROM ({select} LIMIT {PROBE_ROWS})",
        f"SELECT count(*) FROM ({select});",
    )


def _reads_one_table(select: str) -> bool:
    """Whether a SELECT goes over one table once: what joins or nests may take any time, and is not asked."""
    words = _words(select)
    return words.count("SELECT") == words.count("FROM") == 1 and not {"JOIN", "WITH", ","} & set(_behind_from(words))


def _behind_from(words: list[str]) -> list[str]:
    behind = words[words.index("FROM") + 1 :]
    end = next((at for at, word in enumerate(behind) if word in ("WHERE", "GROUP", "ORDER", "LIMIT")), len(behind))
    return behind[:end]


def _words(sql: str) -> list[str]:
    return [token.keyword or token.text for token in tokenize_code(sql)]
