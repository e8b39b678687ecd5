"""Generated sequences on the engine and on workerd: `make fuzz`.

    python -m tests.workerd.fuzz [--seed N] [--count N] [--seconds N]

Sequence number i of a run has the seed N + i; `--seed N --count 1` replays one.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Judged:
    """A sequence's seed, the differences it shows, and how many of its requests D1 accepted and refused."""

    seed: int
    differences: list[Difference]
    accepted: int
    refused: int


def compare(rig: Rig, seed: int, count: int, seconds: float) -> Iterator[Judged]:
    """Yield what came of each sequence."""
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
            accepted = sum(answer.error is None for answer in workerd.answers)
            yield Judged(number, differences(item, engine, workerd), accepted, len(workerd.answers) - accepted)
        if following is None:
            return


def _report(seed: int, results: Iterator[Judged]) -> int:
    done = texts = parted = accepted = refused = 0
    for judged in results:
        done += 1
        accepted += judged.accepted
        refused += judged.refused
        texts += sum(difference.what == "text" for difference in judged.differences)
        serious = [difference for difference in judged.differences if difference.is_serious]
        if serious:
            parted += 1
            print(f"seed {judged.seed}: {serious[0]}", flush=True)
        if done % 1000 == 0:
            print(f"{done:,} sequences, {parted} with a difference, {texts} messages differ", flush=True)
    print(f"{done:,} sequences from seed {seed}: {parted} with a difference, {texts} messages differ")
    print(f"{accepted + refused:,} requests: D1 accepted {accepted:,} and refused {refused:,}")
    return 1 if parted else 0


if __name__ == "__main__":
    sys.exit(main())
