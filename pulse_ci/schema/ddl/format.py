"""Code tokens to one text: expressions on a line, statements with a line for each clause."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.classify import Piece, Role, Scope, pieces
from pulse_ci.schema.ddl.keywords import JOIN_WORDS, words
from pulse_ci.sql.tokens import Token, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Sequence

_CLAUSES = words("""
    SELECT FROM WHERE GROUP HAVING WINDOW ORDER LIMIT UNION EXCEPT INTERSECT JOIN VALUES SET RETURNING
""")
_CALLED = frozenset({"CAST", "RAISE"})
_CLOSING = frozenset(",).;")
_SIGNS = frozenset("+-~")


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression in canonical text, with the folded names that it uses as values."""

    text: str
    names: frozenset[str]


def expression(tokens: Sequence[Token], scope: Scope) -> Expression:
    """Spell an expression on one line, without parentheses around the whole of it."""
    found = pieces(bare(tokens), scope)
    names = frozenset(
        piece.name
        for position, piece in enumerate(found)
        if piece.name and not (position + 1 < len(found) and found[position + 1].text == "(")
    )
    return Expression(_joined(found, frozenset()), names)


def statement(tokens: Sequence[Token], scope: Scope) -> str:
    """Spell a statement, each clause and each result column of it on a line of its own."""
    found = pieces(tokens, scope)
    return _joined(found, _line_starts(found))


def bare(tokens: Sequence[Token]) -> Sequence[Token]:
    """Return tokens without the parentheses that enclose all of them."""
    while len(tokens) > 2 and is_enclosed(tokens) and not _is_query_or_list(tokens[1:-1]):
        tokens = tokens[1:-1]
    return tokens


def _is_query_or_list(tokens: Sequence[Token]) -> bool:
    return tokens[0].keyword in ("SELECT", "VALUES", "WITH") or len(split_commas(tokens)) > 1


def depths_of(tokens: Sequence[Token]) -> list[int]:
    """Return behind each token how many parentheses are open."""
    return list(accumulate({"(": 1, ")": -1}.get(token.text, 0) for token in tokens))


def is_enclosed(tokens: Sequence[Token]) -> bool:
    """Tell whether the first token is a parenthesis that the last one closes."""
    depths = depths_of(tokens)
    return depths[:1] == [1] and 0 in depths and depths.index(0) == len(tokens) - 1


def _joined(found: Sequence[Piece], line_starts: frozenset[int]) -> str:
    parts: list[str] = []
    signed = False
    for position, piece in enumerate(found):
        before = found[position - 1] if position else None
        if position in line_starts:
            parts.append("\n  " if before and before.text == "," else "\n")
        elif before and not _touch(before, piece, signed):
            parts.append(" ")
        parts.append(piece.text)
        signed = piece.text in _SIGNS and not (before and before.ends_operand)
    return "".join(parts)


def _touch(before: Piece, piece: Piece, signed: bool) -> bool:
    if before.role is Role.SYMBOL and before.text in "(.":
        return True
    if piece.role is not Role.SYMBOL:
        return signed
    if piece.text == "(":
        return before.role is Role.NAME or before.text in _CALLED or signed
    # `- -1` must not become a comment.
    return piece.text in _CLOSING or (signed and piece.text == "~")


def _line_starts(found: Sequence[Piece]) -> frozenset[int]:
    starts, depth, clause = set[int](), 0, ""
    for position, piece in enumerate(found):
        if piece.role is Role.SYMBOL:
            depth += {"(": 1, ")": -1}.get(piece.text, 0)
            if piece.text == "," and depth == 0 and clause == "SELECT":
                starts.add(position + 1)
        elif depth == 0 and _starts_clause(found, position):
            clause = piece.text
            starts.add(position)
    return frozenset(starts - {0, len(found)})


def _starts_clause(found: Sequence[Piece], position: int) -> bool:
    piece = found[position]
    before = found[position - 1].text if position else ""
    if piece.role is not Role.KEYWORD:
        return False
    if piece.text in JOIN_WORDS:
        return before not in JOIN_WORDS
    if piece.text == "JOIN":
        return before not in JOIN_WORDS
    return piece.text in _CLAUSES and not (piece.text == "FROM" and before in ("DISTINCT", "DELETE"))


def code_tokens(sql: str) -> tuple[Token, ...]:
    """Return the tokens of a text that SQLite's parser sees."""
    return tuple(tokenize_code(sql))


def split_commas(tokens: Sequence[Token]) -> list[tuple[Token, ...]]:
    """Cut tokens at the commas that are in no parentheses."""
    parts, depth = [list[Token]()], 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [tuple(part) for part in parts]
