"""Code tokens to one text: expressions on a line, statements with a line for each clause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.engine.canonical.pieces import Piece, Role, Scope, pieces
from pulse_ci.engine.canonical.words import JOIN_WORDS, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulse_ci.sql.tokens import Token

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
        for piece, before, after in zip(found, [None, *found], [*found[1:], None], strict=False)
        if piece.name and not (after and after.text == "(") and not (before and before.text == "COLLATE")
    )
    return Expression(_joined(found, frozenset()), names)


def statement(tokens: Sequence[Token], scope: Scope) -> str:
    """Spell a statement, each clause and each result column of it on a line of its own."""
    found = pieces(tokens, scope)
    return _joined(found, _line_starts(found))


def bare(tokens: Sequence[Token]) -> Sequence[Token]:
    """Return tokens without the parentheses that enclose all of them."""
    while len(tokens) > 2 and tokens[0].text == "(" and _closing(tokens) == len(tokens) - 1:
        tokens = tokens[1:-1]
    return tokens


def _closing(tokens: Sequence[Token]) -> int:
    depth = 0
    for position, token in enumerate(tokens):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 0:
            return position
    return -1


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
