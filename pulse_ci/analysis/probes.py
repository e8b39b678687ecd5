"""SQL probes that confirm data-dependent findings on real rows.

A probe is sent only if it is made of names, literals and safe expressions (sql/safe_expressions.py); for any other its
`sql` is empty, and `manual_query` is for a person to run.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pulse_ci.analysis.statement_run import mentions
from pulse_ci.model import PROBE_ROW_LIMIT, Probe
from pulse_ci.sql.clauses import find_insert_select
from pulse_ci.sql.names import fold, quote_if_needed
from pulse_ci.sql.safe_expressions import is_safe, read_plain_select, rename_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulse_ci.analysis.table_rebuilds import Rebuild
    from pulse_ci.schema.schema import Column, Index, IndexedColumn, Schema, Table
    from pulse_ci.sql.split import Statement

_LISTED = 20


def probe_any_row(table: str, counts: str) -> Probe:
    """Return the probe of a statement that fails as soon as `table` has a row."""
    name = quote_if_needed(table)
    return Probe(
        table,
        counts,
        f"SELECT count(*) AS found, count(*) AS rows FROM (SELECT 1 FROM {name} LIMIT {PROBE_ROW_LIMIT})",
        f"SELECT count(*) FROM {name};",
    )


def probe_duplicates(index: Index, table: Table | None) -> Probe:
    """Return the probe of a new unique index: how many rows it would refuse, since they repeat others.

    NULLs are never equal, and neither are rows that the index leaves out.
    """
    names = [str(term.column or term.expression) for term in index.indexed_columns]
    probe = _probe_terms(index.table, names, list(map(_format_term, index.indexed_columns)), index.where)
    is_plain = all(term.column for term in index.indexed_columns)
    columns = [column.name for column in table.columns] if table else []
    return probe if is_plain and (index.where is None or is_safe(index.where, columns)) else replace(probe, sql="")


def probe_duplicates_in_columns(table: str, columns: Sequence[str]) -> Probe:
    """Return the probe of columns that become unique."""
    return _probe_terms(table, columns, list(map(quote_if_needed, columns)), None)


def _probe_terms(table: str, names: Sequence[str], terms: Sequence[str], where: str | None) -> Probe:
    source = f"{quote_if_needed(table)}{f' WHERE {where}' if where else ''}"
    keys = [f"key_{number}" for number in range(1, len(terms) + 1)]
    selected = ", ".join(f"{term} AS {key}" for term, key in zip(terms, keys, strict=True))
    same, together = ", ".join(keys), ", ".join(terms)
    null = " OR ".join(f"{key} IS NULL" for key in keys)
    return Probe(
        table,
        f"duplicates of {', '.join(f'`{name}`' for name in names)}",
        f"SELECT coalesce(sum(CASE WHEN {null} THEN 0 ELSE times - 1 END), 0) AS found, "
        f"coalesce(sum(times), 0) AS rows FROM (SELECT {same}, count(*) AS times FROM "
        f"(SELECT {selected} FROM {source} LIMIT {PROBE_ROW_LIMIT}) GROUP BY {same})",
        f"SELECT {together}, count(*) FROM {source} GROUP BY {together} HAVING count(*) > 1 LIMIT {_LISTED};",
    )


def _format_term(term: IndexedColumn) -> str:
    text = quote_if_needed(term.column) if term.column else str(term.expression)
    return f"{text} COLLATE {quote_if_needed(term.collation)}" if term.collation else text


def probe_added_column(table: Table, column: Column) -> Probe | None:
    """Return the probe of a column that was added to `table`: the rows in which it would break NOT NULL or a CHECK."""
    # A CHECK that names other columns too is the table's.
    checks = [*column.checks, *(check for check in table.checks if mentions(check, column.name))]
    conditions = _build_violation_conditions(checks, [column] if column.not_null else [])
    value = f"({column.generated})" if column.generated else column.default or "NULL"
    rows = f"SELECT *, {value} AS {quote_if_needed(column.name)} FROM {quote_if_needed(table.name)}"
    names = [each.name for each in (*table.columns, column)]
    can_send = is_safe(value, names) and all(is_safe(each, names) for each in conditions)
    return violations(table.name, rows, table.name, conditions, can_send=can_send)


def probe_rebuild_copy(rebuild: Rebuild, copy: Statement, before: Schema, reads: frozenset[str]) -> Probe | None:
    """Return the probe of a rebuild's copy: the rows in it that break a new NOT NULL or CHECK.

    `reads` names what the copy reads; where the file itself made that, the old table as it is stands in for it.
    """
    columns, checks = _find_new_conditions(rebuild)
    conditions = _build_violation_conditions(checks, columns)
    table, name = rebuild.before.name, rebuild.after.name
    copied = find_insert_select(copy.sql)
    if copied and all(
        before.find_table(each) or before.find_view(each) for each in reads if mentions(copied.select, each)
    ):
        filled = copied.columns or tuple(column.name for column in rebuild.after.columns if not column.generated)
        head = f"WITH copied ({', '.join(map(quote_if_needed, filled))}) AS ({copied.select}) "
        probe = violations(table, "SELECT * FROM copied", name, conditions, head)
        return replace(probe, sql=_count_in_source(copied.select, filled, conditions, before)) if probe else None
    added = [column.name for column in rebuild.after.columns if not rebuild.before.find_column(column.name)]
    if any(mentions(condition, column) for condition in conditions for column in added):
        return None
    names = [column.name for column in rebuild.before.columns]
    can_send = all(is_safe(each, names) for each in conditions)
    return violations(table, f"SELECT * FROM {quote_if_needed(table)}", name, conditions, can_send=can_send)


def _count_in_source(select: str, filled: Sequence[str], conditions: Sequence[str], before: Schema) -> str:
    """Return the count of rows that break a condition, on the table that a plain copy reads; empty for other copies."""
    source = read_plain_select(select)
    table = before.find_table(source.table) if source else None
    known = [column.name for column in table.columns] if table else []
    if source is None or table is None:
        return ""
    read = known if source.columns == ("*",) else source.columns
    if len(read) != len(filled):
        return ""
    names = {fold(new): old for new, old in zip(filled, read, strict=True) if old and table.find_column(old)}
    renamed = [rename_columns(each, names) for each in conditions]
    if None in renamed or not (source.where is None or is_safe(source.where, known)):
        return ""
    broken = " OR ".join(f"({each})" for each in renamed)
    where = f" WHERE {source.where}" if source.where else ""
    rows = f"SELECT * FROM {quote_if_needed(table.name)}{where} LIMIT {PROBE_ROW_LIMIT}"
    return f"SELECT count(*) FILTER (WHERE {broken}) AS found, count(*) AS rows FROM ({rows})"


def _find_new_conditions(rebuild: Rebuild) -> tuple[list[Column], list[str]]:
    """Return the columns that must have a value and the checks that the old table had not, or all of them."""
    before, after = rebuild.before, rebuild.after
    required = [column for column in after.columns if column.not_null and not column.generated]
    checks = _list_checks(after)
    optional = {fold(column.name) for column in before.columns if not column.not_null}
    known = {fold(column.name) for column in before.columns}
    columns = [each for each in required if fold(each.name) in optional or fold(each.name) not in known]
    new = [check for check in checks if check not in _list_checks(before)]
    return (columns, new) if columns or new else (required, checks)


def _list_checks(table: Table) -> list[str]:
    return [*table.checks, *(check for column in table.columns for check in column.checks)]


def _build_violation_conditions(checks: Sequence[str], required: Sequence[Column]) -> list[str]:
    return [
        *(f"{quote_if_needed(column.name)} IS NULL" for column in required),
        *(f"NOT ({check})" for check in checks),
    ]


def find_orphans(table: str, columns: Sequence[str], parent: str, parent_columns: Sequence[str]) -> str:
    """Return the query that lists the rows of a table that refer to no row of the parent."""
    name, other = quote_if_needed(table), quote_if_needed(parent)
    present = " AND ".join(f"{quote_if_needed(column)} IS NOT NULL" for column in columns)
    pairs = zip(columns, parent_columns, strict=False)
    same = " AND ".join(f"p.{quote_if_needed(theirs)} = c.{quote_if_needed(own)}" for own, theirs in pairs)
    missing = f"NOT EXISTS (SELECT 1 FROM {other} AS p WHERE {same})"
    return f"SELECT * FROM {name} AS c WHERE {present} AND {missing} LIMIT {_LISTED};"


def violations(
    table: str, rows: str, alias: str, conditions: Sequence[str], head: str = "", *, can_send: bool = False
) -> Probe | None:
    """Return the probe of rows for which one of the conditions holds; `rows` is a SELECT, named `alias` in these."""
    if not conditions:
        return None
    broken = " OR ".join(conditions)
    scanned = f"FROM ({rows} LIMIT {PROBE_ROW_LIMIT}) AS {quote_if_needed(alias)}"
    sql = f"SELECT count(*) FILTER (WHERE {broken}) AS found, count(*) AS rows {scanned}"
    return Probe(
        table,
        "rows that it refuses",
        sql if can_send else "",
        f"{head}SELECT * FROM ({rows}) AS {quote_if_needed(alias)} WHERE {broken} LIMIT {_LISTED};",
    )
