from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pulse_ci.apply.target import LocalDatabase

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEMORY = Path("/dev/shm")


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A directory in memory, if there is such: each commit waits for the disk otherwise."""
    if not _MEMORY.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        yield Path(folder)


@pytest.fixture
def local(memory: Path) -> LocalDatabase:
    """A database that has nothing yet."""
    return LocalDatabase(memory / "d1.sqlite", "d1_migrations")
