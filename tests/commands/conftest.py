"""A repository to run the command line in, and what came of it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from pulse_ci.cli import main
from tests.cloudflare.wrangler import configure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cloudflare.server import Cloudflare

OURS = ("PULSE_CI_", "GITHUB_", "CLOUDFLARE_", "NO_COLOR")


@dataclass(frozen=True)
class Outcome:
    """What one command answered."""

    status: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """Standard output, read as the JSON report."""
        content = json.loads(self.out)
        assert isinstance(content, dict)
        return content

    @property
    def found(self) -> list[tuple[str, str, int]]:
        """The JSON report's findings that are not ignored: rule, path, line."""
        return [(each["rule"], each["path"], each["line"]) for each in self.report["findings"] if not each["ignored"]]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory: a repository by its `.git`, with an empty migrations directory."""
    for name in [name for name in os.environ if name.startswith(OURS)]:
        monkeypatch.delenv(name)
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "migrations").mkdir()
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def staging(repository: Path, cloud: Cloudflare, monkeypatch: pytest.MonkeyPatch) -> str:
    """A staging database that the repository's wrangler.toml names; the environment has the token to it."""
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    database = cloud.create("staging")
    configure(repository, database)
    return database


@pytest.fixture
def run(repository: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run the command line in the repository."""

    def run_words(*words: str) -> Outcome:
        try:
            status = main(words)
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        captured = capsys.readouterr()
        assert "Traceback" not in captured.out + captured.err
        return Outcome(status, captured.out, captured.err)

    return run_words


@pytest.fixture
def check(run: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """Check the repository, with its report as JSON."""
    return lambda *words: run("check", "--format", "json", *words)
