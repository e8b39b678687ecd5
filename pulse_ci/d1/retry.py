"""Which requests to D1 are sent again, how often and after how long.

Source: https://developers.cloudflare.com/d1/best-practices/retry-queries/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.d1.failures import D1Unavailable, Overloaded

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenacity import RetryCallState, Retrying

ATTEMPTS = 4
MAX_WAIT_SECONDS = 60.0


def make_retrying(sleep: Callable[[float], None], *, writes: bool) -> Retrying:
    """Return what sends a request up to ATTEMPTS times; one that writes only while nothing of it was done."""
    import tenacity

    backoff = tenacity.wait_exponential_jitter(initial=1, max=30)

    def wait(state: RetryCallState) -> float:
        asked_for = _find_retry_after(_find_error(state))
        return backoff(state) if asked_for is None else asked_for

    def should_retry(error: BaseException) -> bool:
        after = _find_retry_after(error)
        again = Overloaded if writes else (Overloaded, D1Unavailable)
        return isinstance(error, again) and (after is None or after <= MAX_WAIT_SECONDS)

    return tenacity.Retrying(
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=wait,
        retry=tenacity.retry_if_exception(should_retry),
        sleep=sleep,
        reraise=True,
    )


def _find_error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _find_retry_after(error: BaseException | None) -> float | None:
    return error.retry_after if isinstance(error, Overloaded) else None
