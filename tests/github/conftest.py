from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from pulse_ci.github.client import GitHubClient
from tests.standin.fixtures import contract, standin
from tests.standin.state import Pull

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.standin.server import StandIn

__all__ = ["contract", "standin"]

TOKEN = "github_pat_verysecret"


@pytest.fixture
def waits() -> list[float]:
    """The seconds that the client would have waited."""
    return []


@pytest.fixture
def github(standin: StandIn, waits: list[float]) -> Iterator[GitHubClient]:
    # A transport of its own, so that no proxy of the machine comes between; reading certificates takes long.
    transport = httpx.HTTPTransport(verify=False)
    with GitHubClient(standin.url, TOKEN, transport=transport, sleep=waits.append) as github:
        yield github


@pytest.fixture
def pull(standin: StandIn) -> Pull:
    """An open pull request, number 2."""
    pull = Pull(2)
    standin.state.pulls.append(pull)
    return pull
