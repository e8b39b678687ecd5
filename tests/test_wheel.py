"""The wheel holds all that a check needs, run as a user without a clone runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


def test_a_check_runs_from_the_wheel(tmp_path: Path) -> None:
    migrations = tmp_path / "migrations"
    migrations.mkdir()
    (migrations / "0001_sites.sql").write_text("CREATE TABLE sites (id INTEGER PRIMARY KEY);\n")
    build = [str(each) for each in (BIN / "uv", "build", "--quiet", "--wheel", "--out-dir", tmp_path / "dist", ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")

    words = [str(BIN / "uvx"), "--from", str(wheel), "pulse-ci", "check", "migrations", "--skip", "conventions"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, "Safe to merge" in done.stdout) == (0, True), done.stderr
