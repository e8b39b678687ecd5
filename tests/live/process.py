"""pulse-ci as a process of its own, with a token to the stand-in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cloudflare.server import Cloudflare

_PROGRAM = Path(sys.executable).with_name("pulse-ci")


@dataclass(frozen=True)
class Ended:
    """How a process ended: its status, negative where a signal ended it, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def ran(self) -> list[str]:
        """The files that `apply` says it ran."""
        return [line.split()[1] for line in self.out.splitlines() if line.startswith("  ✓ ") and line.endswith("  ran")]


class PulseCI:
    """One process, which may be killed before its start has been noticed here."""

    def __init__(self) -> None:
        self._started = Future[subprocess.Popen[str]]()

    def run(self, cloud: Cloudflare, folder: Path, *words: str) -> Ended:
        """Start it in a folder and return how it ended."""
        process = subprocess.Popen(
            [_PROGRAM, *words],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), **cloud.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._started.set_result(process)
        out, err = process.communicate(timeout=120)
        assert "Traceback" not in err, err
        return Ended(process.returncode, out, err)

    def kill(self) -> None:
        """Kill it with SIGKILL, and return when it is gone."""
        process = self._started.result()
        process.send_signal(signal.SIGKILL)
        process.wait()


def run(cloud: Cloudflare, folder: Path, *words: str) -> Ended:
    """Run pulse-ci in a folder."""
    return PulseCI().run(cloud, folder, *words)
