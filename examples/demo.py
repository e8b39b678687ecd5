"""Check PULSE's own migrations, then a pull request that adds three more: what `make demo` shows."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PULSE_CI = Path(sys.executable).with_name("pulse-ci")
LAST_MERGED = "21"


def main() -> None:
    """Run both checks in a copy of the files, so that nothing here is touched."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        shutil.copytree(ROOT / "migrations", workspace / "migrations")
        _run("PULSE's own migrations, all of them", workspace, "check", "migrations")
        shutil.copytree(ROOT / "examples/pull-request", workspace, dirs_exist_ok=True)
        _run("A pull request that adds 022, 023 and 024", workspace, "check", "migrations", "--baseline", LAST_MERGED)


def _run(title: str, workspace: Path, *words: str) -> None:
    print(f"\n=== {title}\n    pulse-ci {' '.join(words)}\n", flush=True)  # noqa: T201 - a demonstration
    subprocess.run([PULSE_CI, *words], cwd=workspace, check=False)


if __name__ == "__main__":
    main()
