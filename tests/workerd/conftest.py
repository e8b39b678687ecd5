from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.workerd.rig import Rig

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def rig() -> Iterator[Rig]:
    with Rig() as running:
        yield running
