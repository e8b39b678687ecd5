"""Whole processes to seconds."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


def time_process(
    words: Sequence[str | Path], cwd: Path, *, runs: int, prepare: Callable[[], None] = lambda: None
) -> list[float]:
    """Return the wall-clock seconds of each run; a command that fails ends the benchmark."""
    seconds = []
    for _ in range(runs):
        prepare()
        start = time.perf_counter()
        done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False, env=_environment())
        seconds.append(time.perf_counter() - start)
        if done.returncode != 0:
            raise SystemExit(f"{words[0]} failed:\n{done.stdout}{done.stderr}")
    return seconds


def _environment() -> dict[str, str]:
    return {**os.environ, "CI": "1", "WRANGLER_SEND_METRICS": "false"}


def row(label: str, seconds: Sequence[float]) -> str:
    """Return a table row: label, median, and the range."""
    return f"  {label:<58} {statistics.median(seconds):8.3f} s   ({min(seconds):.3f} to {max(seconds):.3f})"
