"""Drift over a fleet on real workerd finds what has drifted and no more: a small one of what `make fleet` makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.commands.files import put_pulse
from tests.live.tenants import PARTS, drift, in_parts, make, merged, wrong_with

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cloudflare.server import Cloudflare


def test_ten_drifts_are_found_whole_and_in_parts_in_little_memory(cloud: Cloudflare, tmp_path: Path) -> None:
    put_pulse(tmp_path)
    expected = make(cloud, 40)

    whole = drift(cloud, tmp_path)
    wrong_with_whole = wrong_with(cloud, 40, expected, [whole])
    cloud.log.clear()
    parts = in_parts(cloud, tmp_path)

    assert (whole.status, wrong_with_whole) == (1, [])
    assert (len(parts), wrong_with(cloud, 40, expected, parts)) == (PARTS, [])
    assert merged(cloud, tmp_path, parts).told == whole.told
