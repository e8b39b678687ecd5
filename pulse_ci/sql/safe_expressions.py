"""Expressions of a pull request that may be sent to a live database.

A probe counts rows of a user's database, and a stranger may have written the expression that it counts by. An
expression is safe if it can neither fail with a row's value in the message nor compute with values: columns of the one
table, literals, comparisons, BETWEEN, IN lists, IS NULL, AND, OR, NOT, `typeof` and `json_valid`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.sql.cursor import TokenCursor, UnreadableSqlError, split_at_commas, track_depth
from pulse_ci.sql.names import RESERVED_WORDS, fold, quote, split_words
from pulse_ci.sql.tokens import Token, TokenKind, tokenize

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

# Nobody writes a longer or deeper condition by hand.
_MAX_LENGTH = 2_000
_MAX_DEPTH = 20
_FUNCTIONS = split_words("TYPEOF JSON_VALID")
_KEYWORDS = split_words("AND OR NOT IS ISNULL NOTNULL NULL BETWEEN IN DISTINCT TRUE FALSE")
_OPERATORS = split_words("= == <> != < <= > >= ( ) ,")
_LITERALS = frozenset({TokenKind.NUMBER, TokenKind.STRING, TokenKind.BLOB})
_AFTER_WHERE = ("GROUP", "HAVING", "WINDOW", "ORDER", "LIMIT", "UNION", "EXCEPT", "INTERSECT")
_NONE = Token(TokenKind.SPACE, "", 0)


@dataclass(frozen=True, slots=True)
class PlainSelect:
    """A SELECT over one table; `columns` has the name behind each result, or "*"; None for any other result."""

    table: str
    columns: tuple[str | None, ...]
    where: str | None


def is_safe(expression: str, columns: Collection[str]) -> bool:
    """Return whether an expression over columns of these names, in any case, may be sent."""
    return _find_columns(expression, columns) is not None


def rename_columns(expression: str, names: Mapping[str, str]) -> str | None:
    """Return a safe expression with its columns renamed; None if it is not safe, or has other columns.

    `names` has the new name of each column by its folded name.
    """
    columns = _find_columns(expression, names)
    if columns is None:
        return None
    text, at = "", 0
    for start, column in columns:
        text += expression[at:start] + quote(names[fold(column.name)])
        at = column.end
    return text + expression[at:]


def read_plain_select(select: str) -> PlainSelect | None:
    """Return what a SELECT reads if that is one table with at most a WHERE; None for all others."""
    cursor = TokenCursor.from_sql(select)
    try:
        cursor.expect("SELECT")
        results = split_at_commas(cursor.read_before("FROM"))
        cursor.expect("FROM")
        table = cursor.read_name()
        cursor.accept("AS")
        if cursor.is_at_name():
            cursor.read_name()
        where = cursor.read_before(*_AFTER_WHERE)[1:] if cursor.is_at("WHERE") else ()
    except UnreadableSqlError:
        return None
    if not cursor.is_done or any(token.keyword in ("DISTINCT", "ALL") for token in results[0]):
        return None
    condition = select[where[0].start : where[-1].end] if where else None
    return PlainSelect(table, tuple(map(_find_result_column, results)), condition)


def _find_columns(expression: str, columns: Collection[str]) -> list[tuple[int, Token]] | None:
    """Return the columns in an expression, and where each starts with its table's name; None if it is not safe."""
    tokens = list(tokenize(expression)) if len(expression) <= _MAX_LENGTH else []
    code = [token for token in tokens if token.is_code]
    # A comment at the end would swallow what follows the expression.
    if not code or not (tokens[-1].is_code or tokens[-1].kind is TokenKind.SPACE) or not _is_balanced(code):
        return None
    names, found = set(map(fold, columns)), list[tuple[int, Token]]()
    for position, token in enumerate(code):
        before, after = (code[position - 1] if position else _NONE), (*code[position + 1 : position + 2], _NONE)[0]
        if _is_column(token, before, after, names):
            found.append((code[position - 2].start if before.text == "." else token.start, token))
        elif not (_is_qualifier(code, position) or _is_allowed(token, before, after)):
            return None
    return found


def _is_balanced(code: Sequence[Token]) -> bool:
    depths = [depth for _, depth in track_depth(code)]
    opened = sum((token.text == "(") - (token.text == ")") for token in code)
    return opened == 0 and min(depths) >= 0 and max(depths) <= _MAX_DEPTH


def _is_column(token: Token, before: Token, after: Token, names: Collection[str]) -> bool:
    is_name = token.kind is TokenKind.QUOTED or (token.kind is TokenKind.WORD and token.keyword not in RESERVED_WORDS)
    return is_name and after.text not in ("(", ".") and before.keyword != "IN" and fold(token.name) in names


def _is_qualifier(code: Sequence[Token], position: int) -> bool:
    """Return whether a token is the one name before a column, or the dot after it."""
    start = position - (code[position].text == ".")
    if start < 0 or (start and code[start - 1].text == "."):
        return False
    return code[start].is_name and [token.text for token in code[start + 1 : start + 2]] == ["."]


def _is_allowed(token: Token, before: Token, after: Token) -> bool:
    """Return whether a token that is no column is a literal, a comparison or one of the words and functions."""
    match token.keyword:
        case "FROM":
            return before.keyword == "DISTINCT"
        case "IN":
            return after.text == "("
        case keyword if keyword in _FUNCTIONS:
            return after.text == "("
        case keyword if keyword:
            return keyword in _KEYWORDS
    if token.text in ("-", "+"):
        ends_operand = before.kind in _LITERALS or before.kind is TokenKind.QUOTED or before.text == ")"
        is_name = before.kind is TokenKind.WORD and before.keyword not in RESERVED_WORDS
        return after.kind is TokenKind.NUMBER and not (ends_operand or is_name or before.keyword in ("NULL", "ISNULL"))
    return token.kind in _LITERALS or token.text in _OPERATORS


def _find_result_column(result: Sequence[Token]) -> str | None:
    """Return the name of the column that a result is, "*" for all of them, None for anything else."""
    cursor = TokenCursor(result)
    if cursor.accept("*"):
        return "*"
    try:
        name = cursor.read_qualified_name()
        cursor.accept("AS")
        if not cursor.is_done:
            cursor.read_name()
    except UnreadableSqlError:
        return None
    return name if cursor.is_done else None
