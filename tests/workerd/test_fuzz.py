from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from tests.workerd.fuzz import Judged, compare
from tests.workerd.generate.sequences import sequence

if TYPE_CHECKING:
    from tests.workerd.rig import Rig


@pytest.fixture(scope="module")
def generated(rig: Rig) -> list[Judged]:
    """What came of 300 sequences."""
    return list(compare(rig, seed=1, count=300, seconds=math.inf))


def test_generated_sequences_end_as_they_do_on_workerd(generated: list[Judged]) -> None:
    parted = [
        f"python -m tests.workerd.fuzz --seed {judged.seed} --count 1\n{difference}"
        for judged in generated
        for difference in judged.differences
        if difference.is_serious
    ]

    assert not parted, "\n".join(parted)


def test_most_generated_requests_are_accepted_and_many_are_refused(generated: list[Judged]) -> None:
    accepted, refused = sum(judged.accepted for judged in generated), sum(judged.refused for judged in generated)

    assert accepted > refused > 200


@pytest.mark.parametrize("seed", [7, 8], ids=["grown", "mutated"])
def test_a_seed_always_stands_for_the_same_sequence(seed: int) -> None:
    assert sequence(seed) == sequence(seed)
