from __future__ import annotations

from typing import TYPE_CHECKING

from tests.workerd.fuzz import compare
from tests.workerd.generate.sequences import sequence

if TYPE_CHECKING:
    from tests.workerd.rig import Rig


def test_generated_sequences_end_as_they_do_on_workerd(rig: Rig) -> None:
    parted = [
        f"python -m tests.workerd.fuzz --seed {seed} --count 1\n{difference}"
        for seed, found in compare(rig, seed=1, count=300, seconds=60)
        for difference in found
        if difference.what != "text"
    ]

    assert not parted, "\n".join(parted)


def test_a_seed_always_stands_for_the_same_sequence() -> None:
    assert sequence(7) == sequence(7)
