"""The columns of a query's result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.classify import NameScope, TokenRole, classify_tokens
from pulse_ci.schema.ddl.format import compute_depths
from pulse_ci.sql.names import split_words, unquote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulse_ci.sql.tokens import Token

_KEYWORDS_AFTER_RESULT = split_words("FROM WHERE GROUP HAVING WINDOW ORDER LIMIT UNION EXCEPT INTERSECT")


def find_result_columns(tokens: Sequence[Token], select: int) -> Iterator[tuple[int, int]]:
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
    return token.text in (")", ";") or token.keyword in _KEYWORDS_AFTER_RESULT


def find_result_names(tokens: Sequence[Token], scope: NameScope) -> tuple[str, ...]:
    """Return the names that a query gives to columns of its result, those left out that it does not name."""
    outer = [token.keyword if depth == 0 else "" for token, depth in zip(tokens, compute_depths(tokens), strict=True)]
    if "SELECT" not in outer:  # VALUES
        return ()
    columns = (tokens[start:end] for start, end in find_result_columns(tokens, outer.index("SELECT")))
    return tuple(unquote(column[-1].text) for column in columns if _is_named(column, scope))


def _is_named(column: Sequence[Token], scope: NameScope) -> bool:
    if len(column) < 2:
        return False
    if column[-2].keyword == "AS":
        return True
    classified = classify_tokens(column, scope)
    return len(classified) > 1 and classified[-1].role is TokenRole.NAME and classified[-2].ends_operand
