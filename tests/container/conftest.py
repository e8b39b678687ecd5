"""One engine and one image for all; a GitHub and a runner for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.container.engine import base_image, build_image, stop_engine
from tests.container.runner import Runner
from tests.standin.fixtures import contract as contract
from tests.standin.fixtures import standin as standin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.standin.server import StandIn

TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"


@pytest.fixture(scope="session")
def engine() -> Iterator[str]:
    """The engine, by the base image that it has; it ends with the tests if it began for them."""
    yield base_image()
    stop_engine()


@pytest.fixture(scope="session")
def image(engine: str) -> str:
    """The action's image."""
    return build_image()


@pytest.fixture
def runner(image: str, standin: StandIn, tmp_path: Path) -> Runner:
    """A runner whose GitHub is the stand-in."""
    return Runner(image, tmp_path / "work", standin.url, TOKEN)
