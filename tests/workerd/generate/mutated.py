"""The written corpus, put together and damaged by chance: statements that nobody thought of."""

from __future__ import annotations

import re
from functools import cache
from random import Random
from typing import TYPE_CHECKING

from pulse_ci.engine import EmbeddedD1, RequestMode
from pulse_ci.sql.tokens import Token, TokenKind, tokenize
from tests.workerd.cases import areas
from tests.workerd.generate.ends import SANDBOX, ends
from tests.workerd.outcome import Call

if TYPE_CHECKING:
    from tests.workerd.outcome import Sequence

_LONGEST = 3000
_GAP = Token(TokenKind.SPACE, " ", 0)
# Chance and the clock answer otherwise each time; the rest is what docs/engine.md lists.
_LEFT_OUT = re.compile(
    r"random|\bnow\b|current_|subsec|\b(?:date|time|datetime|timediff|julianday|unixepoch|strftime)\b"
    r"|explain|\0|\?|median|percentile",
    re.IGNORECASE,
)


_MODES = (RequestMode.BATCH, RequestMode.BATCH, RequestMode.IMPORT)


def mutated(seed: int) -> Sequence:
    """Return the requests that a seed stands for: one to three cases of the corpus, some of their requests damaged."""
    dice = Random(seed)  # noqa: S311 - dice, not secrets
    written = [call for _ in range(dice.choice((1, 2, 2, 3))) for call in dice.choice(_cases())]
    drafts = [Call(sql, dice.choice(_MODES)) for call in written for sql in _variants(dice, call.sql)]
    # As in grown(): a SELECT that others follow in one string would lock its tables for later requests.
    drafts += [Call(draft.sql, RequestMode.QUERY) for draft in drafts[-1:]]
    with EmbeddedD1(SANDBOX) as database:
        return tuple(call for call in drafts if not _LEFT_OUT.search(call.sql) and ends(database, call))


def _variants(dice: Random, sql: str) -> tuple[str, ...]:
    damaged = _damaged(dice, sql)
    return dice.choice(((sql,), (damaged,), (sql, damaged)))


@cache
def _cases() -> tuple[Sequence, ...]:
    sequences = (case.sequence for cases in areas().values() for case in cases)
    return tuple(sequence for sequence in sequences if sum(len(call.sql) for call in sequence) < _LONGEST)


@cache
def _words() -> dict[TokenKind, tuple[str, ...]]:
    """Return the tokens of the corpus by kind, each as often as it is there."""
    found: dict[TokenKind, list[str]] = {}
    for sequence in _cases():
        for call in sequence:
            for token in tokenize(call.sql):
                found.setdefault(token.kind, []).append(token.text)
    return {kind: tuple(texts) for kind, texts in found.items()}


def _damaged(dice: Random, sql: str) -> str:
    tokens = list(tokenize(sql))
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        if tokens:
            _damage(dice, tokens)
    return "".join(token.text for token in tokens)


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
    tokens = list(tokenize(dice.choice(dice.choice(_cases())).sql))
    start = dice.randrange(max(1, len(tokens)))
    return tokens[start : start + dice.randint(1, 12)]
