"""pulse-ci as a process of its own, with a token to the stand-in."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

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

    def __init__(self, program: Sequence[str] = (str(_PROGRAM),)) -> None:
        self._program = program
        self._started = Future[subprocess.Popen[str]]()

    def run(self, cloud: Cloudflare, folder: Path, *words: str) -> Ended:
        """Start it in a folder and return how it ended."""
        process = subprocess.Popen(
            [*self._program, *words],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), **cloud.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._started.set_result(process)
        out, err = process.communicate(timeout=900)
        assert "Traceback" not in err, err
        return Ended(process.returncode, out, err)

    def ask_to_end(self, number: signal.Signals) -> None:
        """Send it a signal that it may take its time for."""
        self._started.result().send_signal(number)

    def kill(self) -> None:
        """Kill it with SIGKILL, and return when it is gone."""
        process = self._started.result()
        process.send_signal(signal.SIGKILL)
        process.wait()


def run(cloud: Cloudflare, folder: Path, *words: str) -> Ended:
    """Run pulse-ci in a folder."""
    return PulseCI().run(cloud, folder, *words)


# Counted by a process that has little itself: a process inherits the memory of the one that starts it, as the kernel
# counts, until it has more.
_COUNTED = """\
import json, os, sys, time
start = time.monotonic()
process = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, used = os.wait4(process, 0)
with open(sys.argv[1], "w") as file:
    json.dump({"megabytes": used.ru_maxrss / 1024, "seconds": time.monotonic() - start}, file)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True)
class Cost:
    """The most memory that a process had, and how long it took."""

    megabytes: float
    seconds: float


def run_counted(cloud: Cloudflare, folder: Path, *words: str) -> tuple[Ended, Cost]:
    """Run pulse-ci in a folder, and count what it takes."""
    with tempfile.NamedTemporaryFile("r") as file:
        counted = (sys.executable, "-ISc", _COUNTED, file.name, str(_PROGRAM))
        ended = PulseCI(counted).run(cloud, folder, *words)
        return ended, Cost(**json.load(file))
