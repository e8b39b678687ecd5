"""`pulse-ci check` of one hostile file each, as whole processes: processor time and the most memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.engine.hostile import CHECKED

ROOT = Path(__file__).resolve().parent.parent
PULSE_CI = Path(sys.executable).with_name("pulse-ci")
SECONDS, MEGABYTES = 2, 300


@dataclass(frozen=True)
class Cost:
    """What one check took."""

    seconds: float
    waited: float
    megabytes: float

    @property
    def is_within(self) -> bool:
        """Whether it kept to the limits."""
        return self.seconds < SECONDS and self.megabytes < MEGABYTES


def main() -> None:
    """Print what a check of each file costs, beside the limits."""
    print(f"a check of one hostile file; limits: {SECONDS} s of processor time, {MEGABYTES} MB")
    costs = []
    with tempfile.TemporaryDirectory() as folder:
        for name in CHECKED:
            costs.append(_check(name, Path(folder) / "migrations"))
            last = costs[-1]
            held = "" if last.is_within else "   MISSED"
            print(f"  {name:<44} {last.seconds:6.2f} s  ({last.waited:.2f} s waited) {last.megabytes:6.0f} MB{held}")
    print(f"  {sum(cost.is_within for cost in costs)} of {len(costs)} within the limits")


def _check(name: str, directory: Path) -> Cost:
    directory.mkdir()
    path = directory / "001_hostile.sql"
    # Written by another process: one inherits the memory of the one that starts it, as far as the kernel's count goes.
    subprocess.run([sys.executable, "-m", "tests.engine.hostile", "--write", name, str(path)], cwd=ROOT, check=True)
    start = time.perf_counter()
    process = subprocess.Popen([PULSE_CI, "check", directory], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    waited = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{name}: pulse-ci ended with {process.returncode}")
    shutil.rmtree(directory)
    return Cost(used.ru_utime + used.ru_stime, waited, used.ru_maxrss / 1024)
