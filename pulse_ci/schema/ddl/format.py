"""One spelling of SQL: expressions on a line, statements with a line for each clause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.classify import ClassifiedToken, NameScope, TokenRole, classify_tokens
from pulse_ci.sql.cursor import is_enclosed, split_at_commas, track_depth
from pulse_ci.sql.names import JOIN_WORDS, split_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulse_ci.sql.tokens import Token

_CLAUSE_KEYWORDS = split_words("""
    SELECT FROM WHERE GROUP HAVING WINDOW ORDER LIMIT UNION EXCEPT INTERSECT JOIN VALUES SET RETURNING
""")
_FUNCTION_KEYWORDS = frozenset({"CAST", "RAISE"})
_NO_SPACE_BEFORE = frozenset(",).;")
_SIGNS = frozenset("+-~")


@dataclass(frozen=True, slots=True)
class FormattedExpression:
    """An expression in normalized text, with the folded names that it uses as values."""

    text: str
    names: frozenset[str]


def format_expression(tokens: Sequence[Token], scope: NameScope) -> FormattedExpression:
    """Return an expression on one line, without parentheses around the whole of it."""
    classified = classify_tokens(strip_parentheses(tokens), scope)
    names = frozenset(
        piece.name
        for position, piece in enumerate(classified)
        if piece.name and not (position + 1 < len(classified) and classified[position + 1].text == "(")
    )
    return FormattedExpression(_join_tokens(classified, frozenset()), names)


def format_statement(tokens: Sequence[Token], scope: NameScope) -> str:
    """Return a statement with each clause and each result column on a line of its own."""
    classified = classify_tokens(tokens, scope)
    return _join_tokens(classified, _find_line_starts(classified))


def strip_parentheses(tokens: Sequence[Token]) -> Sequence[Token]:
    """Return tokens without the parentheses that enclose all of them."""
    while len(tokens) > 2 and is_enclosed(tokens) and not _is_query_or_list(tokens[1:-1]):
        tokens = tokens[1:-1]
    return tokens


def _is_query_or_list(tokens: Sequence[Token]) -> bool:
    return tokens[0].keyword in ("SELECT", "VALUES", "WITH") or len(split_at_commas(tokens)) > 1


def _join_tokens(classified: Sequence[ClassifiedToken], line_starts: frozenset[int]) -> str:
    parts: list[str] = []
    signed = False
    for position, token in enumerate(classified):
        before = classified[position - 1] if position else None
        if position in line_starts:
            parts.append("\n  " if before and before.text == "," else "\n")
        elif before and not _needs_no_space(before, token, signed):
            parts.append(" ")
        parts.append(token.text)
        signed = token.text in _SIGNS and not (before and before.ends_operand)
    return "".join(parts)


def _needs_no_space(before: ClassifiedToken, token: ClassifiedToken, signed: bool) -> bool:
    if before.role is TokenRole.SYMBOL and before.text in "(.":
        return True
    if token.role is not TokenRole.SYMBOL:
        return signed
    if token.text == "(":
        return before.role is TokenRole.NAME or before.text in _FUNCTION_KEYWORDS or signed
    # `- -1` must not become a comment.
    return token.text in _NO_SPACE_BEFORE or (signed and token.text == "~")


def _find_line_starts(classified: Sequence[ClassifiedToken]) -> frozenset[int]:
    starts, clause = set[int](), ""
    for position, (token, depth) in enumerate(track_depth(classified)):
        if token.text == "," and depth == 0 and clause == "SELECT":
            starts.add(position + 1)
        elif depth == 0 and _starts_clause(classified, position):
            clause = token.text
            starts.add(position)
    return frozenset(starts - {0, len(classified)})


def _starts_clause(classified: Sequence[ClassifiedToken], position: int) -> bool:
    token = classified[position]
    before = classified[position - 1].text if position else ""
    if token.role is not TokenRole.KEYWORD:
        return False
    if token.text == "JOIN" or token.text in JOIN_WORDS:
        return before not in JOIN_WORDS
    return token.text in _CLAUSE_KEYWORDS and not (token.text == "FROM" and before in ("DISTINCT", "DELETE"))
