"""The stand-in as pytest fixtures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cloudflare.databases import Databases
from tests.cloudflare.server import Cloudflare

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """A workerd for all tests; each makes databases of its own."""
    with Databases() as running:
        yield running


@pytest.fixture
def cloud(databases: Databases) -> Iterator[Cloudflare]:
    """Cloudflare's API on loopback, with an account that has no database yet."""
    with Cloudflare(databases) as running:
        yield running
