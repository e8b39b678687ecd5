"""How much work the search for rows may still take."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Twenty times what the hardest schema of the tests needs, and some two seconds.
_INSERTS_PER_SCHEMA = 20_000
_SECONDS_PER_SCHEMA = 5.0
_DEFAULT_SCHEMAS = 4


@dataclass(slots=True)
class Budget:
    """What is left for some schemas, as inserts, so that a busy machine makes the same rows as an idle one.

    An insert takes as long as its triggers and CHECKs do. Where these are made to be slow, and there alone, the
    processor's time ends the search: `seconds` of it.
    """

    inserts: int = _DEFAULT_SCHEMAS * _INSERTS_PER_SCHEMA
    seconds: float = _DEFAULT_SCHEMAS * _SECONDS_PER_SCHEMA

    @contextmanager
    def allot(self) -> Iterator[Allotment]:
        """Give a part of it for one schema; what is used of it is taken from the whole."""
        allotment = Allotment(min(self.inserts, _INSERTS_PER_SCHEMA), min(self.seconds, _SECONDS_PER_SCHEMA))
        yield allotment
        self.inserts -= allotment.inserts_used
        self.seconds -= allotment.seconds_used


class Allotment:
    """What one schema gets of a budget."""

    def __init__(self, inserts: int, seconds: float) -> None:
        self.inserts_used = 0
        self._max_inserts = inserts
        self._start = time.thread_time()
        self._deadline = self._start + seconds

    @property
    def seconds_used(self) -> float:
        """The processor time since it was given."""
        return time.thread_time() - self._start

    @property
    def is_used_up(self) -> bool:
        """Whether no other table is to be begun."""
        return self.inserts_used >= self._max_inserts or time.thread_time() >= self._deadline

    def use_insert(self) -> bool:
        """Take one insert of it; whether there was one left."""
        if self.inserts_used >= self._max_inserts:
            return False
        self.inserts_used += 1
        return True
