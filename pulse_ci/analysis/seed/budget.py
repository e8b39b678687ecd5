"""How much work the search for rows may still take."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Twenty times what the hardest schema of the tests needs, and some two seconds.
_INSERTS = 20_000
_SECONDS = 5.0
_SCHEMAS = 4


@dataclass(slots=True)
class Budget:
    """What is left for some schemas, as inserts, so that a busy machine makes the same rows as an idle one.

    An insert takes as long as its triggers and CHECKs do. Where these are made to be slow, and there alone, the
    processor's time ends the search: `seconds` of it.
    """

    inserts: int = _SCHEMAS * _INSERTS
    seconds: float = _SCHEMAS * _SECONDS

    @contextmanager
    def part(self) -> Iterator[Part]:
        """Give a part of it for one schema; what is used of it is taken from the whole."""
        part = Part(min(self.inserts, _INSERTS), min(self.seconds, _SECONDS))
        yield part
        self.inserts -= part.used
        self.seconds -= part.seconds_used


class Part:
    """What one schema gets of a budget."""

    def __init__(self, inserts: int, seconds: float) -> None:
        self.used = 0
        self._inserts = inserts
        self._start = time.thread_time()
        self._end = self._start + seconds

    @property
    def seconds_used(self) -> float:
        """The processor time since it was given."""
        return time.thread_time() - self._start

    @property
    def is_used_up(self) -> bool:
        """Whether no other table is to be begun."""
        return self.used >= self._inserts or time.thread_time() >= self._end

    def take(self) -> bool:
        """Take one insert of it; whether there was one left."""
        if self.used >= self._inserts:
            return False
        self.used += 1
        return True
