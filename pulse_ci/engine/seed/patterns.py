"""LIKE and GLOB patterns to texts that match them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.engine.seed.clause import Pattern

_GLOB = re.compile(r"\*|\?|\[\^?\]?[^\]]*\]|[^*?\[]+|\[")
_LIKE = re.compile(r"[\\!].|%|_|[^%_\\!]+|[\\!]")
_FILLS = "a0Af"


def matches(pattern: Pattern, lengths: tuple[int, ...], count: int) -> Iterator[str]:
    """Yield texts that match a pattern: short ones, ones of the lengths, and `count` that differ."""
    pieces = _glob_pieces(pattern.text) if pattern.glob else _like_pieces(pattern.text)
    fixed = sum(len(piece) for piece in pieces if piece is not None)
    open_ended = None in pieces
    for length in dict.fromkeys((*lengths, fixed)):
        for fill in _FILLS[: 1 + 3 * open_ended]:
            yield _filled(pieces, fill * (length - fixed))
    for number in range(1, count + 1):
        if open_ended:
            yield _filled(pieces, str(number))


def alphabet(pattern: Pattern) -> str:
    """Return characters that a `NOT GLOB '*[^…]*'` allows, none for any other pattern."""
    if not (pattern.glob and pattern.negated) or pattern.text[:3] != "*[^" or pattern.text[-2:] != "]*":
        return ""
    return _members(pattern.text[3:-2])


def _filled(pieces: list[str | None], text: str) -> str:
    """Put a text in the place of the first piece that stands for any text, and nothing in the others."""
    first = pieces.index(None) if None in pieces else -1
    return "".join(text if place == first else piece or "" for place, piece in enumerate(pieces))


def _glob_pieces(text: str) -> list[str | None]:
    return [_glob_piece(piece) for piece in _GLOB.findall(text)]


def _glob_piece(piece: str) -> str | None:
    if piece == "*":
        return None
    if piece == "?":
        return "a"
    if piece[0] != "[" or piece == "[":
        return piece
    if piece[1] == "^":
        barred = _members(piece[2:-1])
        return next((each for each in "a0A-é" if each not in barred), "~")
    return (_members(piece[1:-1]) or "a")[0]


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


def _like_pieces(text: str) -> list[str | None]:
    return [_like_piece(piece) for piece in _LIKE.findall(text)]


def _like_piece(piece: str) -> str | None:
    if piece == "%":
        return None
    return "a" if piece == "_" else piece[-1] if piece[0] in "\\!" else piece
