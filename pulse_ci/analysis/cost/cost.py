"""Rows read and rows written, as D1 counts and bills them."""

from __future__ import annotations

from dataclasses import dataclass

# Cloudflare's free plan, a day: https://developers.cloudflare.com/d1/platform/pricing/
FREE_ROWS_READ = 5_000_000
FREE_ROWS_WRITTEN = 100_000

# D1 ends a request after this time: https://developers.cloudflare.com/d1/platform/limits/
MAX_SECONDS = 30.0
# workerd on a small machine, its file in memory, reads and writes about six times as many; D1 keeps copies as well.
_ROWS_READ_PER_SECOND = 1_000_000
_ROWS_WRITTEN_PER_SECOND = 100_000


@dataclass(frozen=True, slots=True)
class Cost:
    """What D1 will count; `at_most` where how many rows a WHERE leaves is not known, and all were counted."""

    rows_read: int = 0
    rows_written: int = 0
    at_most: bool = False

    def __add__(self, other: Cost) -> Cost:
        """Return both together."""
        return Cost(
            self.rows_read + other.rows_read, self.rows_written + other.rows_written, self.at_most or other.at_most
        )

    @property
    def seconds(self) -> float:
        """How long D1 will need for it, roughly, and rather too long than too short."""
        return max(self.rows_read / _ROWS_READ_PER_SECOND, self.rows_written / _ROWS_WRITTEN_PER_SECOND)
