"""The account's rate limit, kept by what each answer says is left of it.

Source: https://developers.cloudflare.com/fundamentals/api/reference/limits/ (`Ratelimit: "default";r=50;t=30`).
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# As many requests as may be on their way while the answer that tells of the end is.
RESERVE = 20
_MAX_WAIT_SECONDS = 300.0
_REMAINING = re.compile(r";\s*r=(\d{1,9})\s*;\s*t=(\d{1,6})\b")


class RateLimiter:
    """Holds all requests up until the limit starts anew, where few are left; it may be used by several threads."""

    def __init__(self, sleep: Callable[[float], None]) -> None:
        self._sleep = sleep
        self._seconds = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Wait, if it must be, before a request."""
        with self._lock:
            if self._seconds:
                self._sleep(self._seconds)
                # What answers have said meanwhile, of requests that were on their way, is over too.
                self._seconds = 0.0

    def update(self, header: str) -> bool:
        """Take what an answer's `Ratelimit` says: how many requests are left, and for how many seconds.

        Returns whether that is so few that whoever comes next will wait.
        """
        found = _REMAINING.search(header)
        if found is None or int(found[1]) >= RESERVE:
            return False
        self._seconds = min(float(found[2]), _MAX_WAIT_SECONDS)
        return True
