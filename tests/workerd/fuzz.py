"""Generated sequences on the engine and on workerd: `make fuzz`.

    python -m tests.workerd.fuzz [--seed N] [--count N] [--seconds N]

Sequence number i of a run has the seed N + i; `--seed N --count 1` replays one.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from typing import TYPE_CHECKING

from tests.workerd.engine import run_sequence
from tests.workerd.generate.sequences import sequence
from tests.workerd.outcome import Difference, differences
from tests.workerd.rig import Rig

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOT = 50


def main(arguments: list[str] | None = None) -> int:
    """Run; return 1 where the two sides part in more than a message."""
    parser = argparse.ArgumentParser(prog="python -m tests.workerd.fuzz")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9))
    parser.add_argument("--count", type=int, default=20_000, help="sequences (default 20000)")
    parser.add_argument("--seconds", type=float, default=1800, help="no new ones after this time (default 1800)")
    options = parser.parse_args(arguments)
    print(f"seed {options.seed}", flush=True)
    with Rig() as rig:
        return _report(options.seed, compare(rig, options.seed, options.count, options.seconds))


def compare(rig: Rig, seed: int, count: int, seconds: float) -> Iterator[tuple[int, list[Difference]]]:
    """Yield for each sequence its seed and the differences it shows."""
    end = time.monotonic() + seconds
    lots = [range(start, min(start + _LOT, seed + count)) for start in range(seed, seed + count, _LOT)]
    sent = [sequence(number) for number in lots[0]]
    rig.send(sent)
    for lot, following in zip(lots, [*lots[1:], None], strict=True):
        running = sent
        if following is not None and time.monotonic() < end:
            sent = [sequence(number) for number in following]
            rig.send(sent)
        else:
            following = None
        ours = [run_sequence(item) for item in running]
        for number, item, engine, workerd in zip(lot, running, ours, rig.receive(), strict=True):
            yield number, differences(item, engine, workerd)
        if following is None:
            return


def _report(seed: int, results: Iterator[tuple[int, list[Difference]]]) -> int:
    done = texts = parted = 0
    for number, found in results:
        done += 1
        texts += sum(difference.what == "text" for difference in found)
        serious = [difference for difference in found if difference.what != "text"]
        if serious:
            parted += 1
            print(f"seed {number}: {serious[0]}", flush=True)
        if done % 1000 == 0:
            print(f"{done:,} sequences, {parted} with a difference, {texts} messages differ", flush=True)
    print(f"{done:,} sequences from seed {seed}: {parted} with a difference, {texts} messages differ")
    return 1 if parted else 0


if __name__ == "__main__":
    sys.exit(main())
