"""Expressions of a pull request that may be sent to a live database; the only reader of sqlglot's tree.

A probe counts rows of a user's database, and a stranger may have written the expression that it counts by. An
expression is safe if it can neither fail with a row's value in the message nor compute with values: columns of the one
table, literals, comparisons, BETWEEN, IN lists, IS NULL, AND, OR, NOT, `typeof` and `json_valid`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.sql.names import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlglot import exp

# Longer ones are not read: sqlglot recurses, and nobody writes such a condition by hand.
_MAX_LENGTH = 2_000
_FUNCTIONS = frozenset({"typeof", "json_valid"})


@dataclass(frozen=True, slots=True)
class PlainSelect:
    """A SELECT over one table; `columns` has the name behind each result, or "*"; None for any other result."""

    table: str
    columns: tuple[str | None, ...]
    where: str | None


def is_safe(expression: str, columns: Collection[str]) -> bool:
    """Return whether an expression over columns of these names, in any case, may be sent."""
    tree = _parse(f"SELECT 1 WHERE {expression}")
    where = tree.args.get("where") if tree else None
    if tree is None or where is None or not _is_only(tree, {"expressions", "where"}):
        return False
    names = set(map(fold, columns))
    return all(not node.comments and _is_safe_node(node, names) for node in where.walk())


def rename_columns(expression: str, names: Mapping[str, str]) -> str | None:
    """Return a safe expression with its columns renamed; None if it is not safe, or has other columns.

    `names` has the new name of each column by its folded name.
    """
    if not is_safe(expression, names):
        return None
    from sqlglot import exp

    tree = _parse(f"SELECT 1 WHERE {expression}")
    if tree is None:
        return None
    condition = tree.args["where"].this
    renamed = condition.transform(
        lambda node: (
            exp.column(exp.to_identifier(names[fold(node.name)], quoted=True)) if isinstance(node, exp.Column) else node
        )
    )
    return str(renamed.sql(dialect="sqlite"))


def read_plain_select(select: str) -> PlainSelect | None:
    """Return what a SELECT reads if that is one table with at most a WHERE; None for all others."""
    from sqlglot import exp

    tree = _parse(select)
    if tree is None or not _is_only(tree, {"expressions", "from_", "where"}):
        return None
    source = tree.args.get("from_")
    table = source.this if source else None
    if not isinstance(table, exp.Table) or not _is_only(table, {"this", "alias"}):
        return None
    where = tree.args.get("where")
    columns = tuple(_get_column(each) for each in tree.expressions)
    return PlainSelect(table.name, columns, str(where.this.sql(dialect="sqlite")) if where else None)


def _parse(sql: str) -> exp.Select | None:
    """Return the tree of one SELECT; None where sqlglot cannot read it, for whatever reason."""
    if len(sql) > _MAX_LENGTH:
        return None
    import sqlglot
    from sqlglot import exp

    # It would log what it cannot parse, a stranger's text, to standard error, where a runner obeys commands.
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    try:
        trees = sqlglot.parse(sql, dialect="sqlite")
    except Exception:
        return None
    return trees[0] if len(trees) == 1 and isinstance(trees[0], exp.Select) else None


def _is_only(node: exp.Expression, allowed: Collection[str]) -> bool:
    return all(name in allowed for name, value in node.args.items() if value)


def _get_column(node: exp.Expression) -> str | None:
    from sqlglot import exp

    inner = node.this if isinstance(node, exp.Alias) else node
    if isinstance(inner, exp.Star):
        return "*"
    return inner.name if isinstance(inner, exp.Column) and not isinstance(inner.this, exp.Star) else None


def _is_safe_node(node: exp.Expression, columns: Collection[str]) -> bool:
    from sqlglot import exp

    comparisons = exp.EQ | exp.NEQ | exp.GT | exp.GTE | exp.LT | exp.LTE
    tests = exp.Is | exp.Between | exp.NullSafeEQ | exp.NullSafeNEQ
    values = exp.Literal | exp.Null | exp.Boolean | exp.Identifier | exp.Neg
    match node:
        case exp.Column():
            return not node.args.get("db") and fold(node.name) in columns
        case exp.In():
            return not (node.args.get("query") or node.args.get("unnest") or node.args.get("field"))
        case exp.Anonymous() | exp.Func():
            name = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
            return isinstance(node, (exp.And, exp.Or)) or name.lower() in _FUNCTIONS
        case _:
            return isinstance(node, comparisons | tests | values | exp.And | exp.Or | exp.Not | exp.Paren | exp.Where)
