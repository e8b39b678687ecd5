"""The only reader of sqlglot's tree, for the few questions that a statement's words do not answer.

sqlglot misreads some of SQLite without an error, cannot parse some of it, and is slow to import: it is loaded where it
is asked, for what stands behind a WITH and for what a copy selects.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sqlglot.expressions import Expr


class FoundWrite(NamedTuple):
    """A statement that writes; `bounded` where it has a WHERE, `guarded` where it passes over or replaces a row."""

    keyword: str
    table: str
    has_where: bool
    ignores_conflicts: bool


def find_write(sql: str) -> FoundWrite | None:
    """Return the INSERT, UPDATE or DELETE that a statement is, whatever stands before it."""
    from sqlglot import exp

    tree = _parse(sql)
    table = tree.find(exp.Table) if tree else None
    if table is None or not isinstance(tree, exp.Insert | exp.Update | exp.Delete):
        return None
    has = {name for name, value in tree.args.items() if value}
    return FoundWrite(tree.key.upper(), table.name, "where" in has, bool(has & {"alternative", "conflict"}))


def inserts_select_star(sql: str) -> bool:
    """Return whether a statement is an INSERT without a list of columns that takes `SELECT *`."""
    from sqlglot import exp

    tree = _parse(sql)
    if not isinstance(tree, exp.Insert) or isinstance(tree.this, exp.Schema):
        return False
    source = tree.expression
    return isinstance(source, exp.Select) and any(isinstance(each, exp.Star) for each in source.expressions)


def _parse(sql: str) -> Expr | None:
    from sqlglot import ErrorLevel, parse_one
    from sqlglot.errors import SqlglotError

    # It would log what it cannot parse, a stranger's text, to standard error, where a runner obeys commands.
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    try:
        return parse_one(sql, dialect="sqlite", error_level=ErrorLevel.RAISE)
    except (SqlglotError, RecursionError):
        return None
