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
def account(cloud: Cloudflare, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Cloudflare:
    """The account that the variables name; the repository has PULSE's migrations."""
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    put_pulse(repository)
    return cloud
