"""No file is so long that one has to search in it; tables of cases are data, and may be."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
LINES = 250
DATA = {"tests/engine/pairs.py", "tests/engine/seed/cases.py"}


def test_no_file_of_code_is_longer_than_250_lines() -> None:
    tests = [folder for folder in (ROOT / "tests").iterdir() if folder.name != "node"]
    folders = [*tests, *(ROOT / name for name in ("pulse_ci", "bench", "docs", "examples", ".ci"))]
    files = [path for folder in folders for path in ([folder] if folder.is_file() else folder.rglob("*.py"))]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in files}

    assert len(lengths) > 200
    assert {path: lines for path, lines in lengths.items() if lines > LINES and path not in DATA} == {}
