"""Hunts for pull requests that harm a database behind a green check, and for harmless ones behind a red one.

    python -m tests.hunt [--count N] [--seed S] [--seconds N] [--processes N]
    python -m tests.hunt --show SEED

Case number i of a run has the seed S + i; it is the same on every machine.
The status is 1 where there is a miss, or where the check crashes.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import time
from collections import defaultdict
from typing import TYPE_CHECKING

from tests.cases.product import judge
from tests.hunt.case import Case
from tests.hunt.run import Result, hunt, run
from tests.workerd.rig import Rig

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_SEEDS = 4


def main(arguments: list[str] | None = None) -> int:
    """Run; return 1 where there is a miss or a crash."""
    parser = argparse.ArgumentParser(prog="python -m tests.hunt")
    parser.add_argument("--count", type=int, default=5000, help="pull requests (default 5000)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9))
    parser.add_argument("--seconds", type=float, default=1800, help="no new ones after this time (default 1800)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--show", type=int, metavar="SEED", help="print one case in full")
    options = parser.parse_args(arguments)
    if options.show is not None:
        return show(options.show)
    print(f"seed {options.seed}", flush=True)
    start = time.monotonic()
    results = list(hunt(options.seed, options.count, options.processes, options.seconds))
    return report(results, time.monotonic() - start)


def report(results: list[Result], seconds: float) -> int:
    """Print the tables; return 1 where there is a miss or a crash."""
    misses = [each for each in results if each.is_miss]
    alarms = [each for each in results if each.is_false_alarm]
    crashes = [each for each in results if each.is_crash]
    unproven = [each for each in results if each.is_unproven]
    print_groups("Crashes", crashes, _rules_and_kind("error"))
    print_groups("Misses: harm behind a verdict that says safe", misses, lambda each: (each.harms[0].kind, each.kind))
    print_groups("False alarms: an error, and no harm on 20 databases", alarms, _rules_and_kind("error"))
    print_groups("Not proven, and no harm on 20 databases", unproven, _rules_and_kind("warning"))
    harmless = sum(not each.harms for each in results)
    rate = len(results) / seconds if seconds else 0
    print(f"{len(results):,} pull requests in {seconds:.0f} s ({rate:.1f} a second), {harmless:,} without harm")
    print(f"{len(misses):,} misses, {len(crashes):,} crashes")
    print(f"{_share(alarms, harmless)} false alarms, {_share(unproven, harmless)} not proven")
    return 1 if misses or crashes else 0


def _share(some: list[Result], of: int) -> str:
    return f"{len(some):,} ({len(some) / max(of, 1):.1%})"


def _rules_and_kind(severity: str) -> Callable[[Result], tuple[str, str]]:
    return lambda each: (
        ", ".join(sorted(rule for rule, found in each.related.items() if found == severity)) or "no rule",
        each.kind,
    )


def print_groups(title: str, results: Iterable[Result], group: Callable[[Result], tuple[str, str]]) -> None:
    """Print how many there are of each group, the largest first, with a few seeds."""
    groups = defaultdict[tuple[str, str], list[int]](list)
    for each in results:
        groups[group(each)].append(each.seed)
    if not groups:
        return
    print(f"\n{title}")
    for (first, second), seeds in sorted(groups.items(), key=lambda item: -len(item[1])):
        print(f"{len(seeds):6}  {first:32}  {second:48}  {' '.join(map(str, sorted(seeds)[:_SEEDS]))}")
    print()


def show(seed: int) -> int:
    """Print a case: files, rows, verdict, and what workerd did; return 1 where it is a miss or a crash."""
    case = Case(seed)
    with Rig() as rig:
        (result,) = run([case], rig)
    for path, text in case.files.items():
        print(f"-- {path}\n{text}")
    print(f"-- rows of database {result.database}")
    print("\n".join(case.rows(result.database).statements))
    print(f"\npulse-ci: {result.conclusion}{f', {next(iter(result.rules))}' if result.is_crash else ''}")
    for each in judge(case.files).findings if not result.is_crash else ():
        print(f"  {each['severity']} {each['rule']} in line {each['line']}: {each['message']}")
    print("workerd:" if result.harms else "workerd: no harm")
    for harm in result.harms:
        print(f"  {harm}")
    return 1 if result.is_miss or result.is_crash else 0


if __name__ == "__main__":
    sys.exit(main())
