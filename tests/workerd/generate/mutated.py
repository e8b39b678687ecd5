"""The written corpus, put together and damaged by chance."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from pulse_ci.engine import EmbeddedD1, RequestMode
from tests.workerd.generate.damage import damaged, is_comparable, written_cases
from tests.workerd.generate.ends import SANDBOX, ends
from tests.workerd.outcome import Call

if TYPE_CHECKING:
    from tests.workerd.outcome import Sequence

_MODES = (RequestMode.BATCH, RequestMode.BATCH, RequestMode.IMPORT)


def mutated(seed: int) -> Sequence:
    """Return the requests that a seed stands for: one to three cases of the corpus, some of their requests damaged."""
    dice = Random(seed)
    written = [call for _ in range(dice.choice((1, 2, 2, 3))) for call in dice.choice(written_cases())]
    drafts = [Call(sql, dice.choice(_MODES)) for call in written for sql in _variants(dice, call.sql)]
    # As in grown(): a SELECT that others follow in one string would lock its tables for later requests.
    drafts += [Call(draft.sql, RequestMode.QUERY) for draft in drafts[-1:]]
    with EmbeddedD1(SANDBOX) as database:
        return tuple(call for call in drafts if is_comparable(call.sql) and ends(database, call))


def _variants(dice: Random, sql: str) -> tuple[str, ...]:
    other = damaged(dice, sql)
    return dice.choice(((sql,), (other,), (sql, other)))
