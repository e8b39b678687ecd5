"""An SQL expression to the words in it that tell what values it wants."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pulse_ci.sql.names import fold, unquote
from pulse_ci.sql.tokens import Token, TokenKind, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class LikePattern:
    """The right side of a LIKE or a GLOB."""

    text: str
    is_glob: bool
    is_negated: bool


@dataclass(frozen=True, slots=True)
class SubstringCondition:
    """A `substr(…, start, length) = text`; the length is 0 where none is given."""

    start: int
    length: int
    text: str


@dataclass(frozen=True, slots=True)
class Clause:
    """What an expression is made of; names and functions are folded."""

    names: frozenset[str]
    functions: frozenset[str]
    operators: frozenset[str]
    strings: tuple[str, ...]
    numbers: tuple[int | float, ...]
    blobs: tuple[bytes, ...]
    patterns: tuple[LikePattern, ...]
    substring_conditions: tuple[SubstringCondition, ...]


@lru_cache(4096)
def read_clause(text: str) -> Clause:
    """Return what an expression, or the text of a trigger, is made of."""
    tokens = list(tokenize_code(text))
    following = [token.text for token in tokens[1:]] + [""]
    strings = [token.name for token in tokens if token.kind is TokenKind.STRING or token.text[0] == '"']
    return Clause(
        names=frozenset(fold(token.name) for token in tokens if token.is_name),
        functions=frozenset(
            token.text.lower()
            for token, after in zip(tokens, following, strict=False)
            if after == "(" and token.kind is TokenKind.WORD
        ),
        operators=frozenset(token.text for token in tokens if token.kind is TokenKind.OPERATOR),
        strings=tuple(dict.fromkeys(strings)),
        numbers=tuple(dict.fromkeys(_parse_numbers(tokens))),
        blobs=tuple(_parse_blob(token.text) for token in tokens if token.kind is TokenKind.BLOB),
        patterns=tuple(dict.fromkeys(_find_patterns(tokens))),
        substring_conditions=tuple(dict.fromkeys(_find_substring_conditions(tokens))),
    )


def parse_number(text: str) -> int | float | None:
    """Return the number that a literal spells, None where it spells none."""
    text = text.replace("_", "")
    try:
        return int(text, 16) if text[:2] in ("0x", "0X") else int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None


def _parse_numbers(tokens: Sequence[Token]) -> list[int | float]:
    found = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        value = parse_number(token.text) if token.kind is TokenKind.NUMBER else None
        if value is not None:
            found.append(-value if before and before.text == "-" else value)
    return found


def _parse_blob(text: str) -> bytes:
    try:
        return bytes.fromhex(text[2:-1])
    except ValueError:
        return b""


def _find_patterns(tokens: Sequence[Token]) -> list[LikePattern]:
    found = []
    for position, token in enumerate(tokens[:-1]):
        if token.keyword in ("LIKE", "GLOB") and tokens[position + 1].kind is TokenKind.STRING:
            negated = position > 0 and tokens[position - 1].keyword == "NOT"
            found.append(LikePattern(tokens[position + 1].name, token.keyword == "GLOB", negated))
    return found


def _find_substring_conditions(tokens: Sequence[Token]) -> list[SubstringCondition]:
    found = []
    for position, token in enumerate(tokens):
        if token.text.lower() in ("substr", "substring"):
            texts = [each.text for each in tokens[position + 1 : position + 10]]
            if part := _parse_substring_condition(texts):
                found.append(part)
    return found


def _parse_substring_condition(texts: list[str]) -> SubstringCondition | None:
    if ")" not in texts or texts[:1] != ["("] or texts[2:3] != [","]:
        return None
    end = texts.index(")")
    bounds = [parse_number(text) for text in texts[3:end] if text != ","]
    if texts[end + 1 : end + 2] != ["="] or not texts[end + 2 :] or texts[end + 2][0] != "'":
        return None
    start, length = [*bounds, 0, 0][:2]
    if isinstance(start, int) and isinstance(length, int) and start > 0:
        return SubstringCondition(start, length, unquote(texts[end + 2]))
    return None
