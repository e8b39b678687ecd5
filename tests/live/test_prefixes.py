"""Wrangler and apply go on where the other stopped: a few of the prefixes of which `make prefixes` tries all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.live.prefixes import executed, open_account, recorded, wrong_after_apply

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cloudflare.server import Cloudflare


def test_what_wrangler_began_apply_ends_and_wrangler_finds_nothing_pending(cloud: Cloudflare, tmp_path: Path) -> None:
    account = open_account(cloud, tmp_path)

    with ThreadPoolExecutor() as pool:
        ways = [pool.submit(lambda: [recorded(account, 20)]), pool.submit(lambda: executed(account, 2))]
        # The first of those without a record is one that wrangler never heard of: a twin of the second.
        prefixes = [way.result()[0] for way in ways]
        wrong = list(pool.map(lambda each: wrong_after_apply(account, each), prefixes))

    assert [each.number for each in prefixes] == [20, 1]
    assert wrong == [None, None]
