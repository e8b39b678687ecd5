from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.action.job import Job
from tests.standin.fixtures import contract, standin

if TYPE_CHECKING:
    from pathlib import Path

    from tests.standin.server import StandIn

__all__ = ["contract", "standin"]


@pytest.fixture
def job(standin: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Job:
    """A job in an empty workspace, whose GitHub is the stand-in."""
    for name in [name for name in os.environ if name.startswith(("PULSE_CI_", "GITHUB_", "CLOUDFLARE_", "SSL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    job = Job(standin, tmp_path / "workspace", tmp_path, monkeypatch, capsys)
    monkeypatch.chdir(job.workspace)
    return job
