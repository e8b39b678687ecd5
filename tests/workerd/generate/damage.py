"""SQL damaged by chance, with tokens of the written corpus: statements that nobody thought of."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pulse_ci.sql.tokens import Token, TokenKind, tokenize
from tests.workerd.cases import areas

if TYPE_CHECKING:
    from random import Random

    from tests.workerd.outcome import Sequence

_LONGEST = 3000
_GAP = Token(TokenKind.SPACE, " ", 0)
# Chance and the clock answer otherwise each time (behind the last rowid, SQLite takes one by chance); the rest is what
# docs/engine.md lists.
_LEFT_OUT = re.compile(
    r"random|\bnow\b|current_|subsec|\b(?:date|time|datetime|timediff|julianday|unixepoch|strftime)\b"
    r"|explain|\0|\?|median|percentile|data_version|9223372036854775807",
    re.IGNORECASE,
)


def is_comparable(sql: str) -> bool:
    """Return whether two databases must answer it in one way."""
    return _LEFT_OUT.search(sql) is None


def damaged(dice: Random, sql: str) -> str:
    """Return a comparable text with some of its tokens left out, doubled, exchanged, or taken from the corpus."""
    tokens = list(tokenize(sql))
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        if tokens:
            _damage(dice, tokens)
    text = "".join(token.text for token in tokens)
    return text if is_comparable(text) else sql


@cache
def written_cases() -> tuple[Sequence, ...]:
    """Return the sequences of the corpus, but for the longest."""
    sequences = (case.sequence for cases in areas().values() for case in cases)
    return tuple(sequence for sequence in sequences if sum(len(call.sql) for call in sequence) < _LONGEST)


@cache
def _words() -> dict[TokenKind, tuple[str, ...]]:
    """Return the tokens of the corpus by kind, each as often as it is there."""
    found: dict[TokenKind, list[str]] = {}
    for sequence in written_cases():
        for call in sequence:
            for token in tokenize(call.sql):
                found.setdefault(token.kind, []).append(token.text)
    return {kind: tuple(texts) for kind, texts in found.items()}


def _damage(dice: Random, tokens: list[Token]) -> None:
    """Leave out, double, replace or move a token, or put a part of another statement there."""
    place, other = dice.randrange(len(tokens)), dice.randrange(len(tokens))
    token = tokens[place]
    match dice.choice(("without", "doubled", "replaced", "replaced", "copied", "with more", "exchanged")):
        case "without":
            del tokens[place : place + dice.randint(1, 4)]
        case "doubled":
            tokens[place:place] = [token, _GAP]
        case "replaced":
            tokens[place] = token._replace(text=dice.choice(_words()[token.kind]))
        case "copied":
            tokens[place] = tokens[other]
        case "with more":
            tokens[place:place] = [_GAP, *_part(dice), _GAP]
        case "exchanged":
            tokens[place], tokens[other] = tokens[other], tokens[place]


def _part(dice: Random) -> list[Token]:
    tokens = list(tokenize(dice.choice(dice.choice(written_cases())).sql))
    start = dice.randrange(max(1, len(tokens)))
    return tokens[start : start + dice.randint(1, 12)]
