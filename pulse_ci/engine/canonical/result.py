"""The columns of a query's result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.engine.canonical.code import depths_of, split_commas
from pulse_ci.engine.canonical.pieces import Role, Scope, pieces
from pulse_ci.engine.canonical.words import words
from pulse_ci.sql.tokens import Token, unquote

if TYPE_CHECKING:
    from collections.abc import Sequence

_BEHIND_RESULT = words("FROM WHERE GROUP HAVING ORDER LIMIT UNION EXCEPT INTERSECT")


def result_names(tokens: Sequence[Token], scope: Scope) -> tuple[str, ...]:
    """Return the names that a query gives to columns of its result, those left out that it does not name."""
    outer = [token.keyword if depth == 0 else "" for token, depth in zip(tokens, depths_of(tokens), strict=True)]
    if "SELECT" not in outer:
        return ()
    start = outer.index("SELECT") + 1
    end = next((place for place in range(start, len(outer)) if _ends_result(outer, place)), len(outer))
    columns = (column for column in split_commas(tokens[start:end]) if _is_named(column, scope))
    return tuple(unquote(column[-1].text) for column in columns)


def _ends_result(outer: Sequence[str], place: int) -> bool:
    """Tell whether the columns of a SELECT end at a word; `a IS DISTINCT FROM b` is one of them."""
    return outer[place] in _BEHIND_RESULT and not (outer[place] == "FROM" and outer[place - 1] == "DISTINCT")


def _is_named(column: Sequence[Token], scope: Scope) -> bool:
    if len(column) < 2 or column[-2].keyword == "AS":
        return len(column) > 1
    found = pieces(column, scope)
    return len(found) > 1 and found[-1].role is Role.NAME and found[-2].ends_operand
