"""The stand-in as pytest fixtures; a violation fails the test. Import them in a conftest.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.standin.contract import Contract
from tests.standin.server import StandIn

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def contract() -> Contract:
    """GitHub's description, read once."""
    return Contract()


@pytest.fixture
def standin(contract: Contract) -> Iterator[StandIn]:
    """An empty repository at a GitHub on loopback, reached with the job's own token."""
    with StandIn(contract=contract) as standin:
        yield standin
    assert not standin.violations, "\n".join(standin.violations)
