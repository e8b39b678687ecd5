"""Run every benchmark and print a table for each."""

from __future__ import annotations

import importlib
import sys

BENCHMARKS = ("check", "proofs", "engine_replay", "hostile", "worker")


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all of them."""
    for name in names or BENCHMARKS:
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
