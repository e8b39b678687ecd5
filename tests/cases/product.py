"""pulse-ci's command line in this process: a repository's files to the report."""

from __future__ import annotations

import json
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pulse_ci.cli import main

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHARED_MEMORY = Path("/dev/shm")
PULL_REQUEST = ("check", "--skip", "conventions", "--baseline", "1", "--preview", "embedded", "--format", "json")


@dataclass(frozen=True)
class Judged:
    """The exit status, and the JSON report; None where it could not run. `said` is all that was written."""

    status: int
    report: dict[str, Any] | None
    said: str

    @property
    def conclusion(self) -> str:
        """The conclusion; empty where the check could not run."""
        return str(self.report["conclusion"]) if self.report else ""

    @property
    def findings(self) -> list[dict[str, Any]]:
        """What was found, and not ignored."""
        return [each for each in self.report["findings"] if not each["ignored"]] if self.report else []

    def rules(self, *severities: str) -> dict[str, str]:
        """Return the rules that found something, with the highest severity of each."""
        ranked = sorted(self.findings, key=lambda each: ("notice", "warning", "error").index(each["severity"]))
        return {each["rule"]: each["severity"] for each in ranked if not severities or each["severity"] in severities}


def judge(files: Mapping[str, str], *words: str) -> Judged:
    """Run the command line in a repository of these files."""
    with TemporaryDirectory(dir=_SHARED_MEMORY if _SHARED_MEMORY.is_dir() else None) as folder:
        write(Path(folder), files)
        return judge_directory(Path(folder), *words)


def judge_directory(folder: Path, *words: str) -> Judged:
    """Run the command line in a directory."""
    out, err = StringIO(), StringIO()
    with chdir(folder), redirect_stdout(out), redirect_stderr(err):
        try:
            status = main(words or PULL_REQUEST)
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
    text = out.getvalue()
    return Judged(status, json.loads(text) if text.startswith("{") else None, text + err.getvalue())


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files below a folder, which becomes a repository's root."""
    (folder / ".git").mkdir(exist_ok=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
