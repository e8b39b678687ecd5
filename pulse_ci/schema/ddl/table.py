"""A CREATE TABLE to a Table: what the constraints say, wherever they are written.

What concerns one column alone stands in that column: its key, its CHECKs, its foreign keys. The names of
constraints are left out: they show in an error text and nowhere else. MATCH, ON INSERT and the ON CONFLICT of
a CHECK are left out too, as SQLite ignores them.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.classify import ROWID_NAMES, NameScope
from pulse_ci.schema.ddl.column import build_column
from pulse_ci.schema.ddl.ddl_ast import is_same_name
from pulse_ci.schema.ddl.format import FormattedExpression, format_expression
from pulse_ci.schema.ddl.keys import TableKeys, resolve_keys
from pulse_ci.schema.ddl.parse_table import read_table_draft
from pulse_ci.schema.ddl.references_clause import format_references
from pulse_ci.schema.schema import Column, Table, make_comparison_key
from pulse_ci.sql.names import fold, quote_if_needed, quote_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulse_ci.schema.constraints import ForeignKey
    from pulse_ci.schema.ddl.ddl_ast import TableDraft

ParentKeys = tuple[tuple[str, tuple[str, ...]], ...]
# By the folded name of the only column that they use; None for the others.
ChecksByColumn = dict[str | None, tuple[str, ...]]


def parse_table(name: str, sql: str, parent_keys: ParentKeys = ()) -> Table:
    """Return the table that a CREATE TABLE makes.

    `parent_keys` are the primary keys of tables by folded name, for each REFERENCES that names no columns.
    """
    draft = read_table_draft(sql)
    keys = resolve_keys(draft)
    _imply_not_null(draft, keys)
    names = frozenset(fold(column.name) for column in draft.columns)
    scope = NameScope(names | ROWID_NAMES, frozenset({fold(name), "main"}))
    checks = _group_by_column(_remove_duplicates(format_expression(check, scope) for check in draft.checks), names)
    foreign_keys = _resolve_foreign_keys(draft, dict(parent_keys), keys, name)
    columns = _build_columns(draft, keys, checks, foreign_keys, scope)
    return _build_table(name, sql, draft, keys, checks, foreign_keys, columns)


def _imply_not_null(draft: TableDraft, keys: TableKeys) -> None:
    if not (draft.without_rowid or draft.strict) or keys.primary is None or keys.rowid_alias:
        return
    members = set(map(fold, keys.primary.columns))
    for column in draft.columns:
        column.not_null |= fold(column.name) in members


def _remove_duplicates(found: Iterable[FormattedExpression]) -> tuple[FormattedExpression, ...]:
    by_meaning = {make_comparison_key(each.text): each for each in found}
    return tuple(each for _, each in sorted(by_meaning.items()))


def _resolve_foreign_keys(
    draft: TableDraft, parent_keys: dict[str, tuple[str, ...]], keys: TableKeys, name: str
) -> tuple[ForeignKey, ...]:
    own = {fold(name): keys.primary.columns} if keys.primary else {}
    found: dict[str, ForeignKey] = {}
    for key in draft.foreign_keys:
        implied = (parent_keys | own).get(fold(key.parent), ())
        if not key.parent_columns and len(implied) == len(key.columns):
            key = replace(key, parent_columns=implied)
        found[make_comparison_key(_format_foreign_key(key))] = key
    return tuple(key for _, key in sorted(found.items()))


def _build_columns(
    draft: TableDraft, keys: TableKeys, checks: ChecksByColumn, foreign_keys: tuple[ForeignKey, ...], scope: NameScope
) -> tuple[Column, ...]:
    return tuple(
        build_column(
            column,
            keys,
            checks.get(fold(column.name), ()),
            tuple(key for key in foreign_keys if len(key.columns) == 1 and is_same_name(key.columns[0], column.name)),
            scope,
        )
        for column in draft.columns
    )


def _group_by_column(checks: Iterable[FormattedExpression], columns: frozenset[str]) -> ChecksByColumn:
    found: ChecksByColumn = {}
    for check in checks:
        used = check.names & columns
        column = next(iter(used)) if len(used) == 1 else None
        found[column] = (*found.get(column, ()), check.text)
    return found


def _build_table(
    name: str,
    sql: str,
    draft: TableDraft,
    keys: TableKeys,
    checks: ChecksByColumn,
    foreign_keys: tuple[ForeignKey, ...],
    columns: tuple[Column, ...],
) -> Table:
    constraints = [
        *sorted(keys.format_table_constraints()),
        *(f"CHECK ({check})" for check in checks.get(None, ())),
        *(_format_foreign_key(key) for key in foreign_keys if len(key.columns) > 1),
    ]
    lines = ",\n".join(f"  {line}" for line in [*(column.normalized_sql for column in columns), *constraints])
    options = ", ".join(_list_options(draft))
    normalized_sql = f"CREATE TABLE {quote_if_needed(name)} (\n{lines}\n) {options}".rstrip()
    return Table(
        name=name,
        columns=columns,
        primary_key=keys.primary,
        uniques=keys.uniques,
        checks=tuple(chain.from_iterable(checks.values())),
        foreign_keys=foreign_keys,
        strict=draft.strict,
        without_rowid=draft.without_rowid,
        rowid_alias=keys.rowid_alias,
        module=None,
        arguments=(),
        sql=sql,
        normalized_sql=normalized_sql,
        comparison_key=make_comparison_key(normalized_sql, *(column.name for column in columns)),
        table_level_key=make_comparison_key("\n".join([*constraints, options])),
    )


def _list_options(draft: TableDraft) -> list[str]:
    return ["STRICT"] * draft.strict + ["WITHOUT ROWID"] * draft.without_rowid


def _format_foreign_key(key: ForeignKey) -> str:
    return f"FOREIGN KEY {quote_names(key.columns)} {format_references(key)}"
