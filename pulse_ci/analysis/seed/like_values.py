"""LIKE and GLOB patterns to texts that match them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.seed.clause import Pattern

_GLOB = re.compile(r"\*|\?|\[\^?\]?[^\]]*\]|[^*?\[]+|\[")
_LIKE = re.compile(r"[\\!].|%|_|[^%_\\!]+|[\\!]")
_FILLS = "a0Af"
_ONE = "abcdefgh0"

# The texts that a piece of a pattern can stand for; none where any will do.
Piece = tuple[str, ...]
_ANY: Piece = ()


def matches(pattern: Pattern, lengths: tuple[int, ...], count: int) -> Iterator[str]:
    """Yield texts that match a pattern: short ones, ones of the lengths, and `count` that differ."""
    pieces = _glob_pieces(pattern.text) if pattern.glob else _like_pieces(pattern.text)
    fixed = sum(len(piece[0]) for piece in pieces if piece)
    open_ended = _ANY in pieces
    for length in dict.fromkeys((*lengths, fixed)):
        for fill in _FILLS[: 1 + 3 * open_ended]:
            yield _filled(pieces, fill * (length - fixed))
    for number in range(1, count + 1):
        yield _filled(pieces, str(number)) if open_ended else _filled(pieces, "", number)


def alphabet(pattern: Pattern) -> str:
    """Return characters that a `NOT GLOB '*[^…]*'` allows, none for any other pattern."""
    if not (pattern.glob and pattern.negated) or pattern.text[:3] != "*[^" or pattern.text[-2:] != "]*":
        return ""
    return _members(pattern.text[3:-2])


def _filled(pieces: list[Piece], text: str, number: int = 0) -> str:
    """Put a text in the place of the first piece that stands for any; pieces with a choice spell a number."""
    first = pieces.index(_ANY) if _ANY in pieces else -1
    found = []
    for place in range(len(pieces) - 1, -1, -1):
        piece = pieces[place]
        if piece:
            number, choice = divmod(number, len(piece))
            found.append(piece[choice])
        elif place == first:
            found.append(text)
    return "".join(reversed(found))


def _glob_pieces(text: str) -> list[Piece]:
    return [_glob_piece(piece) for piece in _GLOB.findall(text)]


def _glob_piece(piece: str) -> Piece:
    if piece == "*":
        return _ANY
    if piece == "?":
        return tuple(_ONE)
    if piece[0] != "[" or piece == "[":
        return (piece,)
    if piece[1] == "^":
        barred = _members(piece[2:-1])
        return tuple(each for each in _ONE + "A-é" if each not in barred) or ("~",)
    return tuple(_members(piece[1:-1])) or ("a",)


def _members(text: str) -> str:
    """Return the characters of a class such as `a-f0-9`."""
    found, position = "", 0
    while position < len(text):
        if text[position + 1 : position + 2] == "-" and position + 2 < len(text):
            first, last = ord(text[position]), ord(text[position + 2])
            found += "".join(map(chr, range(first, min(last, first + 255) + 1)))
            position += 3
        else:
            found += text[position]
            position += 1
    return found


def _like_pieces(text: str) -> list[Piece]:
    return [_like_piece(piece) for piece in _LIKE.findall(text)]


def _like_piece(piece: str) -> Piece:
    if piece == "%":
        return _ANY
    if piece == "_":
        return tuple(_ONE)
    return (piece[-1] if piece[0] in "\\!" else piece,)
