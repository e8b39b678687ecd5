"""The command line in a repository, with a token to an account on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.conftest import repository as repository
from tests.commands.conftest import run as run
from tests.commands.files import put_pulse

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cloudflare.server import Cloudflare


@pytest.fixture
def tokened(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with PULSE's first four files, and a token to an account that a test stands in for."""
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "token-of-nobody")
    monkeypatch.setenv("CLOUDFLARE_ACCOUNT_ID", "a" * 32)
    put_pulse(repository)
    for path in sorted((repository / "migrations").glob("*.sql"))[4:]:
        path.unlink()
    return repository


@pytest.fixture
def account(cloud: Cloudflare, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Cloudflare:
    """The account that the variables name; the repository has PULSE's migrations."""
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    put_pulse(repository)
    return cloud
