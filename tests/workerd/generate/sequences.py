"""A seed to a sequence of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.workerd.generate.grown import grown
from tests.workerd.generate.mutated import mutated

if TYPE_CHECKING:
    from tests.workerd.outcome import Sequence


def sequence(seed: int) -> Sequence:
    """Return the requests that a seed stands for; every fourth seed's are damaged ones of the corpus."""
    return mutated(seed) if seed % 4 == 0 else grown(seed)
