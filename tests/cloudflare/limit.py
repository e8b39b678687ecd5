"""Cloudflare's limit on how often an account's API is asked.

Source: https://developers.cloudflare.com/fundamentals/api/reference/limits/
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from tests.cloudflare.answer import Answer, refuse


@dataclass
class RateLimit:
    """So many requests in a window of so many seconds, of which some are used; whoever asks for more is refused.

    The window begins with the first request.
    """

    requests: int = 1200
    seconds: float = 300
    used: int = 0
    refused: int = 0
    _began: float | None = None

    def refuse(self) -> Answer | None:
        """Count a request; return a refusal where there were too many before it in this window."""
        now = time.monotonic()
        if self._began is None:
            self._began = now
        elif now - self._began >= self.seconds:
            self.used, self._began = 0, now
        self.used += 1
        if self.used <= self.requests:
            return None
        self.refused += 1
        return refuse(429, 971, "Please wait and consider throttling your request speed", retry_after=str(self._left))

    @property
    def headers(self) -> dict[str, str]:
        """What each answer tells of it."""
        remaining = max(self.requests - self.used, 0)
        return {
            "ratelimit": f'"default";r={remaining};t={self._left}',
            "ratelimit-policy": f'"burst";q={self.requests};w={self.seconds:.0f}',
        }

    @property
    def _left(self) -> int:
        began = self._began or time.monotonic()
        return math.ceil(max(began + self.seconds - time.monotonic(), 0))
