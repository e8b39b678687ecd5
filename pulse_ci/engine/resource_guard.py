"""Stops a request that uses more than the sandbox gives it."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import apsw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.sandbox import Sandbox

_STATEMENTS_PER_CHECK = 20
_STEPS_PER_CALL = 250  # few, since a step can copy megabytes
# The processor's clock is slow to ask, a thousand times slower than the other, so a short request never asks it.
_SECONDS_BEFORE_CPU_CHECK = 0.02


@dataclass(slots=True)
class _RequestUsage:
    """What a request has used so far, and until when it may run."""

    wall_end: float
    next_cpu_check: float
    cpu_end: float | None = None
    steps: int = 0
    statements: int = 0
    rows: int = 0
    bytes: int = 0


class ResourceGuard:
    """Watches one connection; `reason` says why it stopped the request that is running."""

    def __init__(self, connection: apsw.Connection, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._max_pages = sandbox.database_bytes // 4096
        self.limit_reason: str | None = None
        self.reset()
        self.watch(connection)

    def watch(self, connection: apsw.Connection) -> None:
        """Watch a connection; needed again after its database was replaced."""
        connection.set_progress_handler(self._on_progress, _STEPS_PER_CALL)
        connection.pragma("temp_store", 2)
        connection.pragma("max_page_count", self._max_pages)
        apsw.hard_heap_limit(self._sandbox.heap_bytes)

    def reset(self) -> None:
        """Start to count anew."""
        self.limit_reason = None
        apsw.memory_high_water(True)
        now = time.monotonic()
        self._used = _RequestUsage(
            wall_end=now + self._sandbox.wall_seconds, next_cpu_check=now + _SECONDS_BEFORE_CPU_CHECK
        )

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """Count our own work by itself: a request that it interrupts goes on with what it had left."""
        interrupted, reason, start = self._used, self.limit_reason, time.monotonic()
        self.reset()
        apsw.hard_heap_limit(0)  # a copy of what a request was let to make is bounded by that
        try:
            yield
        finally:
            apsw.hard_heap_limit(self._sandbox.heap_bytes)
            self._used, self.limit_reason, passed = interrupted, reason, time.monotonic() - start
            interrupted.wall_end += passed
            interrupted.next_cpu_check += passed
            if interrupted.cpu_end is not None:
                interrupted.cpu_end += passed

    def count_row(self, row: tuple[object, ...]) -> bool:
        """Count a row that a statement returned; whether more may come."""
        self._used.rows += 1
        self._used.bytes += sum(len(value) if isinstance(value, (str, bytes)) else 8 for value in row)
        if self._used.rows > self._sandbox.output_rows:
            self.limit_reason = f"it returns more than {self._sandbox.output_rows:,} rows"
        elif self._used.bytes > self._sandbox.output_bytes:
            self.limit_reason = f"its rows hold more than {self._sandbox.output_bytes:,} bytes"
        return self.limit_reason is None

    def find_limit_reason(self, error: Exception) -> str | None:
        """Return which limit an error comes from, None where it is D1's own."""
        if isinstance(error, (apsw.NoMemError, MemoryError)):
            return f"it needs more than {self._sandbox.heap_bytes:,} bytes of memory"
        # A table without a free rowid is "full" too, in D1 as well.
        if isinstance(error, apsw.FullError) and apsw.memory_high_water() > self._sandbox.database_bytes:
            return f"the database would be larger than {self._sandbox.database_bytes:,} bytes"
        return self.limit_reason

    def start_statement(self) -> bool:
        """Return whether another statement may run; looks at the clock now and then."""
        self._used.statements += 1
        if self._used.statements > self._sandbox.statements:
            self.limit_reason = f"the request has more than {self._sandbox.statements:,} statements"
            return False
        return self._used.statements % _STATEMENTS_PER_CHECK != 1 or not self._exceeds_limit()

    def _on_progress(self) -> bool:
        used, now = self._used, time.monotonic()
        used.steps += _STEPS_PER_CALL
        within = used.steps <= self._sandbox.steps and now < used.next_cpu_check and now < used.wall_end
        return not within and self._exceeds_limit()

    def _exceeds_limit(self) -> bool:
        now = time.monotonic()
        if self._used.steps > self._sandbox.steps:
            self.limit_reason = f"it takes more than {self._sandbox.steps:,} steps of work"
        elif now >= self._used.next_cpu_check and self._compute_cpu_left(now) <= 0:
            self.limit_reason = f"it takes more than {self._sandbox.cpu_seconds:g} s of processor time"
        elif now >= self._used.wall_end:
            self.limit_reason = f"it takes more than {self._sandbox.wall_seconds:g} s"
        return self.limit_reason is not None

    def _compute_cpu_left(self, now: float) -> float:
        """Return the seconds of processor time that are left; a thread cannot use them up before they have passed."""
        used = time.thread_time()
        if self._used.cpu_end is None:
            self._used.cpu_end = used + self._sandbox.cpu_seconds
        left = self._used.cpu_end - used
        self._used.next_cpu_check = now + left
        return left
