"""`pulse-ci check` beside `wrangler d1 migrations apply --local`, over PULSE's 21 migrations, as whole processes."""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from bench.timing import row, time_process

ROOT = Path(__file__).resolve().parent.parent
PULSE_CI = Path(sys.executable).with_name("pulse-ci")
NODE = ROOT / ".venv/node/bin/node"
WRANGLER = ROOT / "tests/node/node_modules/wrangler/bin/wrangler.js"
CONFIG = """\
name = "pulse"
compatibility_date = "2026-11-01"

[[d1_databases]]
binding = "DB"
database_name = "pulse_analytics"
database_id = "00000000-0000-4000-8000-000000000001"
"""


def main() -> None:
    """Time both and print how many times faster the check is."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        shutil.copytree(ROOT / "migrations", workspace / "migrations")
        checks = time_process([PULSE_CI, "check", "migrations"], workspace, runs=7)
        helps = time_process([PULSE_CI, "--help"], workspace, runs=7)
        (workspace / "wrangler.toml").write_text(CONFIG)
        apply = [NODE, WRANGLER, "d1", "migrations", "apply", "pulse_analytics", "--local"]
        applies = time_process(apply, workspace, runs=3, prepare=lambda: _forget(workspace))
    print("PULSE's 21 migrations, whole processes")
    print(row("pulse-ci check (replay, twice, undone, rows, all rules)", checks))
    print(row("wrangler d1 migrations apply --local", applies))
    print(row("pulse-ci --help", helps))
    print(f"  the check takes 1/{statistics.median(applies) / statistics.median(checks):.1f} of wrangler's time")


def _forget(workspace: Path) -> None:
    shutil.rmtree(workspace / ".wrangler", ignore_errors=True)
