"""Applies on real workerd that meet a fault or are killed at random requests, and one more: `make faults`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

from tests.apply.failing_runs import PAST, WAYS, Run, run
from tests.cloudflare.databases import Databases
from tests.cloudflare.server import Cloudflare
from tests.d1.histories import put

_WAYS = tuple(WAYS)
_WHOLE = "every schema and every record is right, every row is there, and no file ran twice"


def main(words: list[str]) -> int:
    """Do so many runs, each in its own way, and say which seeds make one that does not end whole."""
    parser = argparse.ArgumentParser(prog="python -m tests.apply.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the first run; each further one has the next")
    parser.add_argument("--runs", type=int, default=500)
    options = parser.parse_args(words)
    seeds = range(options.seed, options.seed + options.runs)
    with Databases() as workerd, ThreadPoolExecutor(2) as pool:
        runs = dict(zip(seeds, pool.map(lambda seed: _run(workerd, seed), seeds), strict=True))
    for seed, each in runs.items():
        if each.problem:
            print(f"--seed {seed} --runs 1 ({_way(seed)}): {each.problem}")
    wrong = sum(each.problem is not None for each in runs.values())
    print(_summary(runs))
    print(f"{wrong} did not end whole" if wrong else _WHOLE)
    return min(wrong, 1)


def _way(seed: int) -> str:
    return _WAYS[seed % len(_WAYS)]


def _run(workerd: Databases, seed: int) -> Run:
    with tempfile.TemporaryDirectory() as folder, Cloudflare(workerd) as cloud:
        put(Path(folder), PAST)
        return run(cloud, Path(folder), WAYS[_way(seed)], Random(seed))


def _summary(runs: dict[int, Run]) -> str:
    met = Counter[str]()
    for seed, each in runs.items():
        met[_way(seed)] += each.faults
    told = ", ".join(f"{count} times {way}" for way, count in met.items())
    applies = sum(each.applies for each in runs.values())
    return f"{len(runs)} runs (seeds {min(runs)} to {max(runs)}) of {applies} applies: {told}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
