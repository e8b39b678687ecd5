"""LIKE and GLOB patterns to texts that match them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.seed.clause import LikePattern

_GLOB = re.compile(r"\*|\?|\[\^?\]?[^\]]*\]|[^*?\[]+|\[")
_LIKE = re.compile(r"[\\!].|%|_|[^%_\\!]+|[\\!]")
_FILLERS = "a0Af"
_SINGLE_CHARACTERS = "abcdefgh0"

# The texts that a piece of a pattern can stand for; none where any will do.
PatternPiece = tuple[str, ...]
_ANY_TEXT: PatternPiece = ()


def generate_matches(pattern: LikePattern, lengths: tuple[int, ...], count: int) -> Iterator[str]:
    """Yield texts that match a pattern: short ones, ones of the lengths, and `count` that differ."""
    pieces = _parse_glob(pattern.text) if pattern.is_glob else _parse_like(pattern.text)
    fixed = sum(len(piece[0]) for piece in pieces if piece)
    open_ended = _ANY_TEXT in pieces
    for length in dict.fromkeys((*lengths, fixed)):
        for fill in _FILLERS[: 1 + 3 * open_ended]:
            yield _join_pieces(pieces, fill * (length - fixed))
    for number in range(1, count + 1):
        yield _join_pieces(pieces, str(number)) if open_ended else _join_pieces(pieces, "", number)


def find_allowed_characters(pattern: LikePattern) -> str:
    """Return characters that a `NOT GLOB '*[^…]*'` allows, none for any other pattern."""
    if not (pattern.is_glob and pattern.is_negated) or pattern.text[:3] != "*[^" or pattern.text[-2:] != "]*":
        return ""
    return _expand_character_class(pattern.text[3:-2])


def _join_pieces(pieces: list[PatternPiece], text: str, number: int = 0) -> str:
    """Put a text in the place of the first piece that stands for any; pieces with a choice spell a number."""
    first = pieces.index(_ANY_TEXT) if _ANY_TEXT in pieces else -1
    found = []
    for position in range(len(pieces) - 1, -1, -1):
        piece = pieces[position]
        if piece:
            number, choice = divmod(number, len(piece))
            found.append(piece[choice])
        elif position == first:
            found.append(text)
    return "".join(reversed(found))


def _parse_glob(text: str) -> list[PatternPiece]:
    return [_parse_glob_piece(piece) for piece in _GLOB.findall(text)]


def _parse_glob_piece(piece: str) -> PatternPiece:
    if piece == "*":
        return _ANY_TEXT
    if piece == "?":
        return tuple(_SINGLE_CHARACTERS)
    if piece[0] != "[" or piece == "[":
        return (piece,)
    if piece[1] == "^":
        excluded = _expand_character_class(piece[2:-1])
        return tuple(each for each in _SINGLE_CHARACTERS + "A-é" if each not in excluded) or ("~",)
    return tuple(_expand_character_class(piece[1:-1])) or ("a",)


def _expand_character_class(text: str) -> str:
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


def _parse_like(text: str) -> list[PatternPiece]:
    return [_parse_like_piece(piece) for piece in _LIKE.findall(text)]


def _parse_like_piece(piece: str) -> PatternPiece:
    if piece == "%":
        return _ANY_TEXT
    if piece == "_":
        return tuple(_SINGLE_CHARACTERS)
    return (piece[-1] if piece[0] in "\\!" else piece,)
