"""The columns of a query's result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.classify import Role, Scope, pieces
from pulse_ci.schema.ddl.format import depths_of
from pulse_ci.schema.ddl.keywords import words
from pulse_ci.sql.tokens import Token, unquote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BEHIND_RESULT = words("FROM WHERE GROUP HAVING WINDOW ORDER LIMIT UNION EXCEPT INTERSECT")


def result_columns(tokens: Sequence[Token], select: int) -> Iterator[tuple[int, int]]:
    """Yield the place at which each column of a SELECT begins, and the one behind it; SELECT stands at `select`."""
    start = select + 1
    start += start < len(tokens) and tokens[start].keyword in ("DISTINCT", "ALL")
    depth, place = 0, start
    while place < len(tokens) and not (depth == 0 and _ends_result(tokens, place)):
        if depth == 0 and tokens[place].text == ",":
            yield start, place
            start = place + 1
        depth += {"(": 1, ")": -1}.get(tokens[place].text, 0)
        place += 1
    if start < place:
        yield start, place


def _ends_result(tokens: Sequence[Token], place: int) -> bool:
    """Tell whether the columns of a SELECT end here; `a IS DISTINCT FROM b` is one of them."""
    token = tokens[place]
    if token.keyword == "FROM":
        return tokens[place - 1].keyword != "DISTINCT"
    return token.text in (")", ";") or token.keyword in _BEHIND_RESULT


def result_names(tokens: Sequence[Token], scope: Scope) -> tuple[str, ...]:
    """Return the names that a query gives to columns of its result, those left out that it does not name."""
    outer = [token.keyword if depth == 0 else "" for token, depth in zip(tokens, depths_of(tokens), strict=True)]
    if "SELECT" not in outer:  # VALUES
        return ()
    columns = (tokens[start:end] for start, end in result_columns(tokens, outer.index("SELECT")))
    return tuple(unquote(column[-1].text) for column in columns if _is_named(column, scope))


def _is_named(column: Sequence[Token], scope: Scope) -> bool:
    if len(column) < 2:
        return False
    if column[-2].keyword == "AS":
        return True
    found = pieces(column, scope)
    return len(found) > 1 and found[-1].role is Role.NAME and found[-2].ends_operand
