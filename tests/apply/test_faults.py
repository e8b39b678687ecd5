"""After a fault at any request, on real workerd, another apply makes all whole: some of what `make faults` does."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.apply.failing_runs import APPLY, BEFORE, PAST, WAYS, killed, run, wrong_with
from tests.cloudflare.wrangler import configure
from tests.d1.histories import put
from tests.live.process import PulseCI

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cloudflare.server import Cloudflare


@pytest.mark.parametrize(("kind", "was_done"), [("drop", False), ("drop-after", True)])
def test_what_a_killed_process_left_the_next_one_ends(
    cloud: Cloudflare, tmp_path: Path, kind: str, was_done: bool
) -> None:
    database = cloud.create("staging", BEFORE)
    configure(tmp_path, database)
    put(tmp_path, PAST)

    # Of the requests, the seventh is the second that writes: the third file.
    assert not killed(cloud, tmp_path, cloud.fail(kind, skip=6))
    left = cloud.run(database, "SELECT max(id) FROM d1_migrations")
    ended = PulseCI().run(cloud, tmp_path, *APPLY)

    assert left == [[3 if was_done else 2]]
    assert ended.status == 0
    assert ended.ran == [each.name for each in PAST.migrations[3 if was_done else 2 :]]
    assert wrong_with(cloud, database) is None


@pytest.mark.parametrize("way", [name for name, way in WAYS.items() if not way.is_killed])
@pytest.mark.parametrize("seed", range(4))
def test_what_a_fault_left_the_next_apply_ends(cloud: Cloudflare, tmp_path: Path, way: str, seed: int) -> None:
    assert run(cloud, tmp_path, WAYS[way], Random(seed)).problem is None
